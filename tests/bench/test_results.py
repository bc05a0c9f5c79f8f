"""The Results page of a team lead: every figure of a period and of the period before, for 480 people."""

from statistics import median
from time import perf_counter

import asyncpg
import httpx

from outcomes.pathways import service as pathways
from outcomes.platform.ports import HERE
from outcomes.platform.sql import sql
from tests.bench.compare import Bench
from tests.bench.figures import say, say_figure
from tests.bench.people import enrol, people
from tests.bench.serving import serving
from tests.support import make_provider
from tests.wire import watched

PEOPLE, VIEWS = 480, 20
AIM_MS = 150

_HISTORY = (
    """UPDATE planned_contacts SET state = 'done', closed_at = due_at + interval '10 minutes'
       WHERE provider_id = :provider_id AND due_at < :now AND hashtext(id::text) % 5 <> 0""",
    """INSERT INTO caseload_assignments (provider_id, id, survivor_id, account_id, from_at,
           assigned_by)
       SELECT provider_id, gen_random_uuid(), survivor_id, :by, enrolled_at, :by
       FROM pathways WHERE provider_id = :provider_id""",
    """UPDATE survivors
       SET nationality_token = substr(sha256((hashtext(id::text) % 30)::text::bytea), 1, 16)
       WHERE provider_id = :provider_id""",
    """INSERT INTO contact_attempts (provider_id, id, survivor_id, planned_contact_id, channel,
           attempted_at, outcome, reason, recorded_at, recorded_by)
       SELECT provider_id, gen_random_uuid(), survivor_id, id, 'call', due_at,
              CASE WHEN try = 0 THEN 'reached' ELSE 'no_answer' END,
              CASE WHEN try = 0 THEN NULL ELSE 'no_reply' END, due_at, :by
       FROM planned_contacts, generate_series(0, 1) AS try
       WHERE provider_id = :provider_id AND series = 'call' AND state = 'done'""",
    """INSERT INTO check_ins (provider_id, id, survivor_id, contact_attempt_id, occurred_at,
           details_ciphertext, safe_contact_confirmed, recorded_at, recorded_by)
       SELECT provider_id, id, survivor_id, id, attempted_at, decode(repeat('00', 400), 'hex'), true,
              attempted_at, :by
       FROM contact_attempts
       WHERE provider_id = :provider_id AND outcome = 'reached'""",
    """INSERT INTO pathway_reviews (provider_id, id, survivor_id, planned_contact_id, held_on,
           decision, details_ciphertext, recorded_at, recorded_by)
       SELECT provider_id, gen_random_uuid(), survivor_id, id, held_on, 'continue',
              decode(repeat('00', 400), 'hex'), due_at, :by
       FROM planned_contacts
       WHERE provider_id = :provider_id AND series = 'review' AND state = 'done'""",
    """INSERT INTO outcome_assessments (provider_id, id, survivor_id, instrument_code,
           instrument_version, stage, assessed_on, overall, stable, answers_ciphertext, recorded_at,
           recorded_by)
       SELECT provider_id, gen_random_uuid(), survivor_id, 'six-domains', '1.0', 'review', held_on, 3,
              true, decode(repeat('00', 400), 'hex'), due_at, :by
       FROM planned_contacts
       WHERE provider_id = :provider_id AND series = 'review' AND state = 'done'""",
    """INSERT INTO domain_scores (provider_id, outcome_assessment_id, outcome_domain, score)
       SELECT o.provider_id, o.id, domain, 1 + abs(hashtext(o.id::text || domain)) % 4
       FROM outcome_assessments AS o,
            unnest(ARRAY['safety', 'legal_protection', 'mental_wellbeing',
                         'economic_empowerment_and_education', 'social_support',
                         'physical_wellbeing']) AS domain
       WHERE o.provider_id = :provider_id""",
    """INSERT INTO drop_ins (provider_id, id, survivor_id, attended_on, recorded_at, recorded_by)
       SELECT p.provider_id, gen_random_uuid(), p.survivor_id, day::date, day, :by
       FROM pathways AS p, generate_series(p.enrolled_at, :now::timestamptz, interval '10 days') AS day
       WHERE p.provider_id = :provider_id""",
    """INSERT INTO activities (provider_id, id, survivor_id, kind, change, happened_on, recorded_at,
           recorded_by)
       SELECT provider_id, gen_random_uuid(), survivor_id, 'work', 'started',
              (enrolled_at + interval '60 days')::date, enrolled_at, :by
       FROM pathways
       WHERE provider_id = :provider_id AND enrolled_at < :now::timestamptz - interval '61 days'""",
    """INSERT INTO flags (provider_id, id, survivor_id, rule, evidence_ciphertext, raised_at,
           resolution, safety_ciphertext, resolved_at, resolved_by)
       SELECT p.provider_id, gen_random_uuid(), p.survivor_id, 'raised_by_worker', '\\x00', day,
              'safe_and_in_touch', '\\x00', day + interval '2 days', :by
       FROM pathways AS p, generate_series(p.enrolled_at + interval '30 days',
                                           :now::timestamptz - interval '3 days',
                                           interval '60 days') AS day
       WHERE p.provider_id = :provider_id""",
    """INSERT INTO outgoing_messages (provider_id, id, recipient_kind, recipient_id, channel,
           sender_number_id, state, due_at, expires_at, tries, sent_at, closed_at)
       SELECT c.provider_id, c.id, 'survivor', c.survivor_id, 'sms', n.id, 'delivered', c.due_at,
              c.closes_at, 1, c.due_at, c.due_at
       FROM planned_contacts AS c
       JOIN sender_numbers AS n ON n.provider_id = c.provider_id AND n.used_for = 'survivors'
       WHERE c.provider_id = :provider_id AND c.series = 'prompt' AND c.state = 'done'
        """,
)


