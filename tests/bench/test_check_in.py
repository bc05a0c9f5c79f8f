"""A check-in over HTTP: signed in, authorised, audited, encrypted and committed.

Its floor is its own SQL, replayed by bare asyncpg. What a caller could do at best, one row in one
commit, stands beside it.
"""

from collections.abc import AsyncIterator
from statistics import median

import asyncpg
import msgspec
import pytest

from outcomes.check_ins.models import NewCheckIn, Wellbeing
from tests.bench.compare import CALLERS, Bench, Request
from tests.bench.figures import say, say_figure, say_layers, say_throughput
from tests.bench.replay import Script, Step, Unit
from tests.support import make_provider, make_survivor, make_worker

AIM = 0.6
SAID = NewCheckIn(
    wellbeing=Wellbeing.MIXED,
    note="Spoke for ten minutes; settled, and the course goes on. " * 3,
)
LAYERS = (
    "session looked up",
    "transaction of the provider",
    "clock, boundary, key and idempotency",
    "attempt, check-in and audit",
    "HTTP, framework, reading, encryption, answer",
)


async def test_a_check_in_against_its_own_sql(bench: Bench, one_row: Script) -> None:
    requests = await _requests(bench)
    measured = await bench.measure(requests, await bench.capture(requests))
    rows = [await bench.replay((one_row,) * CALLERS) for _ in range(3)]
    say(f"A check-in over HTTP, {CALLERS} callers, one web process, pool of 8")
    say_throughput(measured, aim=AIM)
    best = median(one.a_second for one in rows)
    own = median(one.product.a_second for one in measured.rounds)
    say_figure("one row, one commit, bare", f"{best:,.0f}/s")
    say_figure("product against one row", f"{own / best:.2f}")
    say_layers(LAYERS, measured)


@pytest.fixture
async def one_row(bench: Bench, superuser_url: str) -> AsyncIterator[Script]:
    """A row of a check-in's size into a bare table, in one commit."""
    app = bench.product.settings.database.app_role
    conn = await asyncpg.connect(superuser_url)
    await conn.execute(
        f"""CREATE TABLE bare_rows (id uuid PRIMARY KEY, at timestamptz, details bytea);
            GRANT INSERT ON bare_rows TO "{app}\""""
    )
    insert = "INSERT INTO bare_rows (id, at, details) VALUES ($1, $2, $3)"
    values = ("00000000-0000-0000-0000-000000000000", "2026-11-20T09:00:00Z", "\\x" + "00" * 400)
    yield (Unit(app, (Step(insert, values, fresh={0: 0}),)),)
    await conn.execute("DROP TABLE bare_rows")
    await conn.close()


async def _requests(bench: Bench) -> list[Request]:
    """Each caller is a worker with a survivor of their own."""
    provider = await make_provider(bench.product)
    requests = []
    for number in range(CALLERS):
        worker = await make_worker(bench.product, provider)
        survivor_id = await make_survivor(bench.product, worker, phone=f"07700 900{number:03d}")
        path = f"/api/v1/survivors/{survivor_id}/check-ins"
        headers = await bench.headers(worker)
        requests.append(Request("POST", path, headers, msgspec.json.encode(SAID)))
    return requests
