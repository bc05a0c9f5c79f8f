"""The product's web process, started as an operator starts it: `outcomes serve`."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from outcomes.ports import HERE, free_port
from outcomes.settings import Settings

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Web(Struct, frozen=True):
    """A running web process."""

    pid: int
    port: int

    def cpu_s(self) -> float:
        """Processor time used so far. In /proc/<pid>/stat the name ends with `)`."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Web]:
    """One web process on the given servers and keys, at a free port."""
    port = free_port()
    with tempfile.TemporaryFile("w+") as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "outcomes", "serve"),
            env=_environment(settings, port),
            stdout=said,
            stderr=said,
        )
        try:
            while not await _listens(port):
                assert process.returncode is None, said.seek(0) or said.read()
                await asyncio.sleep(0.1)
            yield Web(process.pid, port)
        finally:
            process.terminate()
            await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HERE, port)
    except OSError:
        return False
    writer.close()
    return True


def _environment(settings: Settings, port: int) -> dict[str, str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("OUTCOMES_")}
    return {
        **bare,
        "OUTCOMES_DATABASE_OWNER_URL": settings.database.owner,
        "OUTCOMES_DATABASE_APP_URL": settings.database.app,
        "OUTCOMES_DATABASE_AUTH_URL": settings.database.auth,
        "OUTCOMES_REDIS_URL": settings.redis_url,
        "OUTCOMES_KEYS": str(settings.keys),
        "OUTCOMES_PUBLIC_URL": settings.public_url,
        "OUTCOMES_TWILIO_BASE_URL": settings.twilio_base_url,
        "OUTCOMES_TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "OUTCOMES_TWILIO_AUTH_TOKEN": settings.twilio_auth_token,
        "OUTCOMES_PRACTICE_DATA_ONLY": "yes",
        "OUTCOMES_POOL_SIZE": str(settings.pool_size),
        "PORT": str(port),
    }
