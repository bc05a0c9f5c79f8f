"""Needs and outcomes in the database: scores worked out by hand, tasks, ciphertext, boundaries."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from outcomes.access.models import Caller
from outcomes.assessments import service
from outcomes.assessments.models import (
    Answer,
    AreaAnswer,
    AssessmentStage,
    Improvement,
    NeedLevel,
    NewNeedsAssessment,
    NewOutcomeAssessment,
    OverallLevel,
    SafetyPlan,
)
from outcomes.assessments.records import ScoreProgress
from outcomes.errors import Conflict, Invalid, NotFound
from tests.support import Product, make_provider, make_survivor, make_worker, new_key

AREAS = (
    "accommodation",
    "physical_health",
    "mental_health",
    "legal_and_immigration",
    "money",
    "work_and_learning",
    "relationships_and_social_support",
    "safety",
)
ITEMS = (
    ("safe_home", "free_from_control", "sees_risk", "gets_help"),
    ("knows_rights", "settled_status", "legal_advice", "fair_process"),
    ("steady_days", "rest", "ways_of_coping", "hope"),
    ("enough_income", "work_or_learning", "own_money", "everyday_skills"),
    ("trusted_person", "belonging", "good_relationships", "finds_the_way"),
    ("treatment", "able_body", "food_and_warmth", "care_of_self"),
)
PLANTED = "planted-word-kestrel"
PLAN = SafetyPlan(feared=f"Her cousin {PLANTED}", agreed="Call from the centre")
Verb = Callable[[Product, Caller, UUID], Awaitable[object]]


def outcomes(
    *rows: str, on: date = date(2026, 3, 2), stage: AssessmentStage = AssessmentStage.REVIEW
) -> NewOutcomeAssessment:
    """Six rows of four marks: 1 to 4, `x` does not apply, `.` not answered."""
    answers: dict[str, Answer] = {}
    for items, row in zip(ITEMS, rows, strict=True):
        for item, mark in zip(items, row, strict=True):
            if mark != ".":
                answers[item] = "not_applicable" if mark == "x" else int(mark)
    return NewOutcomeAssessment("six-domains", "1.0", stage, on, answers, f"Note {PLANTED}")


def needs(**levels: NeedLevel) -> NewNeedsAssessment:
    """All eight areas, none where not said otherwise."""
    areas = {
        area: AreaAnswer(levels.get(area, NeedLevel.NONE), note=f"{PLANTED} {area}")
        for area in AREAS
    }
    return NewNeedsAssessment("needs-eight", "1.0", date(2026, 3, 2), areas, PLAN)


async def assess(
    product: Product, caller: Caller, survivor_id: UUID, new: NewOutcomeAssessment
) -> UUID:
    key = new_key(caller, new)
    return await service.record_outcomes(product.db, caller, survivor_id, key, new)


async def assess_needs(
    product: Product, caller: Caller, survivor_id: UUID, new: NewNeedsAssessment
) -> UUID:
    return await service.record_needs(product.db, caller, survivor_id, new_key(caller, new), new)


async def a_survivor(product: Product) -> tuple[Caller, UUID]:
    worker = await make_worker(product, await make_provider(product))
    return worker, await make_survivor(product, worker)


class TestOutcomes:
    async def test_scores_by_hand(self, product: Product) -> None:
        """2 2 3 4 is 2.75; 3 and 3 of two answered is 3; 1 2 2 of three is 5/3; one of four is not
        enough; all 4 is 4; 1 to 4 is 2.5. Five of six: (2.75 + 3 + 5/3 + 4 + 2.5) / 5 = 2.78333."""
        worker, survivor_id = await a_survivor(product)
        new = outcomes("2234", "33.x", "122.", "4...", "4444", "1234")
        assessment_id = await assess(product, worker, survivor_id, new)
        found = await service.get_outcomes(product.db, worker, survivor_id, assessment_id)
        assert found.domains == {
            "safety": Decimal("2.7500"),
            "legal_protection": Decimal("3.0000"),
            "mental_wellbeing": Decimal("1.6667"),
            "economic_empowerment_and_education": None,
            "social_support": Decimal("4.0000"),
            "physical_wellbeing": Decimal("2.5000"),
        }
        assert (found.overall, found.stable) == (Decimal("2.7833"), False)
        assert (found.answers, found.note) == (new.answers, new.note)

    async def test_too_few_domains_have_no_overall(self, product: Product) -> None:
        worker, survivor_id = await a_survivor(product)
        new = outcomes("3333", "3333", "3333", "3333", "....", "....")
        assessment_id = await assess(product, worker, survivor_id, new)
        found = await service.get_outcomes(product.db, worker, survivor_id, assessment_id)
        assert (found.overall, found.stable) == (None, None)

    async def test_progress_since_last_and_since_baseline(self, product: Product) -> None:
        """Safety 1.5, 2, 3; social support 3, not assessed, 2.75; overall 2.25, 2, 2.9583."""
        worker, survivor_id = await a_survivor(product)
        rows = (
            (outcomes("1212", "2222", "2222", "2222", "3333", "3333", on=date(2026, 1, 5))),
            (outcomes("2222", "2222", "2222", "2222", "....", "2222", on=date(2026, 7, 5))),
            (outcomes("3333", "3333", "3333", "3333", "2333", "3333", on=date(2026, 11, 5))),
        )
        for new in (rows[1], rows[2], rows[0]):  # what was written down late still comes first
            await assess(product, worker, survivor_id, new)
        progress = (await service.get_progress(product.db, worker, survivor_id)).outcomes
        assert progress is not None
        assert [str(one.assessed_on) for one in progress.history] == [
            "2026-01-05",
            "2026-07-05",
            "2026-11-05",
        ]
        lines = {line.code: line for line in (*progress.domains, progress.overall)}
        assert changes(lines["safety"]) == ("1.5000", "2.0000", "3.0000", 1.0, 1.5)
        assert changes(lines["social_support"]) == ("3.0000", None, "2.7500", None, -0.25)
        assert changes(lines["overall"]) == ("2.2500", "2.0000", "2.9583", 0.9583, 0.7083)
        since_last = lines["safety"].since_last
        assert since_last is not None
        assert since_last.improvement is Improvement.SUBSTANTIAL
        assert progress.latest.stable is False

    async def test_without_an_assessment_there_is_no_progress(self, product: Product) -> None:
        worker, survivor_id = await a_survivor(product)
        progress = await service.get_progress(product.db, worker, survivor_id)
        assert (progress.outcomes, progress.needs) == (None, ())

    async def test_newest_first_page_by_page(self, product: Product) -> None:
        worker, survivor_id = await a_survivor(product)
        for day in (3, 5, 4, 5, 1):
            await assess(
                product, worker, survivor_id, outcomes(*["3333"] * 6, on=date(2026, 3, day))
            )
        first = await service.list_outcomes(product.db, worker, survivor_id, limit=2)
        rest = await service.list_outcomes(product.db, worker, survivor_id, before=first[-1].id)
        assert [one.assessed_on.day for one in (*first, *rest)] == [5, 5, 4, 3, 1]

    async def test_sent_twice_it_is_one(self, product: Product) -> None:
        worker, survivor_id = await a_survivor(product)
        new = outcomes(*["3333"] * 6)
        creation = new_key(worker, new)
        for _ in range(2):
            await service.record_outcomes(product.db, worker, survivor_id, creation, new)
        assert len(await service.list_outcomes(product.db, worker, survivor_id)) == 1
        other = outcomes(*["4444"] * 6)
        changed = new_key(worker, other)
        with pytest.raises(Conflict):
            await service.record_outcomes(
                product.db,
                worker,
                survivor_id,
                type(changed)(creation.key, changed.route, changed.body_mac),
                other,
            )

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"instrument": "seven-domains"}, "instrument"),
            ({"version": "9.9"}, "instrument"),
            ({"answers": {"safe_hom": 3}}, "answers.safe_hom"),
            ({"answers": {"safe_home": 5}}, "answers.safe_home"),
            ({"answers": {"safe_home": None}}, "answers"),
            ({"assessed_on": date(9999, 1, 1)}, "assessed_on"),
        ],
    )
    async def test_what_cannot_be(
        self, product: Product, changed: dict[str, object], field: str
    ) -> None:
        worker, survivor_id = await a_survivor(product)
        fields: dict[str, object] = {
            "instrument": "six-domains",
            "version": "1.0",
            "stage": AssessmentStage.ENTRY,
            "assessed_on": date(2026, 3, 2),
            "answers": {"safe_home": 3},
        }
        new = NewOutcomeAssessment(**(fields | changed))  # type: ignore[arg-type] # wrong on purpose
        with pytest.raises(Invalid) as refused:
            await assess(product, worker, survivor_id, new)
        assert [problem.field for problem in refused.value.problems] == [field]


def changes(line: ScoreProgress) -> tuple[str | None, str | None, str | None, object, object]:
    """Baseline, previous and latest, and the two differences to four decimals."""
    scores = [None if s is None else str(s) for s in (line.baseline, line.previous, line.latest)]
    differences = [
        None if change is None else round(float(change.difference), 4)
        for change in (line.since_last, line.since_baseline)
    ]
    return scores[0], scores[1], scores[2], differences[0], differences[1]


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
        progress = await service.get_progress(product.db, worker, survivor_id)
        assert [one.overall for one in progress.needs] == [overall]

    async def test_an_urgent_need_makes_one_task_and_wakes_the_on_call_colleague(
        self, product: Product
    ) -> None:
        provider = await make_provider(product)
        worker = await make_worker(product, provider)
        survivor_id = await make_survivor(product, worker, phone=None)
        new = needs(mental_health=NeedLevel.URGENT)
        creation = new_key(worker, new)
        for _ in range(2):
            await service.record_needs(product.db, worker, survivor_id, creation, new)
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

    async def test_a_high_need_wakes_nobody(self, product: Product) -> None:
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


async def test_nothing_that_was_said_stands_in_the_open(product: Product) -> None:
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
            assert PLANTED not in row["whole"]
            assert PLANTED.encode() not in bytes(row["answers_ciphertext"])
    new = needs()
    assert PLANTED not in f"{new!r} {new.areas['money']!r} {PLAN!r} {outcomes(*['3333'] * 6)!r}"


VERBS: dict[str, Verb] = {
    "record_needs": lambda p, c, s: assess_needs(p, c, s, needs()),
    "record_outcomes": lambda p, c, s: assess(p, c, s, outcomes(*["3333"] * 6)),
    "list_needs": lambda p, c, s: service.list_needs(p.db, c, s),
    "list_outcomes": lambda p, c, s: service.list_outcomes(p.db, c, s),
    "get_progress": lambda p, c, s: service.get_progress(p.db, c, s),
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
    await service.get_progress(product.db, worker, survivor_id)
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
