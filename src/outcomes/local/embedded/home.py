"""The data and key folders: created when absent, never changed, locked while in use."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from outcomes.errors import SettingsError

_LOCK_TIMEOUT_S = 20.0
_PASSABLE = 0o711
_PRIVATE = 0o700


def make_home(home: Path) -> None:
    """Create the data folder; as root it is traversable for the servers' user."""
    make_folder(home, _PASSABLE if os.geteuid() == 0 else _PRIVATE)


def make_key_folder(keys: Path) -> None:
    """Create the key folder, accessible to its owner only."""
    make_folder(keys.parent, _PASSABLE if os.geteuid() == 0 else _PRIVATE)
    make_folder(keys, _PRIVATE)


def make_folder(folder: Path, mode: int) -> None:
    """Create a folder and its missing parents with exactly this mode; existing ones are not changed."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=_PRIVATE)
        missing.chmod(mode)


@contextmanager
def locked(home: Path) -> Iterator[int]:
    """Hold a home's lock; yields its file descriptor, which every child must inherit.

    If the last holder was killed, its children are still exiting and release the lock within moments; this
    waits for it.

    Raises:
        SettingsError: another process holds it; names the process.
    """
    lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _acquire(lock, home)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield lock
    finally:
        os.close(lock)


def _acquire(lock: int, home: Path) -> None:
    deadline = time.monotonic() + _LOCK_TIMEOUT_S
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        holder = os.pread(lock, 32, 0).decode().strip()
        if _is_running(holder) or time.monotonic() > deadline:
            raise SettingsError(
                f"{home} is in use by process {holder or 'unknown'}: stop that first."
            )
        time.sleep(0.1)


def _is_running(pid: str) -> bool:
    """Check with signal 0; a process of another user raises PermissionError, so it exists."""
    if not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
