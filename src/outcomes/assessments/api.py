"""Assessments as JSON. Outcome assessments are posted to `pathways`, which completes follow-ups."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from outcomes.assessments import service
from outcomes.assessments.instruments import Instruments
from outcomes.assessments.models import NewNeedsAssessment
from outcomes.assessments.records import NeedsAssessment, OutcomeAssessment
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.paging import Page, RecordedDay, page, read_cursor

Limit = Annotated[int, QueryParameter(ge=1, le=100)]
Cursor = Annotated[str | None, QueryParameter(max_length=100)]
_ONE = "/api/v1/survivors/{survivor_id:uuid}"


@get(f"{_ONE}/needs-assessments", permission=Permission.SEE_SURVIVORS)
async def list_needs(
    db: Database,
    caller: Caller,
    survivor_id: FromPath[UUID],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[NeedsAssessment]:
    """Levels of need by area, what led to them, and the safety plan."""
    after = read_cursor(RecordedDay, cursor)
    found = await service.list_needs(db, caller, survivor_id, after=after, limit=limit + 1)
    return page(found, limit, lambda last: RecordedDay(last.assessed_on, last.recorded_at, last.id))


@post(f"{_ONE}/needs-assessments", permission=Permission.RECORD_WORK)
async def record_needs(
    db: Database,
    caller: Caller,
    instruments: Instruments,
    survivor_id: FromPath[UUID],
    data: JSONBody[NewNeedsAssessment],
    idempotency_key: UUID,
) -> NeedsAssessment:
    """Record the levels. An urgent one creates a task and alerts the person on call."""
    creation = Creation.of(caller, idempotency_key, f"needs:{survivor_id}", data)
    assessment_id = await service.record_needs(
        db, caller, survivor_id, creation, data, instruments=instruments
    )
    return await service.get_needs(db, caller, survivor_id, assessment_id)


@get(f"{_ONE}/outcome-assessments", permission=Permission.SEE_SURVIVORS)
async def list_outcomes(
    db: Database,
    caller: Caller,
    survivor_id: FromPath[UUID],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OutcomeAssessment]:
    """Answers, and the scores they came to: to 4 decimals, as text."""
    after = read_cursor(RecordedDay, cursor)
    found = await service.list_outcomes(db, caller, survivor_id, after=after, limit=limit + 1)
    return page(found, limit, lambda last: RecordedDay(last.assessed_on, last.recorded_at, last.id))


ROUTES = (list_needs, record_needs, list_outcomes)
