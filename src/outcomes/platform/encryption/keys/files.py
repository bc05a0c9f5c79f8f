"""Files that only their owner can read, written whole or not at all."""

import os
import tempfile
from pathlib import Path
from stat import S_IMODE, S_ISDIR

from outcomes.errors import SettingsError

FILE_MODE = 0o400
DIRECTORY_MODE = 0o700


def read_private(path: Path) -> bytes:
    """The content of a file of mode 0400. Raises SettingsError when it is missing or others can
    read it; the mode is that of the very file that was opened."""
    try:
        with path.open("rb") as file:
            mode = S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read()
    except OSError as error:
        raise SettingsError(
            f"The key file {path} cannot be read ({error.strerror});"
            " restore it with: outcomes keys restore"
        ) from error
    if mode != FILE_MODE:
        raise SettingsError(
            f"The key file {path} has mode {mode:04o}; make it 0400: chmod 400 {path}"
        )
    return content


def write_new(path: Path, content: bytes) -> None:
    """Writes a file of mode 0400 that appears whole and survives a power cut.

    Raises FileExistsError when there is one already: a rename would replace it in silence, a link
    does not, so of two processes exactly one succeeds.
    """
    handle, unfinished = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), FILE_MODE)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)
    finally:
        os.unlink(unfinished)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_private_directory(directory: Path) -> None:
    """Raises SettingsError unless this is a directory of mode 0700."""
    try:
        mode = directory.stat().st_mode
    except OSError as error:
        raise SettingsError(
            f"The key directory {directory} cannot be read ({error.strerror});"
            " create the keys with: outcomes keys init"
        ) from error
    if not S_ISDIR(mode):
        raise SettingsError(f"The key directory {directory} is not a directory; name another.")
    if S_IMODE(mode) != DIRECTORY_MODE:
        raise SettingsError(
            f"The key directory {directory} has mode {S_IMODE(mode):04o};"
            f" make it 0700: chmod 700 {directory}"
        )


def make_empty_directory(directory: Path) -> None:
    """Makes a directory of mode 0700, or takes an empty one that is there and private already."""
    try:
        directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The key directory {directory} cannot be made ({error.strerror}); name another."
        ) from error
    check_private_directory(directory)
    if any(directory.iterdir()):
        raise SettingsError(f"The key directory {directory} is not empty; name another.")
