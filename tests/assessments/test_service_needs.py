"""Needs in the database, the tasks they make; and what is kept from whom."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from outcomes.assessments import service
from outcomes.assessments.instruments import shipped_instruments
from outcomes.assessments.models import (
    AreaAnswer,
    NeedLevel,
    NewNeedsAssessment,
    OverallLevel,
)
from outcomes.errors import Invalid, NotFound
from outcomes.platform.access.models import Caller
from tests.assessments.factories import (
    AREAS,
    PLAN,
    PLANTED,
    a_survivor,
    assess,
    assess_needs,
    needs,
    outcomes,
)
from tests.support import Product, make_provider, make_survivor, make_worker, new_key

Verb = Callable[[Product, Caller, UUID], Awaitable[object]]


class TestNeeds:
    @pytest.mark.parametrize(
        ("levels", "overall"),
        [
            ({}, OverallLevel.INDEPENDENT),
            ({"money": NeedLevel.MEDIUM}, OverallLevel.MEDIUM),
            (
                dict.fromkeys(("money", "physical_health", "safety"), NeedLevel.MEDIUM),
                OverallLevel.HIGH,
            ),
            ({"money": NeedLevel.URGENT}, OverallLevel.URGENT_RESPONSE),
            ({"safety": NeedLevel.URGENT}, OverallLevel.SAFEGUARDING_INTERVENTION),
        ],
    )
    async def test_levels(
        self, product: Product, levels: dict[str, NeedLevel], overall: OverallLevel
    ) -> None:
        worker, survivor_id = await a_survivor(product)
        new = needs(**levels)
        assessment_id = await assess_needs(product, worker, survivor_id, new)
        found = await service.get_needs(product.db, worker, survivor_id, assessment_id)
        assert found.overall is overall
        assert found.levels == dict.fromkeys(AREAS, NeedLevel.NONE) | levels
        assert (found.areas, found.safety_plan) == (new.areas, PLAN)
        progress = await service.get_progress(
            product.db, worker, survivor_id, instruments=shipped_instruments()
        )
        assert [one.overall for one in progress.needs] == [overall]

    async def test_an_urgent_need_raises_one_task_and_alerts_the_person_on_call(
        self, product: Product
    ) -> None:
        provider = await make_provider(product)
        worker = await make_worker(product, provider)
        survivor_id = await make_survivor(product, worker, phone=None)
        new = needs(mental_health=NeedLevel.URGENT)
        creation = new_key(worker, new)
        for _ in range(2):
            await service.record_needs(
                product.db, worker, survivor_id, creation, new, instruments=shipped_instruments()
            )
        async with product.db.transaction(worker) as tx:
            tasks = await tx.conn.fetch(
                """SELECT id, kind, survivor_id, owner_account_id, due_at - raised_at AS within
                   FROM tasks WHERE provider_id = $1""",
                provider.id,
            )
            alerts = await tx.conn.fetch(
                "SELECT task_id, attempt FROM staff_alerts WHERE provider_id = $1", provider.id
            )
        assert [
            (task["kind"], task["survivor_id"], task["owner_account_id"]) for task in tasks
        ] == [("urgent_need", survivor_id, provider.lead.actor.account)]
        assert tasks[0]["within"] >= timedelta(hours=2)
        assert sorted(alert["attempt"] for alert in alerts) == [1, 2]

    async def test_a_high_need_alerts_nobody(self, product: Product) -> None:
        provider = await make_provider(product)
        worker = await make_worker(product, provider)
        survivor_id = await make_survivor(product, worker, phone=None)
        await assess_needs(product, worker, survivor_id, needs(safety=NeedLevel.HIGH))
        async with product.db.transaction(worker) as tx:
            count = "SELECT count(*) FROM tasks WHERE provider_id = $1"
            assert await tx.conn.fetchval(count, provider.id) == 0

    async def test_unknown_areas_and_factors_are_named(self, product: Product) -> None:
        worker, survivor_id = await a_survivor(product)
        wrong = {
            "garden": AreaAnswer(NeedLevel.LOW),
            "money": AreaAnswer(NeedLevel.LOW, factors=("unsafe_area",)),
        }
        new = NewNeedsAssessment("needs-eight", "1.0", date(2026, 3, 2), wrong)
        with pytest.raises(Invalid) as refused:
            await assess_needs(product, worker, survivor_id, new)
        fields = [problem.field for problem in refused.value.problems]
        assert fields == ["areas.garden", "areas.money"]


async def test_answers_are_never_stored_in_plain_text(product: Product) -> None:
    worker, survivor_id = await a_survivor(product)
    await assess(product, worker, survivor_id, outcomes(*["3333"] * 6))
    await assess_needs(product, worker, survivor_id, needs())
    async with product.db.transaction(worker) as tx:
        for table in ("outcome_assessments", "needs_assessments"):
            row = await tx.conn.fetchrow(
                f"""SELECT {table}::text AS whole, answers_ciphertext FROM {table}
                    WHERE provider_id = $1 AND survivor_id = $2""",
                worker.provider_id,
                survivor_id,
            )
            assert row is not None
            assert PLANTED not in row["whole"]
            assert PLANTED.encode() not in bytes(row["answers_ciphertext"])
    new = needs()
    assert PLANTED not in f"{new!r} {new.areas['money']!r} {PLAN!r} {outcomes(*['3333'] * 6)!r}"


VERBS: dict[str, Verb] = {
    "record_needs": lambda p, c, s: assess_needs(p, c, s, needs()),
    "record_outcomes": lambda p, c, s: assess(p, c, s, outcomes(*["3333"] * 6)),
    "list_needs": lambda p, c, s: service.list_needs(p.db, c, s),
    "list_outcomes": lambda p, c, s: service.list_outcomes(p.db, c, s),
    "get_progress": lambda p, c, s: service.get_progress(
        p.db, c, s, instruments=shipped_instruments()
    ),
    "prepare_needs": lambda p, c, s: service.prepare_needs(p.db, c, s),
    "prepare_outcomes": lambda p, c, s: service.prepare_outcomes(p.db, c, s),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_outside_the_caseload_there_is_nothing(product: Product, verb: str) -> None:
    """Another worker's, another provider's and nobody's survivor get the same answer."""
    provider = await make_provider(product)
    worker, colleague = await make_worker(product, provider), await make_worker(product, provider)
    stranger = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    answers = set()
    for caller, wanted in ((colleague, survivor_id), (stranger, survivor_id), (worker, uuid4())):
        with pytest.raises(NotFound) as refused:
            await VERBS[verb](product, caller, wanted)
        answers.add(refused.value.message)
    assert len(answers) == 1
    assert await service.list_needs(product.db, worker, survivor_id) == []
    assert await service.list_outcomes(product.db, worker, survivor_id) == []


