"""The product as its user starts it: a supervisor in a process of its own, with the entries we name.

As a module it is that supervisor: `python -m tests.supervised '{"web": ["tests.privacy.web"]}'`.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from outcomes.errors import SettingsError
from outcomes.local.supervisor import Entries, run
from outcomes.platform.ports import free_port
from outcomes.settings import EmbeddedSettings

ROOT = Path(__file__).parents[1]
REDIS_PROGRAM = "redis-server" if shutil.which("redis-server") else "valkey-server"
"""What the supervisor starts: its name stands in its command line."""
_TIMEOUT_S = 180


class Supervised:
    """A started supervisor."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.said: list[str] = []

    def read_until(self, beginning: str) -> str:
        """Read its output up to the line that begins so; fails with all of it when it never comes."""
        assert self.process.stdout is not None
        timeout = threading.Timer(_TIMEOUT_S, self.process.kill)
        timeout.start()
        try:
            for line in self.process.stdout:
                self.said.append(line)
                if line.startswith(beginning):
                    return line
        finally:
            timeout.cancel()
        raise AssertionError("".join(self.said))

    def children(self) -> list[int]:
        """The process numbers of its children and theirs."""
        return _descendants(self.process.pid)

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(by)
        return self.process.wait(timeout=60)


@contextmanager
def started_supervisor(
    folder: Path,
    *,
    entries: Mapping[str, Any] | None = None,
    port: int | None = None,
    settings: Mapping[str, str] | None = None,
    user: int | None = None,
    python: str = sys.executable,
) -> Iterator[Supervised]:
    """Start with data and keys in `folder`; entries that are not named are the product's own."""
    port = port or free_port()
    bare = {k: v for k, v in os.environ.items() if not k.startswith("OUTCOMES_")}
    environ = {
        **bare,
        "OUTCOMES_HOME": str(folder / "data"),
        "OUTCOMES_KEYS": str(folder / "keys"),
        "PORT": str(port),
        **(settings or {}),
    }
    process = subprocess.Popen(
        [python, "-m", "tests.supervised", msgspec.json.encode(entries or {}).decode()],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    try:
        yield Supervised(process, port)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def _descendants(pid: int) -> list[int]:
    """In /proc/<pid>/stat the parent is the second field after the name, which ends with `)`."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        found += (born := children.get(waiting.pop(), []))
        waiting += born
    return found


if __name__ == "__main__":
    try:
        run(
            EmbeddedSettings.from_environment(os.environ),
            msgspec.json.decode(sys.argv[1], type=Entries),
        )
    except SettingsError as error:
        sys.exit(f"Error: {error.message}")
