"""The product's web process, as `outcomes serve` runs it, at the moment of the tests."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from outcomes.platform.ports import HERE, free_port
from outcomes.settings import Settings
from tests.moment import OFFSET
from tests.support import environment_of

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
            *(sys.executable, "-m", "tests.journeys.moved", "web", f"{OFFSET.total_seconds():.0f}"),
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
        **environment_of(settings),
        "OUTCOMES_POOL_SIZE": str(settings.pool_size),
        "PORT": str(port),
    }
