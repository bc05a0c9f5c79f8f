"""Child processes that end with their parent, write no core dump, and ignore the terminal's Ctrl-C."""

import asyncio
import ctypes
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from signal import Signals

from msgspec import Struct

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class ProcessContext(Struct, frozen=True):
    """What every child process of one start shares."""

    lock: int
    """The home's lock. Each child inherits it, so it is free only after the last one has exited."""
    logs: Path
    """A folder: one file for each child."""
    notify: Callable[[str], None]
    """Prints one line to the user."""

    def log(self, name: str) -> Path:
        """Where a child's output goes."""
        return self.logs / f"{name}.log"


class User(Struct, frozen=True):
    """The user that a child runs as."""

    uid: int
    gid: int


async def start(
    name: str,
    command: Sequence[str],
    context: ProcessContext,
    *,
    parent_death_signal: Signals,
    user: User | None = None,
    environ: Mapping[str, str] | None = None,
    feed: bytes | None = None,
    answers: bool = False,
) -> Process:
    """Start a child whose output goes to its log.

    Args:
        parent_death_signal: the signal that the kernel sends it when this process ends.
        user: another user; only root can choose one.
        environ: the whole environment; minimal by default, so that no secret is inherited.
        feed: bytes for its standard input.
        answers: its standard output is read by the caller and not logged.
    """
    with context.log(name).open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=DEVNULL if feed is None else PIPE,
            stdout=PIPE if answers else log,
            stderr=log,
            env=environ
            if environ is not None
            else {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            pass_fds=(context.lock,),
            start_new_session=True,
            umask=0o077,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            preexec_fn=_bind_to_parent(os.getpid(), parent_death_signal),
        )
    if process.stdin is not None and feed is not None:
        process.stdin.write(feed)
        process.stdin.write_eof()
    return process


async def stop(process: Process, by: Signals, timeout_s: float) -> None:
    """Ask a child to stop; kill it after `timeout_s` seconds."""
    if process.returncode is None:
        process.send_signal(by)
    try:
        await asyncio.wait_for(process.wait(), timeout_s)
    except TimeoutError:
        process.kill()
        await process.wait()


def _bind_to_parent(parent: int, parent_death_signal: Signals) -> Callable[[], None]:
    """What the child runs between fork and exec: after the change of user, which would undo it."""

    def bind() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if not _ends_with_parent(parent_death_signal) or os.getppid() != parent:
            os._exit(1)

    return bind


def _ends_with_parent(by: Signals) -> bool:
    """Only Linux has this. Elsewhere the child of a killed parent runs on, and holds its home's lock:
    the next start refuses, and says so."""
    if sys.platform != "linux":
        return True
    failed: int = _libc.prctl(_PR_SET_PDEATHSIG, int(by), 0, 0, 0)
    return not failed