async def test_one_survivors_assessment_is_not_anothers(product: Product) -> None:
    worker, survivor_id = await a_survivor(product)
    other_id = await make_survivor(product, worker)
    assessment_id = await assess(product, worker, survivor_id, outcomes(*["3333"] * 6))
    with pytest.raises(NotFound):
        await service.get_outcomes(product.db, worker, other_id, assessment_id)
    needs_id = await assess_needs(product, worker, survivor_id, needs())
    with pytest.raises(NotFound):
        await service.get_needs(product.db, worker, other_id, needs_id)


async def test_every_access_leaves_its_event(product: Product) -> None:
    worker, survivor_id = await a_survivor(product)
    assessment_id = await assess(product, worker, survivor_id, outcomes(*["3333"] * 6))
    await service.get_outcomes(product.db, worker, survivor_id, assessment_id)
    await assess_needs(product, worker, survivor_id, needs())
    await service.get_progress(product.db, worker, survivor_id, instruments=shipped_instruments())
    async with product.db.transaction(worker) as tx:
        rows = await tx.conn.fetch(
            """SELECT DISTINCT action, account_id FROM audit_events
               WHERE provider_id = $1 AND $2 = ANY(subject_ids)
                 AND action ~ '^(needs|outcome|progress)'""",
            worker.provider_id,
            survivor_id,
        )
    assert {row["action"] for row in rows} == {
        "outcome_assessment.recorded",
        "outcome_assessment.viewed",
        "needs_assessment.recorded",
        "progress.viewed",
    }
    assert {row["account_id"] for row in rows} == {worker.actor.account}
