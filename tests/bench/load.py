"""Callers over HTTP, in a process of their own so that they do not stand in the product's way.

As a module it reads a `Load` from standard input and prints what was `Answered`:
`python -m tests.bench.load < load.json`. A caller keeps its connection and sends its next request
when the answer to the one before is complete.
"""

import asyncio
import sys
from time import perf_counter
from typing import cast
from uuid import uuid4

import msgspec
import uvloop
from msgspec import Struct

from outcomes.platform.ports import HERE
from tests.bench.apart import run_apart

FRESH = b"<fresh-uuid>"
"""Stands in a request where each sending has a UUID of its own."""


class Load(Struct, frozen=True):
    """One request for each caller, who sends it again and again."""

    port: int
    requests: tuple[bytes, ...]
    warm_up_s: float
    seconds: float


class Answered(Struct, frozen=True):
    """What came back in the seconds after the warming up; `in_all` counts that too."""

    in_all: int
    a_second: float
    p50_ms: float
    p99_ms: float


async def load(spec: Load) -> Answered:
    """Run the callers in another process. Raises RuntimeError when an answer is not 2xx."""
    return await run_apart("tests.bench.load", spec, Answered)


class _Caller(asyncio.Protocol):
    def __init__(self, request: bytes, begins_at: float, ends_at: float) -> None:
        self._request = request.split(FRESH)
        self._begins_at, self._ends_at = begins_at, ends_at
        self._got, self._wanted, self._sent_at = b"", 0, 0.0
        self.in_all = 0
        self.took_s: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._wanted:
            self._read_head()
        if self._wanted and len(self._got) >= self._wanted:
            self._answered()

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError("the connection was closed"))

    def _send(self) -> None:
        self._got, self._wanted = b"", 0
        self._sent_at = perf_counter()
        self._transport.write(str(uuid4()).encode().join(self._request))

    def _read_head(self) -> None:
        head, end, _ = self._got.partition(b"\r\n\r\n")
        if end:
            if not head.startswith(b"HTTP/1.1 2"):
                self.done.set_exception(RuntimeError(self._got.decode()))
                self._transport.close()
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self._wanted = len(head) + 4 + int(length)

    def _answered(self) -> None:
        now = perf_counter()
        self.in_all += 1
        if self._begins_at <= now < self._ends_at:
            self.took_s.append(now - self._sent_at)
        if now < self._ends_at:
            self._send()
        else:
            self.done.set_result(None)
            self._transport.close()


async def _run(spec: Load) -> Answered:
    loop, begins_at = asyncio.get_running_loop(), perf_counter() + spec.warm_up_s
    callers = [_Caller(one, begins_at, begins_at + spec.seconds) for one in spec.requests]
    waiting = iter(callers)
    for _ in callers:
        await loop.create_connection(waiting.__next__, HERE, spec.port)
    await asyncio.gather(*(caller.done for caller in callers))
    took = sorted(one for caller in callers for one in caller.took_s)
    return Answered(
        in_all=sum(caller.in_all for caller in callers),
        a_second=len(took) / spec.seconds,
        p50_ms=took[len(took) // 2] * 1000,
        p99_ms=took[len(took) * 99 // 100] * 1000,
    )


if __name__ == "__main__":
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    print(msgspec.json.encode(uvloop.run(_run(given))).decode())
