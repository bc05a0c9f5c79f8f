"""Contact as it is logged: once, by the right person, and with what follows from it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from outcomes.check_ins import service
from outcomes.check_ins.models import (
    ActivityChange,
    ActivityKind,
    AttemptOutcome,
    Channel,
    NewActivity,
    NewAttempt,
    NewCheckIn,
    NewDropIn,
    Reason,
    Wellbeing,
)
from outcomes.errors import Conflict, Invalid, NotFound
from outcomes.pathways import service as pathways
from outcomes.pathways.models import NewPathway, PlannedState
from outcomes.pathways.schedule.cadence import Series
from outcomes.platform.access.caseload import authorise
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.paging import Day
from outcomes.survivors.models import NotSafe
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.survivors.safe_contact.safety import why_not_text
from outcomes.tasks.models import TaskKind
from tests.support import Product, make_provider, make_survivor, make_worker, new_key, open_tasks

FINE = NewCheckIn(wellbeing=Wellbeing.FINE)


async def test_a_check_in_is_kept_with_what_was_said(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    said = NewCheckIn(
        wellbeing=Wellbeing.MIXED, channel=Channel.VISIT, worry="The landlord", note="Tea at two"
    )
    check_in_id = await service.log_check_in(
        product.db, worker, survivor_id, new_key(worker, said), said
    )

    [kept] = await service.list_check_ins(product.db, worker, survivor_id)
    assert kept.id == check_in_id
    assert kept.channel is Channel.VISIT
    assert (kept.details.wellbeing, kept.details.worry, kept.details.note) == (
        Wellbeing.MIXED,
        "The landlord",
        "Tea at two",
    )
    [attempt] = await service.list_attempts(product.db, worker, survivor_id)
    assert (attempt.outcome, attempt.reason) == (AttemptOutcome.REACHED, None)
    assert attempt.attempted_at == kept.occurred_at


async def test_sent_twice_is_logged_once_and_other_contents_are_refused(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    creation = new_key(worker, FINE)
    for _ in range(2):
        await service.log_check_in(product.db, worker, survivor_id, creation, FINE)
    assert len(await service.list_check_ins(product.db, worker, survivor_id)) == 1

    other = NewCheckIn(wellbeing=Wellbeing.NOT_GOOD)
    with pytest.raises(Conflict):
        await service.log_check_in(
            product.db, worker, survivor_id, Creation.of(worker, creation.key, "test", other), other
        )
    assert len(await service.list_check_ins(product.db, worker, survivor_id)) == 1


async def test_a_correction_replaces_what_was_said_and_counts_no_second_call(
    product: Product,
) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    first = await service.log_check_in(product.db, worker, survivor_id, new_key(worker, FINE), FINE)
    right = NewCheckIn(wellbeing=Wellbeing.NOT_GOOD, corrects_id=first)
    await service.log_check_in(product.db, worker, survivor_id, new_key(worker, right), right)

    kept = await service.list_check_ins(product.db, worker, survivor_id)
    assert {(one.details.wellbeing, one.corrects_id) for one in kept} == {
        (Wellbeing.FINE, None),
        (Wellbeing.NOT_GOOD, first),
    }
    assert len({one.occurred_at for one in kept}) == 1
    assert len(await service.list_attempts(product.db, worker, survivor_id)) == 1


async def test_a_check_in_settles_the_planned_call(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    call_id = await _planned_call(product, worker, survivor_id)
    new = NewCheckIn(wellbeing=Wellbeing.FINE, planned_contact_id=call_id)
    await service.log_check_in(product.db, worker, survivor_id, new_key(worker, new), new)
    assert await _state(product, worker, survivor_id, call_id) is PlannedState.DONE


async def test_no_answer_leaves_the_planned_call_open(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    call_id = await _planned_call(product, worker, survivor_id)
    new = NewAttempt(reason=Reason.AT_WORK, planned_contact_id=call_id)
    await service.log_attempt(product.db, worker, survivor_id, new_key(worker, new), new)
    [attempt] = await service.list_attempts(product.db, worker, survivor_id)
    assert (attempt.outcome, attempt.reason) == (AttemptOutcome.NO_ANSWER, Reason.AT_WORK)
    assert await _state(product, worker, survivor_id, call_id) is PlannedState.PLANNED


async def test_what_belongs_to_somebody_else_is_not_found_and_nothing_is_kept(
    product: Product,
) -> None:
    worker = await make_worker(product, await make_provider(product))
    mine, other = await make_survivor(product, worker), await make_survivor(product, worker)
    theirs = await _planned_call(product, worker, other)
    check_in_id = await service.log_check_in(product.db, worker, other, new_key(worker, FINE), FINE)
    for new in (
        NewCheckIn(wellbeing=Wellbeing.FINE, planned_contact_id=theirs),
        NewCheckIn(wellbeing=Wellbeing.FINE, planned_contact_id=uuid4()),
        NewCheckIn(wellbeing=Wellbeing.FINE, corrects_id=check_in_id),
    ):
        with pytest.raises(NotFound):
            await service.log_check_in(product.db, worker, mine, new_key(worker, new), new)
    attempt = NewAttempt(reason=Reason.NO_REPLY, planned_contact_id=theirs)
    with pytest.raises(NotFound):
        await service.log_attempt(product.db, worker, mine, new_key(worker, attempt), attempt)
    assert await service.list_check_ins(product.db, worker, mine) == []
    assert await service.list_attempts(product.db, worker, mine) == []


async def test_outside_the_caseload_nobody_is_found(product: Product) -> None:
    provider = await make_provider(product)
    worker, colleague = await make_worker(product, provider), await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker)
    with pytest.raises(NotFound):
        await service.log_check_in(
            product.db, colleague, survivor_id, new_key(colleague, FINE), FINE
        )


async def test_duress_stops_texts_and_asks_the_person_on_call(product: Product) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker)
    new = NewCheckIn(wellbeing=Wellbeing.FINE, duress=True)
    check_in_id = await service.log_check_in(
        product.db, worker, survivor_id, new_key(worker, new), new
    )
    async with product.db.transaction(worker) as tx:
        opened = await authorise(tx, survivor_id)
        contactability = await safe_contact.get_contactability(tx, survivor_id)
        [task] = await open_tasks(tx)
    assert why_not_text(contactability, opened.now) is NotSafe.OPTED_OUT
    assert (task.kind, task.subject_id) == (TaskKind.DURESS, check_in_id)
    assert task.owner_account_id == provider.lead.actor.account
    assert task.due_at - task.raised_at == timedelta(minutes=15)


async def test_a_safe_contact_that_is_still_right_is_confirmed_anew(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    before = await safe_contact.get_safe_contact(product.db, worker, survivor_id)
    new = NewCheckIn(wellbeing=Wellbeing.FINE, safe_contact_still_right=True)
    await service.log_check_in(product.db, worker, survivor_id, new_key(worker, new), new)
    after = await safe_contact.get_safe_contact(product.db, worker, survivor_id)
    assert before is not None
    assert after is not None
    assert after.version == before.version
    assert after.confirmed_at > before.confirmed_at


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(days=400)])
async def test_what_has_not_happened_yet_is_refused(product: Product, ahead: timedelta) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    later = await _now(product, worker) + ahead
    check_in = NewCheckIn(wellbeing=Wellbeing.FINE, occurred_at=later)
    attempt = NewAttempt(reason=Reason.NO_REPLY, attempted_at=later)
    with pytest.raises(Invalid, match="not right"):
        await service.log_check_in(
            product.db, worker, survivor_id, new_key(worker, check_in), check_in
        )
    with pytest.raises(Invalid):
        await service.log_attempt(
            product.db, worker, survivor_id, new_key(worker, attempt), attempt
        )


async def test_a_time_without_its_zone_is_refused(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    naive = datetime(2026, 1, 5, 12, tzinfo=UTC).replace(tzinfo=None)
    new = NewCheckIn(wellbeing=Wellbeing.FINE, occurred_at=naive)
    with pytest.raises(Invalid) as error:
        await service.log_check_in(product.db, worker, survivor_id, new_key(worker, new), new)
    assert [problem.field for problem in error.value.problems] == ["occurred_at"]


@pytest.mark.parametrize("year", [2020, 2099])
async def test_a_next_contact_in_the_past_or_years_ahead_is_refused(
    product: Product, year: int
) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    new = NewCheckIn(wellbeing=Wellbeing.FINE, next_contact_on=date(year, 1, 1))
    with pytest.raises(Invalid) as error:
        await service.log_check_in(product.db, worker, survivor_id, new_key(worker, new), new)
    assert [problem.field for problem in error.value.problems] == ["next_contact_on"]


async def test_the_same_drop_in_twice_is_one(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    new = NewDropIn(attended_on=(await _now(product, worker)).date() - timedelta(days=2))
    ids = {
        await service.record_drop_in(product.db, worker, survivor_id, new_key(worker, new), new)
        for _ in range(2)
    }
    [kept] = await service.list_drop_ins(product.db, worker)
    assert ids == {kept.id}
    assert (kept.survivor_id, kept.attended_on) == (survivor_id, new.attended_on)


async def test_drop_ins_of_others_are_not_listed(product: Product) -> None:
    provider = await make_provider(product)
    worker, colleague = await make_worker(product, provider), await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker)
    new = NewDropIn(attended_on=(await _now(product, worker)).date() - timedelta(days=2))
    await service.record_drop_in(product.db, worker, survivor_id, new_key(worker, new), new)
    assert await service.list_drop_ins(product.db, colleague) == []
    assert len(await service.list_drop_ins(product.db, provider.lead)) == 1


async def test_lists_go_on_where_the_page_before_ended(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    today = (await _now(product, worker)).date()
    for days in (1, 2, 2, 3):
        new = NewActivity(ActivityKind.WORK, ActivityChange.STARTED, today - timedelta(days=days))
        await service.record_activity(product.db, worker, survivor_id, new_key(worker, new), new)
    everything = await service.list_activities(product.db, worker, survivor_id)
    first = await service.list_activities(product.db, worker, survivor_id, limit=2)
    rest = await service.list_activities(
        product.db, worker, survivor_id, after=Day(first[-1].happened_on, first[-1].id)
    )
    assert first + rest == everything
    assert [one.happened_on for one in everything] == [
        today - timedelta(days=days) for days in (1, 2, 2, 3)
    ]


async def _planned_call(product: Product, worker: Caller, survivor_id: UUID) -> UUID:
    await pathways.enrol(
        product.db, worker, survivor_id, new_key(worker, NewPathway()), NewPathway()
    )
    schedule = await pathways.get_schedule(product.db, worker, survivor_id)
    return next(one.id for one in schedule.contacts if one.series is Series.CALL)


async def _state(
    product: Product, worker: Caller, survivor_id: UUID, contact_id: UUID
) -> PlannedState:
    schedule = await pathways.get_schedule(product.db, worker, survivor_id)
    return next(one.state for one in schedule.contacts if one.id == contact_id)


async def _now(product: Product, caller: Caller) -> datetime:
    async with product.db.transaction(caller) as tx:
        return await tx.now()
