"""A child process that is restarted when it exits."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from signal import Signals

from outcomes.local.process import ProcessContext, stop

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 60.0


class RestartedProcess:
    """The current process of a child that is restarted."""

    def __init__(self, process: Process) -> None:
        self.process = process


@asynccontextmanager
async def restart_on_exit(
    name: str,
    start: Callable[[], Awaitable[Process]],
    context: ProcessContext,
    *,
    by: Signals,
    timeout_s: float,
) -> AsyncIterator[RestartedProcess]:
    """Run a child, restart it whenever it exits, and stop it when the context ends.

    The pause before each restart doubles up to 30 s; after a minute without an exit it is short again.

    Args:
        by: the signal that asks it to stop.
        timeout_s: seconds until it is killed.
    """
    child = RestartedProcess(await start())
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_start_again(child, name, start, context))
        try:
            yield child
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            await stop(child.process, by, timeout_s)


async def _start_again(
    child: RestartedProcess,
    name: str,
    start: Callable[[], Awaitable[Process]],
    context: ProcessContext,
) -> None:
    now = asyncio.get_running_loop().time
    pause_s = _FIRST_PAUSE_S
    while True:
        started_at = now()
        code = await child.process.wait()
        context.notify(f"{name} exited (code {code}) and is restarted: see {context.log(name)}")
        if now() - started_at > _STEADY_S:
            pause_s = _FIRST_PAUSE_S
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        child.process = await start()
