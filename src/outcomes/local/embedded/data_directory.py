"""Where the servers' files are, and which user the servers run as.

PostgreSQL refuses to run as root. As root, both servers run as an unprivileged user: in the home if
that user can enter it, otherwise in a folder under /var/lib. Keys stay owned by root.
"""

import hashlib
import os
import pwd
import subprocess
from pathlib import Path

from msgspec import Struct

from outcomes.errors import SettingsError
from outcomes.local.process import User

_UNPRIVILEGED = "nobody"
_FALLBACK = Path("/var/lib")


class DataDirectory(Struct, frozen=True):
    """A folder and the user who owns it; None is the current user."""

    folder: Path
    user: User | None

    def subdirectory(self, name: str) -> Path:
        """The path of one server's files. Raises SettingsError if another user owns it."""
        path = self.folder / name
        if path.exists() and path.stat().st_uid != self.uid:
            raise SettingsError(f"{path} belongs to another user: start as the user who made it.")
        return path

    def make(self, folder: Path) -> None:
        """Make a folder that only the servers' user can read."""
        folder.mkdir(mode=0o700)
        self.chown(folder)

    def chown(self, path: Path) -> None:
        """Make the servers' user the owner of a file or folder."""
        if self.user is not None:
            os.chown(path, self.user.uid, self.user.gid, follow_symlinks=False)

    def chown_tree(self, tree: Path) -> None:
        """Make the servers' user the owner of a whole tree."""
        for path in (tree, *tree.rglob("*")):
            self.chown(path)

    def can_enter(self, folder: Path) -> bool:
        """Whether the servers' user can enter a folder."""
        return self.user is None or _can_enter(self.user, folder)

    @property
    def uid(self) -> int:
        return os.geteuid() if self.user is None else self.user.uid


def find_data_directory(home: Path) -> DataDirectory:
    """The data directory of a home. An existing one is always used again."""
    if os.geteuid() != 0:
        return DataDirectory(home, None)
    user = _unprivileged_user()
    elsewhere = _FALLBACK / f"outcomes-{_name_of(home)}"
    if elsewhere.exists() or not _can_enter(user, home):
        directory = DataDirectory(elsewhere, user)
        if not elsewhere.exists():
            directory.make(elsewhere)
        return directory
    return DataDirectory(home, user)


def _unprivileged_user() -> User:
    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError as error:
        raise SettingsError(
            f"PostgreSQL does not run as root, and there is no user {_UNPRIVILEGED} to run it as: "
            "start as an ordinary user."
        ) from error
    return User(entry.pw_uid, entry.pw_gid)


def _can_enter(user: User, folder: Path) -> bool:
    """Ask the kernel as that user: file modes alone would miss access lists and mounts."""
    asked = subprocess.run(
        ["/usr/bin/test", "-x", folder], user=user.uid, group=user.gid, extra_groups=[], check=False
    )
    return asked.returncode == 0


def _name_of(path: Path) -> str:
    return hashlib.sha256(bytes(path)).hexdigest()[:12]
