"""The verbs of assessments. Each is one visible transaction."""

from datetime import date
from uuid import UUID

from outcomes.assessments import store
from outcomes.assessments.instruments import Instruments
from outcomes.assessments.models import NeedLevel, NewNeedsAssessment, NewOutcomeAssessment
from outcomes.assessments.progress.changes import outcome_progress
from outcomes.assessments.records import (
    NeedsAssessment,
    NeedsBefore,
    OutcomeAssessment,
    OutcomesBefore,
    SurvivorProgress,
)
from outcomes.assessments.scoring import (
    check_area_answers,
    check_outcome_answers,
    overall_level,
    score_outcomes,
)
from outcomes.errors import Invalid, NotFound
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor, authorise, authorise_once
from outcomes.platform.access.idempotency import Creation, first_time
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import local_date
from outcomes.platform.db import Database, Transaction
from outcomes.platform.paging import RecordedDay
from outcomes.platform.zones import zone_of
from outcomes.tasks import service as tasks
from outcomes.tasks.models import TaskKind

_UNKNOWN = "Choose an instrument and a version that this installation has."


async def record_needs(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    creation: Creation,
    new: NewNeedsAssessment,
    *,
    instruments: Instruments,
) -> UUID:
    """Record the levels of need and the safety plan. An urgent need creates a task and alerts the
    person on call.

    Raises:
        Invalid: an unknown instrument, area or factor, or a day ahead.
    """
    try:
        instrument = instruments.get_needs(new.instrument, new.version)
    except NotFound:
        raise Invalid.field("instrument", _UNKNOWN) from None
    check_area_answers(instrument, new.areas)
    levels = {code: answer.level for code, answer in new.areas.items()}
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        _require_past(opened, new.assessed_on)
        if is_new:
            overall = overall_level(instrument, levels)
            await store.insert_needs(tx, opened, creation.key, new, overall)
            if NeedLevel.URGENT in levels.values():
                await _raise_urgent_need(tx, opened, creation.key)
            await audit.record_opened(
                tx, opened, "needs_assessment.recorded", "levels", "safety_plan"
            )
        return creation.key


async def record_outcomes(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    creation: Creation,
    new: NewOutcomeAssessment,
    *,
    instruments: Instruments,
) -> UUID:
    """Record the answers and their scores.

    Raises:
        Invalid: an unknown instrument, item or value, no answer at all, or a day ahead.
    """
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await add_outcomes(tx, opened, creation, new, instruments=instruments)
        return creation.key


async def add_outcomes(
    tx: Transaction,
    opened: AuthorisedSurvivor,
    creation: Creation,
    new: NewOutcomeAssessment,
    *,
    instruments: Instruments,
) -> bool:
    """`record_outcomes` in the caller's transaction; False when it was recorded before."""
    try:
        instrument = instruments.get_outcomes(new.instrument, new.version)
    except NotFound:
        raise Invalid.field("instrument", _UNKNOWN) from None
    check_outcome_answers(instrument, new.answers)
    if all(answer is None for answer in new.answers.values()):
        raise Invalid.field("answers", "Score at least one item.")
    _require_past(opened, new.assessed_on)
    if not await first_time(tx, creation, opened.now):
        return False
    scores = score_outcomes(instrument, new.answers)
    await store.insert_outcomes(tx, opened, creation.key, new, scores)
    await audit.record_opened(tx, opened, "outcome_assessment.recorded", "scores")
    return True


async def list_needs(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    *,
    after: RecordedDay | None = None,
    limit: int = 50,
) -> list[NeedsAssessment]:
    """Newest first, from the one after that position."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "needs_assessment.listed", "levels", "safety_plan")
        return await store.list_needs(tx, opened, after=after, limit=limit)


async def list_outcomes(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    *,
    after: RecordedDay | None = None,
    limit: int = 50,
) -> list[OutcomeAssessment]:
    """Newest first, from the one after that position."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "outcome_assessment.listed", "scores", "answers")
        return await store.list_outcomes(tx, opened, after=after, limit=limit)


async def get_needs(
    db: Database, caller: Caller, survivor_id: UUID, assessment_id: UUID
) -> NeedsAssessment:
    """One assessment. Raises NotFound."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "needs_assessment.viewed", "levels", "safety_plan")
        return await store.get_needs(tx, opened, assessment_id)


async def get_outcomes(
    db: Database, caller: Caller, survivor_id: UUID, assessment_id: UUID
) -> OutcomeAssessment:
    """One assessment. Raises NotFound."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "outcome_assessment.viewed", "scores", "answers")
        return await store.get_outcomes(tx, opened, assessment_id)


async def prepare_needs(db: Database, caller: Caller, survivor_id: UUID) -> NeedsBefore:
    """What the form of a new needs assessment starts with."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "needs_assessment.viewed", "levels", "safety_plan")
        found = await store.list_needs(tx, opened, after=None, limit=1)
        return NeedsBefore(opened.reference, _today(opened), found[0] if found else None)


async def prepare_outcomes(db: Database, caller: Caller, survivor_id: UUID) -> OutcomesBefore:
    """What the form of a new outcome assessment starts with."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "outcome_assessment.viewed", "scores", "answers")
        found = await store.list_outcomes(tx, opened, after=None, limit=1)
        return OutcomesBefore(opened.reference, _today(opened), found[0] if found else None)


async def get_progress(
    db: Database, caller: Caller, survivor_id: UUID, *, instruments: Instruments
) -> SurvivorProgress:
    """Baseline, previous and latest scores with what changed, and the history of needs."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "progress.viewed", "scores", "levels")
        scores = await store.list_scores(tx, survivor_id)
        return SurvivorProgress(
            reference=opened.reference,
            outcomes=outcome_progress(scores, instruments) if scores else None,
            needs=tuple(await store.list_levels(tx, survivor_id)),
        )


async def _raise_urgent_need(
    tx: Transaction, opened: AuthorisedSurvivor, assessment_id: UUID
) -> None:
    await tasks.raise_task(
        tx,
        TaskKind.URGENT_NEED,
        subject_kind="needs_assessment",
        subject_id=assessment_id,
        survivor_id=opened.survivor_id,
        owner_account_id=None,
        now=opened.now,
    )


def _require_past(opened: AuthorisedSurvivor, assessed_on: date) -> None:
    if assessed_on > _today(opened):
        raise Invalid.field("assessed_on", "Choose today or a day before it.")


def _today(opened: AuthorisedSurvivor) -> date:
    return local_date(opened.now, zone_of(opened.zone))
