"""Assessments as JSON. Outcome assessments are posted to `pathways`, which settles follow-ups."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from outcomes.assessments import service
from outcomes.assessments.models import NewNeedsAssessment
from outcomes.assessments.records import NeedsAssessment, OutcomeAssessment
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller, Permission
from outcomes.platform.db import Database

Limit = Annotated[int, QueryParameter(ge=1, le=100)]
_ONE = "/api/v1/survivors/{survivor_id:uuid}"


class NeedsList(Struct, frozen=True):
    """Newest first. `next` goes into `cursor` to ask for the older ones."""

    items: list[NeedsAssessment]
    next: UUID | None


class OutcomesList(Struct, frozen=True):
    """Newest first. `next` goes into `cursor` to ask for the older ones."""

    items: list[OutcomeAssessment]
    next: UUID | None


@get(f"{_ONE}/needs-assessments", permission=Permission.SEE_SURVIVORS)
async def list_needs(
    db: Database,
    caller: Caller,
    survivor_id: FromPath[UUID],
    cursor: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> NeedsList:
    """Levels of need by area, what led to them, and the safety plan."""
    items = await service.list_needs(db, caller, survivor_id, before=cursor, limit=limit)
    return NeedsList(items, items[-1].id if len(items) == limit else None)


@post(f"{_ONE}/needs-assessments", permission=Permission.RECORD_WORK)
async def record_needs(
    db: Database,
    caller: Caller,
    survivor_id: FromPath[UUID],
    data: JSONBody[NewNeedsAssessment],
    idempotency_key: UUID,
) -> NeedsAssessment:
    """Record the levels. An urgent one makes a task and wakes the on-call colleague."""
    creation = Creation.of(caller, idempotency_key, f"needs:{survivor_id}", data)
    assessment_id = await service.record_needs(db, caller, survivor_id, creation, data)
    return await service.get_needs(db, caller, survivor_id, assessment_id)


@get(f"{_ONE}/outcome-assessments", permission=Permission.SEE_SURVIVORS)
async def list_outcomes(
    db: Database,
    caller: Caller,
    survivor_id: FromPath[UUID],
    cursor: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> OutcomesList:
    """Answers, and the scores they came to: to 4 decimals, as text."""
    items = await service.list_outcomes(db, caller, survivor_id, before=cursor, limit=limit)
    return OutcomesList(items, items[-1].id if len(items) == limit else None)


ROUTES = (list_needs, record_needs, list_outcomes)
