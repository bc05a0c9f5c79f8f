"""The folders of one start: made when absent, never changed when present, locked while in use."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from outcomes.errors import SettingsError

_PATIENCE_S = 20.0
_PASSABLE = 0o711
_PRIVATE = 0o700


def make_home(home: Path) -> None:
    """Make the data folder; root's lets the servers' own user through to its part."""
    make_folder(home, _PASSABLE if os.geteuid() == 0 else _PRIVATE)


def make_key_folder(keys: Path) -> None:
    """Make the key folder; nobody but its owner looks in."""
    make_folder(keys.parent, _PASSABLE if os.geteuid() == 0 else _PRIVATE)
    make_folder(keys, _PRIVATE)


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder and its missing parents with exactly this mode; leave alone what exists."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=_PRIVATE)
        missing.chmod(mode)


@contextmanager
def locked(home: Path) -> Iterator[int]:
    """Hold a home's lock; yields its file descriptor, which every child must inherit.

    When the last holder was killed its children are still ending, and the lock comes free within
    moments: that is waited for.

    Raises:
        SettingsError: somebody else holds it; says who.
    """
    lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(lock, home)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield lock
    finally:
        os.close(lock)


def _take(lock: int, home: Path) -> None:
    gives_up_at = time.monotonic() + _PATIENCE_S
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        holder = os.pread(lock, 32, 0).decode().strip()
        if _is_running(holder) or time.monotonic() > gives_up_at:
            raise SettingsError(
                f"{home} is in use by process {holder or 'unknown'}: stop that first."
            )
        time.sleep(0.1)


def _is_running(pid: str) -> bool:
    """Signal 0 only asks; one that is another user's may not be asked, and so is there."""
    if not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
