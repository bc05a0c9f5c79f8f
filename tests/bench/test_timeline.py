"""Fifty entries of a timeline over HTTP: signed in, in the caseload, decrypted and audited."""

from outcomes.casework.service import ENTRIES
from outcomes.check_ins import service as check_ins
from outcomes.check_ins.models import NewAttempt, NewCheckIn, Reason, Wellbeing
from outcomes.platform.access.models import Caller
from tests.bench.compare import CALLERS, Bench, Request
from tests.bench.figures import say, say_figure, say_layers, say_throughput
from tests.bench.replay import statements_in
from tests.support import make_provider, make_survivor, make_worker, new_key

WORKERS = 8
MOST_STATEMENTS = 3
LAYERS = (
    "session looked up, in a transaction of its own",
    "transaction of the provider",
    "clock, boundary and key",
    "timeline and audit",
    "HTTP, framework, decryption, answer",
)


async def test_a_timeline_against_its_own_sql(bench: Bench) -> None:
    provider = await make_provider(bench.product)
    workers = [await make_worker(bench.product, provider) for _ in range(WORKERS)]
    requests = [await _request(bench, worker) for worker in workers]
    scripts = await bench.capture(requests)
    sent = [sql for sql in statements_in(scripts[0]) if not sql.startswith(("BEGIN", "COMMIT"))]
    assert len(sent) <= MOST_STATEMENTS, sent
    each = CALLERS // WORKERS
    measured = await bench.measure(requests * each, scripts * each)
    say(f"A timeline of {ENTRIES} entries over HTTP, {CALLERS} callers, one web process, pool of 8")
    say_figure("statements at the wire, without BEGIN and COMMIT", str(len(sent)))
    say_throughput(measured)
    say_layers(LAYERS, measured)


async def _request(bench: Bench, worker: Caller) -> Request:
    """Half of what the worker recorded are check-ins, whose words are decrypted."""
    survivor_id = await make_survivor(bench.product, worker)
    said = NewCheckIn(wellbeing=Wellbeing.MIXED, note="Settled; the course goes on. " * 5)
    tried = NewAttempt(reason=Reason.AT_WORK)
    db = bench.product.db
    for _ in range(ENTRIES // 2):
        await check_ins.log_check_in(db, worker, survivor_id, new_key(worker, said), said)
        await check_ins.log_attempt(db, worker, survivor_id, new_key(worker, tried), tried)
    return Request("GET", f"/api/v1/survivors/{survivor_id}/timeline", await bench.headers(worker))
