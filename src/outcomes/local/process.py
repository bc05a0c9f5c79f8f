"""Child processes that cannot outlive us, dump their memory, or hear the terminal's Ctrl-C."""

import asyncio
import ctypes
import os
import resource
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from signal import Signals

from msgspec import Struct

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Surroundings(Struct, frozen=True):
    """What every child of one start shares."""

    lock: int
    """The home's lock. Each child inherits it, so it is free only when the last of them is gone."""
    logs: Path
    """A folder: one file for each child."""
    tell: Callable[[str], None]
    """Says one line to whoever started us."""

    def log(self, name: str) -> Path:
        """Where a child's output goes."""
        return self.logs / f"{name}.log"


class User(Struct, frozen=True):
    """Whom a child runs as."""

    uid: int
    gid: int


async def start(
    name: str,
    command: Sequence[str],
    around: Surroundings,
    *,
    dies_by: Signals,
    user: User | None = None,
    environ: Mapping[str, str] | None = None,
    feed: bytes | None = None,
    answers: bool = False,
) -> Process:
    """Start a child whose output goes to its log.

    Args:
        dies_by: the signal that the kernel sends it when we are gone, however we went.
        user: another user, when we are root.
        environ: the whole environment; a bare one unless given, so that no secret travels.
        feed: bytes for its standard input.
        answers: its standard output is for us to read and not for the log.
    """
    with around.log(name).open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=DEVNULL if feed is None else PIPE,
            stdout=PIPE if answers else log,
            stderr=log,
            env=environ
            if environ is not None
            else {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            pass_fds=(around.lock,),
            start_new_session=True,
            umask=0o077,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            preexec_fn=_tied_to(os.getpid(), dies_by),
        )
    if process.stdin is not None and feed is not None:
        process.stdin.write(feed)
        process.stdin.write_eof()
    return process


async def stop(process: Process, by: Signals, patience_s: float) -> None:
    """Ask a child to end; kill it when it takes longer than `patience_s` seconds."""
    if process.returncode is None:
        process.send_signal(by)
    try:
        await asyncio.wait_for(process.wait(), patience_s)
    except TimeoutError:
        process.kill()
        await process.wait()


def _tied_to(parent: int, dies_by: Signals) -> Callable[[], None]:
    """What the child does between fork and exec; after a change of user, which would undo it."""

    def tie() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        tied = _libc.prctl(_PR_SET_PDEATHSIG, int(dies_by), 0, 0, 0) == 0
        if not tied or os.getppid() != parent:
            os._exit(1)

    return tie
