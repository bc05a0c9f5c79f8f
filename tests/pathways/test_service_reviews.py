"""Reviews and follow-ups settle what was planned; who may not look finds nothing."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from outcomes.assessments.instruments import shipped_instruments
from outcomes.assessments.models import AssessmentStage, NewOutcomeAssessment
from outcomes.errors import Conflict, Invalid, NotFound
from outcomes.pathways import service
from outcomes.pathways.models import NewPathway, NewReview, PlannedState, ReviewDecision
from outcomes.pathways.reviews import service as reviews
from outcomes.pathways.schedule.cadence import Series
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.paging import RecordedDay
from outcomes.survivors.models import ExitDate
from tests.support import Product, make_provider, make_survivor, make_worker, new_key

EXIT = date(2026, 1, 10)
HELD = NewReview("Moved into her own room, planted-word-kestrel.", ReviewDecision.CONTINUE)
Verb = Callable[[Product, Caller, UUID], Awaitable[object]]


async def enrolled(product: Product, worker: Caller) -> UUID:
    survivor_id = await make_survivor(product, worker, exit_on=EXIT)
    new = NewPathway()
    await service.enrol(product.db, worker, survivor_id, new_key(worker, new), new)
    return survivor_id


async def review(product: Product, caller: Caller, survivor_id: UUID, new: NewReview) -> UUID:
    return await reviews.complete_review(product.db, caller, survivor_id, new_key(caller, new), new)


async def states(
    product: Product, caller: Caller, survivor_id: UUID, series: Series
) -> dict[str, str]:
    """The state of each contact of a series by its planned date."""
    schedule = await service.get_schedule(product.db, caller, survivor_id)
    found = sorted(schedule.contacts, key=lambda one: one.planned_on)
    return {str(one.planned_on): one.state for one in found if one.series is series}


class TestReviews:
    async def test_it_settles_the_latest_that_is_due(
        self, november: Product, february: Product
    ) -> None:
        """On 1 February 2027 those of 20 December and 20 January are overdue."""
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        review_id = await review(february, worker, survivor_id, HELD)
        found = await states(february, worker, survivor_id, Series.REVIEW)
        assert list(found.items())[:3] == [
            ("2026-12-20", "superseded"),
            ("2027-01-20", "done"),
            ("2027-02-20", "planned"),
        ]
        held = await reviews.get_review(february.db, worker, survivor_id, review_id)
        assert (held.held_on, held.what_changed) == (date(2027, 2, 1), HELD.what_changed)
        schedule = await service.get_schedule(february.db, worker, survivor_id)
        done = next(one for one in schedule.contacts if one.state is PlannedState.DONE)
        assert held.planned_contact_id == done.id

    async def test_up_to_two_weeks_early_it_settles_the_next(self, december: Product) -> None:
        """Enrolled on 11 December, the first is on 11 January: on the day itself, nothing is near."""
        worker = await make_worker(december, await make_provider(december))
        survivor_id = await enrolled(december, worker)
        far = await review(december, worker, survivor_id, HELD)
        held = await reviews.get_review(december.db, worker, survivor_id, far)
        assert held.planned_contact_id is None
        before = await reviews.prepare_review(december.db, worker, survivor_id)
        assert (before.planned_on, before.next_on) == (None, date(2027, 1, 11))

    async def test_early_by_ten_days(self, november: Product, december: Product) -> None:
        """Enrolled on 20 November: on 11 December that of 20 December is nine days away."""
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        before = await reviews.prepare_review(december.db, worker, survivor_id)
        assert (before.planned_on, before.next_on) == (date(2026, 12, 21), date(2027, 1, 20))
        await review(december, worker, survivor_id, HELD)
        found = await states(december, worker, survivor_id, Series.REVIEW)
        assert list(found.items())[:2] == [("2026-12-20", "done"), ("2027-01-20", "planned")]

    async def test_exit_sets_the_end(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker)
        pathway = NewPathway()
        await service.enrol(november.db, worker, survivor_id, new_key(worker, pathway), pathway)
        leaving = NewReview("x", ReviewDecision.EXIT, exit_on=date(2026, 11, 30), version=1)
        await review(november, worker, survivor_id, leaving)
        found = await service.get_pathway(november.db, worker, survivor_id)
        assert (found.exit_on, found.planned_until) == (date(2026, 11, 30), date(2028, 11, 30))
        assert found.version == 2

    async def test_a_stale_exit_keeps_nothing_of_the_review(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        await service.set_exit_date(november.db, worker, survivor_id, ExitDate(EXIT, 1))
        stale = NewReview("x", ReviewDecision.EXIT, exit_on=date(2026, 11, 30), version=1)
        with pytest.raises(Conflict):
            await review(november, worker, survivor_id, stale)
        assert await reviews.list_reviews(november.db, worker, survivor_id) == []

    @pytest.mark.parametrize(
        ("new", "field"),
        [
            (NewReview("x", ReviewDecision.CONTINUE, held_on=date(2026, 11, 21)), "held_on"),
            (NewReview("x", ReviewDecision.CONTINUE, next_on=date(2026, 11, 20)), "next_on"),
            (NewReview("x", ReviewDecision.MOVE_ON, exit_on=EXIT, version=1), "exit_on"),
            (NewReview("x", ReviewDecision.EXIT, exit_on=EXIT), "version"),
            (NewReview("x", ReviewDecision.EXIT, exit_on=date(2027, 11, 21), version=1), "exit_on"),
        ],
    )
    async def test_invalid_input_is_refused(
        self, november: Product, new: NewReview, field: str
    ) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        with pytest.raises(Invalid) as refused:
            await review(november, worker, survivor_id, new)
        assert [problem.field for problem in refused.value.problems] == [field]

    async def test_page_by_page(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        days = [date(2026, 11, day) for day in (3, 5, 4, 5)]
        for day in days:
            await review(
                november, worker, survivor_id, NewReview("x", ReviewDecision.CONTINUE, held_on=day)
            )
        first = await reviews.list_reviews(november.db, worker, survivor_id, limit=2)
        after = RecordedDay(first[-1].held_on, first[-1].recorded_at, first[-1].id)
        rest = await reviews.list_reviews(november.db, worker, survivor_id, after=after)
        assert [str(one.held_on) for one in (*first, *rest)] == [
            "2026-11-05",
            "2026-11-05",
            "2026-11-04",
            "2026-11-03",
        ]

    async def test_reviews_are_never_stored_in_plain_text(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        await review(november, worker, survivor_id, HELD)
        async with november.db.transaction(worker) as tx:
            row = await tx.conn.fetchrow(
                """SELECT pathway_reviews::text AS whole, details_ciphertext FROM pathway_reviews
                   WHERE provider_id = $1 AND survivor_id = $2""",
                worker.provider_id,
                survivor_id,
            )
        assert row is not None
        assert b"planted-word-kestrel" not in bytes(row["details_ciphertext"])
        assert "planted-word-kestrel" not in row["whole"]


class TestFollowUps:
    @pytest.mark.parametrize(
        ("stage", "on", "done"),
        [
            (AssessmentStage.FOLLOW_UP, date(2027, 1, 31), ["2027-01-10"]),
            (AssessmentStage.REVIEW, date(2027, 1, 31), []),
            (AssessmentStage.EXIT, date(2027, 1, 31), []),
            (AssessmentStage.FOLLOW_UP, date(2026, 9, 1), []),
        ],
    )
    async def test_the_nearest_is_settled(
        self,
        november: Product,
        february: Product,
        stage: AssessmentStage,
        on: date,
        done: list[str],
    ) -> None:
        """Planned are 10 January (12 months) and 10 July 2027; exit was before enrolment."""
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        new = NewOutcomeAssessment("six-domains", "1.0", stage, on, {"safe_home": 3})
        creation = new_key(worker, new)
        for _ in range(2):
            await reviews.record_follow_up(
                february.db, worker, survivor_id, creation, new, instruments=shipped_instruments()
            )
        found = await states(february, worker, survivor_id, Series.FOLLOW_UP)
        assert [day for day, state in found.items() if state == "done"] == done
        assert "superseded" not in found.values()

    async def test_an_exit_assessment_settles_the_exit_follow_up(self, december: Product) -> None:
        worker = await make_worker(december, await make_provider(december))
        survivor_id = await make_survivor(december, worker, exit_on=date(2026, 12, 14))
        pathway = NewPathway()
        await service.enrol(december.db, worker, survivor_id, new_key(worker, pathway), pathway)
        today = date(2026, 12, 11)
        new = NewOutcomeAssessment(
            "six-domains", "1.0", AssessmentStage.EXIT, today, {"safe_home": 3}
        )
        await reviews.record_follow_up(
            december.db,
            worker,
            survivor_id,
            new_key(worker, new),
            new,
            instruments=shipped_instruments(),
        )
        found = await states(december, worker, survivor_id, Series.FOLLOW_UP)
        assert list(found.items())[:2] == [("2026-12-14", "done"), ("2027-06-14", "planned")]


def _creation(caller: Caller) -> Creation:
    return new_key(caller, HELD)


VERBS: dict[str, Verb] = {
    "enrol": lambda p, c, s: service.enrol(p.db, c, s, _creation(c), NewPathway()),
    "get_pathway": lambda p, c, s: service.get_pathway(p.db, c, s),
    "get_standing": lambda p, c, s: service.get_enrolment_status(p.db, c, s),
    "set_exit_date": lambda p, c, s: service.set_exit_date(p.db, c, s, ExitDate(EXIT, 1)),
    "get_schedule": lambda p, c, s: service.get_schedule(p.db, c, s),
    "complete_review": lambda p, c, s: reviews.complete_review(p.db, c, s, _creation(c), HELD),
    "prepare_review": lambda p, c, s: reviews.prepare_review(p.db, c, s),
    "list_reviews": lambda p, c, s: reviews.list_reviews(p.db, c, s),
    "record_follow_up": lambda p, c, s: reviews.record_follow_up(
        p.db,
        c,
        s,
        _creation(c),
        NewOutcomeAssessment("six-domains", "1.0", AssessmentStage.ENTRY, EXIT, {"safe_home": 3}),
        instruments=shipped_instruments(),
    ),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_outside_the_caseload_there_is_nothing(november: Product, verb: str) -> None:
    """Another worker's, another provider's and nobody's survivor get the same answer."""
    provider = await make_provider(november)
    worker, colleague = await make_worker(november, provider), await make_worker(november, provider)
    stranger = await make_worker(november, await make_provider(november))
    survivor_id = await enrolled(november, worker)
    before = await states(november, worker, survivor_id, Series.REVIEW)
    answers = set()
    for caller, wanted in ((colleague, survivor_id), (stranger, survivor_id), (worker, uuid4())):
        with pytest.raises(NotFound) as refused:
            await VERBS[verb](november, caller, wanted)
        answers.add(refused.value.message)
    assert len(answers) == 1
    assert await states(november, worker, survivor_id, Series.REVIEW) == before


