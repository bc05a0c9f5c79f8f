"""A request of the product against its own SQL by bare asyncpg: captured at the wire, replayed."""

from collections.abc import Sequence
from uuid import uuid4

import httpx
from msgspec import Struct

from outcomes.app import AUTH_POOL_SIZE
from outcomes.local.embedded.servers import Servers
from outcomes.platform.access.models import Caller
from outcomes.platform.ports import HERE
from tests.bench.load import FRESH, Answered, Load, load
from tests.bench.replay import (
    Pool,
    Replay,
    Replayed,
    Script,
    beginnings,
    replay,
    script_of,
    statements_in,
)
from tests.bench.serving import Web, serving
from tests.support import Product, session_token
from tests.wire import Statement, Wire, watched

CALLERS = 32
ROUNDS = 5
WARM_UP_S, SECONDS = 0.5, 1.5


class Request(Struct, frozen=True):
    """What a caller sends; each sending has an idempotency key of its own."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    def raw(self, port: int) -> bytes:
        """As bytes on a connection that is kept."""
        headers = {"Host": f"{HERE}:{port}", **self.headers, "Idempotency-Key": FRESH.decode()}
        if self.body:
            headers["Content-Length"] = str(len(self.body))
        lines = (f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode() + self.body

    async def send(self, client: httpx.AsyncClient) -> None:
        headers = {**self.headers, "Idempotency-Key": str(uuid4())}
        answer = await client.request(self.method, self.path, headers=headers, content=self.body)
        assert answer.is_success, answer.text


class Both(Struct, frozen=True):
    """The same work in one round: by the product, and bare."""

    product: Answered
    product_cpu_us: float
    bare: Replayed


class Measured(Struct, frozen=True):
    """Every round, and what the script's beginnings cost by themselves (see `beginnings`)."""

    rounds: tuple[Both, ...]
    beginnings: tuple[tuple[Replayed, ...], ...]


class Bench(Struct, frozen=True):
    """A product on its servers, ready to be measured."""

    product: Product
    servers: Servers

    async def headers(self, caller: Caller) -> dict[str, str]:
        """Of a browser's own script in a new session of this account."""
        token = await session_token(self.product, caller)
        return {
            "Cookie": f"__Host-outcomes={token}",
            "X-CSRF-Token": self.product.ring.installation.csrf(token),
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/json",
        }

    @property
    def pools(self) -> tuple[Pool, ...]:
        database, size = self.product.settings.database, self.product.settings.pool_size
        return (
            Pool(database.app_role, database.app, size),
            Pool(database.auth_role, database.auth, AUTH_POOL_SIZE),
        )

    async def capture(self, requests: Sequence[Request]) -> tuple[Script, ...]:
        """The SQL of each request, as it reached the server; a replay of it is checked to send as
        many statements, in the same order."""
        log = self.servers.context.log("postgres")
        urls = self.product.settings.database
        async with watched(log, self.servers.postgres.superuser_url, urls) as wire:
            async with serving(self.product.settings) as web:
                sent = await _sent_twice(wire, web, requests)
            scripts = tuple(script_of(*pair) for pair in zip(sent[::2], sent[1::2], strict=True))
            wire.mark()
            await replay(Replay(self.pools, scripts[:1]))
            replayed = [one.sql for one in await wire.since_mark()]
            assert replayed[-len(sent[0]) :] == statements_in(scripts[0])
        return scripts

    async def measure(self, requests: Sequence[Request], scripts: tuple[Script, ...]) -> Measured:
        """The product and its SQL by turns, so that both meet the same disturbances."""
        async with serving(self.product.settings) as web:
            rounds = [await self._both(web, requests, scripts) for _ in range(ROUNDS)]
        cuts = zip(*map(beginnings, scripts), strict=True)
        return Measured(tuple(rounds), tuple([await self._twice(cut) for cut in cuts]))

    async def replay(self, scripts: tuple[Script, ...]) -> Replayed:
        return await replay(Replay(self.pools, scripts, WARM_UP_S, SECONDS))

    async def _both(
        self, web: Web, requests: Sequence[Request], scripts: tuple[Script, ...]
    ) -> Both:
        raw = tuple(one.raw(web.port) for one in requests)
        used_s = web.cpu_s()
        answered = await load(Load(web.port, raw, WARM_UP_S, SECONDS))
        used_s = web.cpu_s() - used_s
        return Both(answered, used_s / answered.in_all * 1_000_000, await self.replay(scripts))

    async def _twice(self, scripts: tuple[Script, ...]) -> tuple[Replayed, ...]:
        return await self.replay(scripts), await self.replay(scripts)


async def _sent_twice(wire: Wire, web: Web, requests: Sequence[Request]) -> list[list[Statement]]:
    """The statements of each sending; a first one, before, leaves the session's route remembered."""
    async with httpx.AsyncClient(base_url=f"http://{HERE}:{web.port}") as client:
        for request in requests:
            await request.send(client)
        await wire.since_mark()
        wire.mark()
        for request in requests:
            await request.send(client)
            await request.send(client)
    every = await wire.since_mark()
    each, left = divmod(len(every), 2 * len(requests))
    assert left == 0, [one.sql for one in every]
    return [every[start : start + each] for start in range(0, len(every), each)]
