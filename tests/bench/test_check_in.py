"""A check-in over HTTP: signed in, authorised, audited, encrypted and committed.

Its floor is its own SQL, replayed by bare asyncpg. What a caller could do at best, one row in one
commit, stands beside it.
"""

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from statistics import median

import asyncpg
import msgspec
import pytest

from outcomes.check_ins.models import NewCheckIn, Wellbeing
from tests.bench.compare import CALLERS, ROUNDS, Bench, Both, Request
from tests.bench.figures import each_us, say, say_figure, say_ratio
from tests.bench.replay import Replayed, Script, Step, Unit
from tests.bench.serving import serving
from tests.support import make_provider, make_survivor, make_worker

AIM = 0.6
SAID = NewCheckIn(
    wellbeing=Wellbeing.MIXED,
    note="Spoke for ten minutes; settled, and the course goes on. " * 3,
)
LAYERS = (
    "session looked up, in a transaction of its own",
    "transaction of the provider",
    "clock, boundary and key",
    "idempotency",
    "attempt, check-in and audit",
)


async def test_a_check_in_against_its_own_sql(bench: Bench, one_row: Script) -> None:
    requests = await _requests(bench)
    scripts = await bench.capture(requests)
    layers = [tuple(_up_to(script, count) for script in scripts) for count in range(4)]
    rounds, rows, costs = [], [], []
    async with serving(bench.product.settings) as web:
        for _ in range(ROUNDS):
            rounds.append(await bench.compare(web, requests, scripts))
            rows.append(await bench.replay((one_row,) * CALLERS))
            costs.append([await bench.replay(one) for one in layers])
    _say_throughput(rounds, rows)
    _say_layers(rounds, costs)


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


def _up_to(script: Script, count: int) -> Script:
    """The session and, of the transaction after it, BEGIN, COMMIT and what stands between, but only
    `count - 1` statements of it; nothing for 0."""
    session, work = script
    if not count:
        return (session,)
    return (session, Unit(work.role, (*work.steps[:count], work.steps[-1])))


def _say_throughput(rounds: Sequence[Both], rows: Sequence[Replayed]) -> None:
    product = [one.product for one in rounds]
    say(f"A check-in over HTTP, {CALLERS} callers, one web process, pool of 8")
    say_figure("product", f"{median(one.a_second for one in product):,.0f}/s")
    say_figure("  half within", f"{median(one.p50_ms for one in product):.0f} ms")
    say_figure("  99 of 100 within", f"{median(one.p99_ms for one in product):.0f} ms")
    say_figure("its SQL, bare", f"{median(one.bare.a_second for one in rounds):,.0f}/s")
    say_figure("one row, one commit, bare", f"{median(one.a_second for one in rows):,.0f}/s")
    say_ratio(
        "product against its SQL",
        (one.product.a_second / one.bare.a_second for one in rounds),
        aim=AIM,
    )
    ratios = (one.product.a_second / row.a_second for one, row in zip(rounds, rows, strict=True))
    say_figure("product against one row", f"{median(ratios):.2f}")


def _say_layers(rounds: Sequence[Both], costs: Sequence[Sequence[Replayed]]) -> None:
    say("What each layer adds to a check-in (time at full load; processor time of the process)")
    sql = [*zip(*costs, strict=True), [one.bare for one in rounds]]
    us = [0.0, *(each_us(one.a_second for one in layer) for layer in sql)]
    us.append(each_us(one.product.a_second for one in rounds))
    cpu = [0.0, *(median(one.cpu_us for one in layer) for layer in sql)]
    cpu.append(median(one.product_cpu_us for one in rounds))
    names = (*LAYERS, "HTTP, framework, reading, encryption, answer")
    for name, (before, after), (idle, used) in zip(names, pairwise(us), pairwise(cpu), strict=True):
        say_figure(name, f"{after - before:,.0f} µs; {used - idle:,.0f} µs")
