"""Pathway reviews and outcome follow-ups. Recording one completes the planned contact."""

from datetime import date, timedelta
from uuid import UUID

from outcomes.assessments import service as assessments
from outcomes.assessments.instruments import Instruments
from outcomes.assessments.models import AssessmentStage, NewOutcomeAssessment
from outcomes.errors import Invalid
from outcomes.pathways import store
from outcomes.pathways.models import NewReview, Review, ReviewBefore, ReviewDecision
from outcomes.pathways.reviews import store as review_store
from outcomes.pathways.schedule import service as plans
from outcomes.pathways.schedule import store as plan_store
from outcomes.pathways.schedule.cadence import FollowUpStage, Series
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import authorise, authorise_once
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import local_date
from outcomes.platform.db import Database, Transaction
from outcomes.platform.paging import RecordedDay
from outcomes.platform.zones import zone_of

REVIEW_EARLY_BY = timedelta(days=14)
"""How early a review completes the planned one (product default; no external source)."""

FOLLOW_UP_OFF_BY = timedelta(days=91)
"""How far from its planned day a follow-up completes the planned one: half of the six months between
two of them (product default; no external source)."""

LOOK_AHEAD = timedelta(days=62)
"""How far ahead planned reviews are read: two months include the next monthly one."""


async def complete_review(
    db: Database, caller: Caller, survivor_id: UUID, creation: Creation, new: NewReview
) -> UUID:
    """Record a review and mark the planned one done; older ones that are due are superseded by it.

    The decision *exit* may bring the exit date, which then sets the end of the pathway.

    Raises:
        Invalid: a day ahead, an exit date without that decision or without the record's version.
        Conflict: the record was changed since that version.
    """
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        held_on = _day_held(new, local_date(opened.now, zone_of(opened.zone)))
        if is_new:
            if new.exit_on is not None and new.version is not None:
                await plans.set_exit_date(tx, opened, new.exit_on, new.version)
            open_ones = await plan_store.list_open(
                tx, survivor_id, Series.REVIEW, until=held_on + REVIEW_EARLY_BY
            )
            planned_id = _settled(open_ones, held_on)
            await review_store.insert_review(
                tx, opened, creation.key, new, held_on=held_on, planned_contact_id=planned_id
            )
            if planned_id is not None:
                await plan_store.complete(tx, planned_id, survivor_id, opened.now)
            await audit.record_opened(tx, opened, "pathway_review.completed", "decision", "details")
        return creation.key


async def prepare_review(db: Database, caller: Caller, survivor_id: UUID) -> ReviewBefore:
    """What the form of a new review starts with."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "pathway.viewed", "exit_on", "planned_contacts")
        today = local_date(opened.now, zone_of(opened.zone))
        open_ones = await plan_store.list_open(
            tx, survivor_id, Series.REVIEW, until=today + LOOK_AHEAD
        )
        days = {planned_id: day for planned_id, day, _ in open_ones}
        settled = _settled([one for one in open_ones if one[1] <= today + REVIEW_EARLY_BY], today)
        planned_on = days[settled] if settled else None
        after = [day for day in days.values() if day > (planned_on or today) and day > today]
        exit_on, version, _ = await store.get_exit(tx, survivor_id)
        return ReviewBefore(
            reference=opened.reference,
            today=today,
            exit_on=exit_on,
            version=version,
            planned_on=planned_on,
            next_on=min(after, default=None),
        )


async def get_review(db: Database, caller: Caller, survivor_id: UUID, review_id: UUID) -> Review:
    """One review. Raises NotFound."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "pathway_review.viewed", "decision", "details")
        return await review_store.get_review(tx, opened, review_id)


async def list_reviews(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    *,
    after: RecordedDay | None = None,
    limit: int = 50,
) -> list[Review]:
    """Newest first, from the one after that position."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "pathway_review.listed", "decision", "details")
        return await review_store.list_reviews(tx, opened, after=after, limit=limit)


async def record_follow_up(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    creation: Creation,
    new: NewOutcomeAssessment,
    *,
    instruments: Instruments,
) -> UUID:
    """Record an outcome assessment; at exit or as a follow-up it completes the nearest planned
    follow-up.

    Raises:
        Invalid: as `assessments.service.record_outcomes`.
    """
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        if await assessments.add_outcomes(tx, opened, creation, new, instruments=instruments):
            planned_id = await _planned_follow_up(tx, survivor_id, new)
            if planned_id is not None:
                await plan_store.complete(tx, planned_id, survivor_id, opened.now)
        return creation.key


def _settled(
    open_ones: list[tuple[UUID, date, FollowUpStage | None]], held_on: date
) -> UUID | None:
    """The latest contact due by that day, otherwise the next one if it is soon."""
    due = [planned_id for planned_id, day, _ in open_ones if day <= held_on]
    soon = [planned_id for planned_id, day, _ in open_ones if day > held_on]
    return due[0] if due else soon[-1] if soon else None


async def _planned_follow_up(
    tx: Transaction, survivor_id: UUID, new: NewOutcomeAssessment
) -> UUID | None:
    if new.stage not in (AssessmentStage.EXIT, AssessmentStage.FOLLOW_UP):
        return None
    at_exit = new.stage is AssessmentStage.EXIT
    open_ones = await plan_store.list_open(
        tx, survivor_id, Series.FOLLOW_UP, until=new.assessed_on + FOLLOW_UP_OFF_BY
    )
    distances = [
        (abs(day - new.assessed_on), planned_id)
        for planned_id, day, stage in open_ones
        if (stage is FollowUpStage.EXIT) == at_exit
    ]
    distance, planned_id = min(distances, default=(timedelta.max, None))
    return planned_id if distance <= FOLLOW_UP_OFF_BY else None


def _day_held(new: NewReview, today: date) -> date:
    held_on = new.held_on or today
    if held_on > today:
        raise Invalid.field("held_on", "Choose today or the day when you held it.")
    if new.next_on is not None and new.next_on <= held_on:
        raise Invalid.field("next_on", "Choose a day after this review.")
    if new.exit_on is not None and new.decision is not ReviewDecision.EXIT:
        raise Invalid.field("exit_on", "Leave the exit date out, or choose Exit as the decision.")
    if new.exit_on is not None and new.version is None:
        raise Invalid.field("version", "Send the version of the record that you looked at.")
    return held_on
