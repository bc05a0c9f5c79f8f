"""A child that is started again when it ends."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from signal import Signals

from outcomes.local.process import Surroundings, stop

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 60.0


class Kept:
    """The present process of a child that comes back."""

    def __init__(self, process: Process) -> None:
        self.process = process


@asynccontextmanager
async def kept_alive(
    name: str,
    start: Callable[[], Awaitable[Process]],
    around: Surroundings,
    *,
    by: Signals,
    patience_s: float,
) -> AsyncIterator[Kept]:
    """Run a child, start it again whenever it ends, and end it on leaving.

    The pause before each start doubles up to half a minute; after a steady minute it is short again.

    Args:
        by: the signal that asks it to end, on leaving.
        patience_s: seconds until it is killed instead.
    """
    kept = Kept(await start())
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_start_again(kept, name, start, around))
        try:
            yield kept
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            await stop(kept.process, by, patience_s)


async def _start_again(
    kept: Kept, name: str, start: Callable[[], Awaitable[Process]], around: Surroundings
) -> None:
    now = asyncio.get_running_loop().time
    pause_s = _FIRST_PAUSE_S
    while True:
        started_at = now()
        code = await kept.process.wait()
        around.tell(f"{name} ended (code {code}) and is started again: see {around.log(name)}")
        if now() - started_at > _STEADY_S:
            pause_s = _FIRST_PAUSE_S
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        kept.process = await start()