async def test_a_colleagues_due_contacts_are_not_listed(
    november: Product, february: Product
) -> None:
    provider = await make_provider(november)
    worker, colleague = await make_worker(november, provider), await make_worker(november, provider)
    await enrolled(november, worker)
    assert (await service.list_due(february.db, colleague)).items == ()
    assert len((await service.list_due(february.db, provider.lead)).items) == 8


async def test_every_access_leaves_its_event(november: Product) -> None:
    provider = await make_provider(november)
    worker = await make_worker(november, provider)
    survivor_id = await enrolled(november, worker)
    await service.get_schedule(november.db, worker, survivor_id)
    await service.set_exit_date(november.db, worker, survivor_id, ExitDate(EXIT, 1))
    await review(november, worker, survivor_id, HELD)
    now = datetime(2026, 11, 22, 10, tzinfo=UTC)
    await service.refresh_plans(november.db, november.scopes.worker(provider.id), now)
    async with november.db.transaction(worker) as tx:
        rows = await tx.conn.fetch(
            """SELECT action, actor_kind FROM audit_events
               WHERE provider_id = $1 AND $2 = ANY(subject_ids)
                 AND action !~ '^(survivor.registered|safe_contact)' ORDER BY at, action""",
            provider.id,
            survivor_id,
        )
    assert {(row["action"], row["actor_kind"]) for row in rows} == {
        ("pathway.enrolled", "account"),
        ("schedule.viewed", "account"),
        ("survivor.exit_date_changed", "account"),
        ("pathway_review.completed", "account"),
        ("pathway.refreshed", "worker"),
    }
