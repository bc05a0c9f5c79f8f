"""A private Redis for arq's ticks. Nothing in it is missed when it is lost."""

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
from outcomes.local.embedded.data_directory import Lodging
from outcomes.local.embedded.programs import redis_program
from outcomes.local.process import Surroundings, start
from outcomes.local.restart import Kept, kept_alive
from outcomes.platform.ports import HERE, free_port

_START_S = 30.0
_STOP_S = 5.0


class Redis(Struct, frozen=True):
    """A server that is started again when it ends, and its address, password included."""

    kept: Kept
    url: str

    def __repr__(self) -> str:
        return "Redis(<protected>)"


@asynccontextmanager
async def running_redis(lodging: Lodging, around: Surroundings) -> AsyncIterator[Redis]:
    """A server on a free port with a password of this start only; it is stopped on leaving.

    Raises:
        SettingsError: there is no program for this platform, or the server does not start.
    """
    program = redis_program(lodging)
    folder = lodging.room("redis")
    if not folder.exists():
        lodging.make(folder)
    port, password = free_port(), secrets.token_urlsafe(32)
    feed = _configuration(folder, port, password).encode()

    async def launch() -> Process:
        command = [str(program), "-"]
        return await start("redis", command, around, dies_by=SIGTERM, user=lodging.user, feed=feed)

    async with kept_alive("redis", launch, around, by=SIGTERM, patience_s=_STOP_S) as kept:
        url = f"redis://:{password}@{HERE}:{port}/0"
        await _await_answer(url, kept.process, around)
        yield Redis(kept, url)


def _configuration(folder: Path, port: int, password: str) -> str:
    """Fed through standard input: passwords among the arguments show in lists of processes."""
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


async def _await_answer(url: str, server: Process, around: Surroundings) -> None:
    connection = client.Redis.from_url(url)
    gives_up_at = asyncio.get_running_loop().time() + _START_S
    try:
        while server.returncode is None and asyncio.get_running_loop().time() < gives_up_at:
            try:
                await connection.ping()
            except (client.ConnectionError, client.BusyLoadingError):
                await asyncio.sleep(0.05)
            else:
                return
    finally:
        await connection.aclose()
    raise SettingsError(f"Redis did not start: see {around.log('redis')}")
