"""Pathways, schedules, reviews, due contacts and new outcome assessments as JSON."""

from typing import Annotated
from uuid import UUID

from litestar import get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from outcomes.assessments import service as assessments
from outcomes.assessments.instruments import Instruments
from outcomes.assessments.models import NewOutcomeAssessment
from outcomes.assessments.records import OutcomeAssessment
from outcomes.pathways import service
from outcomes.pathways.models import (
    DueContact,
    DueState,
    NewPathway,
    NewReview,
    Pathway,
    Review,
    Schedule,
)
from outcomes.pathways.reviews import service as reviews
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.paging import Moment, Page, RecordedDay, page, read_cursor
from outcomes.survivors.models import ExitDate

Limit = Annotated[int, QueryParameter(ge=1, le=100)]
Cursor = Annotated[str | None, QueryParameter(max_length=100)]
_ONE = "/api/v1/survivors/{survivor_id:uuid}"


@get(f"{_ONE}/pathway", permission=Permission.SEE_SURVIVORS)
async def get_pathway(db: Database, caller: Caller, survivor_id: FromPath[UUID]) -> Pathway:
    """The current pathway; 404 when they are not enrolled."""
    return await service.get_pathway(db, caller, survivor_id)


@post(f"{_ONE}/pathway", permission=Permission.RECORD_WORK)
async def enrol(
    db: Database,
    caller: Caller,
    survivor_id: FromPath[UUID],
    data: JSONBody[NewPathway],
    idempotency_key: UUID,
) -> Pathway:
    """Plan everything until two years after exit. Needs consent to calls or texts, and a profile."""
    creation = Creation.of(caller, idempotency_key, f"pathway:{survivor_id}", data)
    await service.enrol(db, caller, survivor_id, creation, data)
    return await service.get_pathway(db, caller, survivor_id)


@patch(f"{_ONE}/pathway", permission=Permission.RECORD_WORK)
async def set_exit_date(
    db: Database, caller: Caller, survivor_id: FromPath[UUID], data: JSONBody[ExitDate]
) -> Pathway:
    """Set the exit date; 409 when the record is no longer at `version`."""
    await service.set_exit_date(db, caller, survivor_id, data)
    return await service.get_pathway(db, caller, survivor_id)


@get(f"{_ONE}/schedule", permission=Permission.SEE_SURVIVORS)
async def get_schedule(db: Database, caller: Caller, survivor_id: FromPath[UUID]) -> Schedule:
    """All planned, completed and cancelled contacts, and the follow-ups that are not due."""
    return await service.get_schedule(db, caller, survivor_id)


@get(f"{_ONE}/reviews", permission=Permission.SEE_SURVIVORS)
async def list_reviews(
    db: Database,
    caller: Caller,
    survivor_id: FromPath[UUID],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Review]:
    """Pathway reviews that were held."""
    after = read_cursor(RecordedDay, cursor)
    found = await reviews.list_reviews(db, caller, survivor_id, after=after, limit=limit + 1)
    return page(found, limit, lambda last: RecordedDay(last.held_on, last.recorded_at, last.id))


@post(f"{_ONE}/reviews", permission=Permission.RECORD_WORK)
async def complete_review(
    db: Database,
    caller: Caller,
    survivor_id: FromPath[UUID],
    data: JSONBody[NewReview],
    idempotency_key: UUID,
) -> Review:
    """Record a review, which completes the planned one."""
    creation = Creation.of(caller, idempotency_key, f"review:{survivor_id}", data)
    review_id = await reviews.complete_review(db, caller, survivor_id, creation, data)
    return await reviews.get_review(db, caller, survivor_id, review_id)


@post(f"{_ONE}/outcome-assessments", permission=Permission.RECORD_WORK)
async def record_outcomes(
    db: Database,
    caller: Caller,
    instruments: Instruments,
    survivor_id: FromPath[UUID],
    data: JSONBody[NewOutcomeAssessment],
    idempotency_key: UUID,
) -> OutcomeAssessment:
    """Record answers; at exit and as a follow-up this completes the planned contact."""
    creation = Creation.of(caller, idempotency_key, f"outcomes:{survivor_id}", data)
    assessment_id = await reviews.record_follow_up(
        db, caller, survivor_id, creation, data, instruments=instruments
    )
    return await assessments.get_outcomes(db, caller, survivor_id, assessment_id)


@get("/api/v1/planned-contacts", permission=Permission.SEE_SURVIVORS)
async def list_due(
    db: Database,
    caller: Caller,
    wanted: Annotated[DueState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DueContact]:
    """Calls, reviews and follow-ups of the caller's caseload that are due or overdue."""
    after = read_cursor(Moment, cursor)
    return await service.list_due(db, caller, state=wanted, after=after, limit=limit)


ROUTES = (
    get_pathway,
    enrol,
    set_exit_date,
    get_schedule,
    list_reviews,
    complete_review,
    record_outcomes,
    list_due,
)
