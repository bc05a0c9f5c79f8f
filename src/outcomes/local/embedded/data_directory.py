"""Where the servers' files live, and as whom the servers run.

PostgreSQL refuses root. When we are root both servers run as an unprivileged user: in the home,
where that user can get there, else in a folder of their own under /var/lib. Keys stay root's.
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
_ELSEWHERE = Path("/var/lib")


class Lodging(Struct, frozen=True):
    """A folder, and who lives in it: None is ourselves."""

    folder: Path
    user: User | None

    def room(self, name: str) -> Path:
        """The path of one server's files. Raises SettingsError when they are another user's."""
        room = self.folder / name
        if room.exists() and room.stat().st_uid != self.uid:
            raise SettingsError(f"{room} belongs to another user: start as the user who made it.")
        return room

    def make(self, folder: Path) -> None:
        """Make a folder that only the servers' user may look into."""
        folder.mkdir(mode=0o700)
        self.hand_over(folder)

    def hand_over(self, path: Path) -> None:
        """Give a file or folder of ours to the servers' user."""
        if self.user is not None:
            os.chown(path, self.user.uid, self.user.gid, follow_symlinks=False)

    def hand_over_all(self, tree: Path) -> None:
        """Give a whole tree of ours to the servers' user."""
        for path in (tree, *tree.rglob("*")):
            self.hand_over(path)

    def reaches(self, folder: Path) -> bool:
        """Whether the servers' user can enter a folder."""
        return self.user is None or _reaches(self.user, folder)

    @property
    def uid(self) -> int:
        return os.geteuid() if self.user is None else self.user.uid


def find_lodging(home: Path) -> Lodging:
    """The lodging of a home; a new one is made, and the one a home has is kept for good."""
    if os.geteuid() != 0:
        return Lodging(home, None)
    user = _unprivileged_user()
    elsewhere = _ELSEWHERE / f"outcomes-{_name_of(home)}"
    if elsewhere.exists() or not _reaches(user, home):
        lodging = Lodging(elsewhere, user)
        if not elsewhere.exists():
            lodging.make(elsewhere)
        return lodging
    return Lodging(home, user)


def _unprivileged_user() -> User:
    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError as error:
        raise SettingsError(
            f"PostgreSQL does not run as root, and there is no user {_UNPRIVILEGED} to run it as: "
            "start as an ordinary user."
        ) from error
    return User(entry.pw_uid, entry.pw_gid)


def _reaches(user: User, folder: Path) -> bool:
    """Ask the kernel, as that user: modes alone would miss access lists and mounts."""
    asked = subprocess.run(
        ["/usr/bin/test", "-x", folder], user=user.uid, group=user.gid, extra_groups=[], check=False
    )
    return asked.returncode == 0


def _name_of(path: Path) -> str:
    return hashlib.sha256(bytes(path)).hexdigest()[:12]
