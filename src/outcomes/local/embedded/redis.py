"""A private Redis for arq's ticks. Its data can be lost without harm."""

import asyncio
import secrets
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGTERM

from msgspec import Struct
from redis import asyncio as client

from outcomes.errors import SettingsError
from outcomes.local.embedded.data_directory import DataDirectory
from outcomes.local.embedded.programs import redis_program
from outcomes.local.process import ProcessContext, start
from outcomes.local.restart import RestartedProcess, restart_on_exit
from outcomes.platform.ports import HERE, free_port

_START_S = 30.0
_STOP_S = 5.0


class Redis(Struct, frozen=True):
    """A server that is restarted when it exits, and its address with the password."""

    child: RestartedProcess
    url: str

    def __repr__(self) -> str:
        return "Redis(<protected>)"


@asynccontextmanager
async def running_redis(directory: DataDirectory, context: ProcessContext) -> AsyncIterator[Redis]:
    """A server on a free port with a password for this start only; stopped at the end of the context.

    Raises:
        SettingsError: there is no program for this platform, or the server does not start.
    """
    program = redis_program(directory)
    folder = directory.subdirectory("redis")
    if not folder.exists():
        directory.make(folder)
    port, password = free_port(), secrets.token_urlsafe(32)
    feed = _configuration(folder, port, password).encode()

    async def launch() -> Process:
        command = [str(program), "-"]
        return await start(
            "redis", command, context, parent_death_signal=SIGTERM, user=directory.user, feed=feed
        )

    async with restart_on_exit("redis", launch, context, by=SIGTERM, timeout_s=_STOP_S) as child:
        url = f"redis://:{password}@{HERE}:{port}/0"
        await _await_answer(url, child.process, context)
        yield Redis(child, url)


def _configuration(folder: Path, port: int, password: str) -> str:
    """The configuration for standard input; arguments would show the password in process lists."""
    place = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    return f"""
        bind {HERE}
        port {port}
        requirepass {password}
        dir "{place}"
        appendonly yes
        appendfsync everysec
        save ""
        maxmemory-policy noeviction
        daemonize no
        loglevel warning
        """


async def _await_answer(url: str, server: Process, context: ProcessContext) -> None:
    connection = client.Redis.from_url(url)
    deadline = asyncio.get_running_loop().time() + _START_S
    try:
        while server.returncode is None and asyncio.get_running_loop().time() < deadline:
            try:
                await connection.ping()
            except (client.ConnectionError, client.BusyLoadingError):
                await asyncio.sleep(0.05)
            else:
                return
    finally:
        await connection.aclose()
    raise SettingsError(f"Redis did not start: see {context.log('redis')}")