async def test_results_for_480_people(bench: Bench, superuser_url: str) -> None:
    provider = await make_provider(bench.product)
    worker = bench.product.scopes.worker(provider.id)
    async with bench.product.db.transaction(worker) as tx:
        now = await tx.now()
    await enrol(bench.product, provider.lead, people(PEOPLE, now.date()))
    await pathways.refresh_plans(bench.product.db, worker, now)
    conn = await asyncpg.connect(superuser_url)
    values = {"provider_id": provider.id, "by": provider.lead.actor.account, "now": now}
    for statement in map(sql, _HISTORY):
        used = {name: values[name] for name in statement.names}
        await conn.execute(statement.text, *statement.arguments(used))
    await conn.execute("VACUUM ANALYZE")
    rows = await conn.fetchval(
        "SELECT count(*) FROM planned_contacts WHERE provider_id = $1", provider.id
    )
    await conn.close()
    headers = await bench.headers(provider.lead)
    log, urls = bench.servers.context.log("postgres"), bench.product.settings.database
    took = []
    async with (
        watched(log, bench.servers.postgres.superuser_url, urls) as wire,
        serving(bench.product.settings) as web,
        httpx.AsyncClient(base_url=f"http://{HERE}:{web.port}", headers=headers) as client,
    ):
        path = (await client.get("/results")).headers["Location"]
        assert path.startswith("/results/internal/")
        for _ in range(VIEWS):
            wire.mark()
            began = perf_counter()
            answer = await client.get(path)
            took.append((perf_counter() - began) * 1000)
            assert answer.status_code == 200
        sent = [one for one in await wire.since_mark() if not one.opens_or_closes]
    say(
        f"Results of {PEOPLE} people with {rows:,} planned contacts, this period and the one before"
    )
    say_figure("statements at the wire, without BEGIN and COMMIT", str(len(sent)))
    say_figure("first view, nothing prepared", f"{took[0]:.0f} ms")
    say_figure(f"half of {VIEWS} views within, aim < {AIM_MS} ms", f"{median(took):.0f} ms")
