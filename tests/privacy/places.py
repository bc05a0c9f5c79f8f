"""Every place where data could be left, and how to search it."""

import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
from redis import Redis

from outcomes.local.embedded.data_directory import find_data_directory
from outcomes.local.embedded.programs import postgres_programs
from tests.privacy.planted import canary
from tests.privacy.prepare import Prepared
from tests.privacy.scan import found_in_bytes, found_in_files, without_page_headers
from tests.supervised import Supervised

ENVIRONMENT_CANARY = {"PLANTED_CANARY": canary("environment")}
"""To start the supervisor with; its children inherit it."""


class Places:
    """What one product has on disk, in its servers and in its processes."""

    def __init__(self, folder: Path, product: Supervised, prepared: Prepared) -> None:
        home, self._keys = folder / "data", folder / "keys"
        self._logs = home / "logs"
        self._data_directory = find_data_directory(home)
        self._cluster = self._data_directory.subdirectory("postgres")
        self._product = product
        self._prepared = prepared
        self.look: dict[str, Callable[[], Iterator[Path | bytes]]] = {
            "data files": self._data_files,
            "WAL": self._wal,
            "PostgreSQL log": lambda: iter([self._logs / "postgres.log"]),
            "dump": self._dumps,
            "Redis files": lambda: iter([self._data_directory.subdirectory("redis")]),
            "Redis keys": self._redis_keys,
            "output": self._outputs,
            "environment": self._environments,
            "key store": lambda: iter([self._keys]),
        }

    def find(self, values: list[str]) -> dict[str, set[str]]:
        """Which values, or the place's own canary, lie in each place."""
        found: dict[str, set[str]] = {}
        for place, heaps in self.look.items():
            wanted = (*values, canary(place))
            found[place] = set()
            for heap in heaps():
                if isinstance(heap, bytes):
                    found[place] |= found_in_bytes(heap, wanted)
                else:
                    found[place] |= found_in_files([heap], wanted)
        return found

    async def plant_canaries(self) -> None:
        """One by hand in each place; the environment and the supervisor's output have theirs."""
        async with superuser(self._prepared) as admin:
            await admin.execute("CREATE TABLE canaries (song text)")
            for place in ("data files", "WAL", "dump"):
                await admin.execute("INSERT INTO canaries VALUES ($1)", canary(place))
            song = canary("PostgreSQL log")
            await admin.execute(f"DO $$ BEGIN RAISE LOG '{song}'; END $$")
            await admin.execute("CHECKPOINT")
        with Redis.from_url(self._prepared.redis_url) as redis:
            redis.set("canary", canary("Redis files") + canary("Redis keys"))
        with (self._logs / "web.log").open("a") as log:
            log.write(canary("output"))
        (self._keys / "canary").write_text(canary("key store"))

    def _data_files(self) -> Iterator[Path | bytes]:
        """All of the cluster but the WAL, which is looked at by itself."""
        yield from (path for path in self._cluster.iterdir() if path.name != "pg_wal")

    def _wal(self) -> Iterator[Path | bytes]:
        """As it lies there, and once more as one stream: a page's end may part a value in two."""
        folder = self._cluster / "pg_wal"
        yield folder
        segments = (path for path in sorted(folder.iterdir()) if path.is_file())
        yield b"".join(without_page_headers(path.read_bytes()) for path in segments)

    def _outputs(self) -> Iterator[Path | bytes]:
        """Of every child but PostgreSQL, which is looked at by itself."""
        yield from (path for path in self._logs.iterdir() if path.name != "postgres.log")

    def _dumps(self) -> Iterator[Path | bytes]:
        program = postgres_programs(self._data_directory, None) / "pg_dump"
        for options in (["--format=plain"], ["--format=custom", "--compress=none"]):
            command = [str(program), *options, self._prepared.superuser_url]
            yield subprocess.run(command, capture_output=True, check=True).stdout

    def _redis_keys(self) -> Iterator[Path | bytes]:
        with Redis.from_url(self._prepared.redis_url) as redis:
            for key in redis.scan_iter():
                yield key
                yield redis.dump(key) or b""
                yield b"\n".join(_parts(redis, key))

    def _environments(self) -> Iterator[Path | bytes]:
        for pid in self._product.children():
            with suppress(FileNotFoundError, ProcessLookupError):
                process = Path("/proc", str(pid))
                yield (process / "environ").read_bytes() + (process / "cmdline").read_bytes()


def _parts(redis: Any, key: bytes) -> list[bytes]:
    """What a key holds, which a dump may have compressed."""
    match redis.type(key):
        case b"string":
            return [redis.get(key) or b""]
        case b"hash":
            return [part for pair in redis.hgetall(key).items() for part in pair]
        case b"zset":
            return list(redis.zrange(key, 0, -1))
        case b"set":
            return list(redis.smembers(key))
        case b"list":
            return list(redis.lrange(key, 0, -1))
        case b"none":
            return []
    raise AssertionError("a kind of key that this does not look into")


@asynccontextmanager
async def superuser(prepared: Prepared) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may do everything."""
    conn = await asyncpg.connect(prepared.superuser_url)
    yield conn
    await conn.close()
