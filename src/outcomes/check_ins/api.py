"""Contact as JSON: attempts, check-ins, drop-ins and activities."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import Parameter
from msgspec.structs import asdict

from outcomes.check_ins import service
from outcomes.check_ins.models import (
    Activity,
    CheckIn,
    ContactAttempt,
    DropIn,
    NewActivity,
    NewAttempt,
    NewCheckIn,
    NewDropIn,
)
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.paging import Day, Moment, Page, page, read_cursor

Limit = Annotated[int, Parameter(ge=1, le=100)]
Cursor = Annotated[str | None, Parameter(max_length=100)]


class LoggedCheckIn(NewCheckIn, frozen=True, kw_only=True):
    """A check-in as it was sent, and its id."""

    id: UUID


class LoggedAttempt(NewAttempt, frozen=True, kw_only=True):
    """An attempt as it was sent, and its id."""

    id: UUID


class DropInAttended(NewDropIn, frozen=True, kw_only=True):
    """Who came to a drop-in, and when."""

    survivor_id: UUID


@get("/api/v1/survivors/{survivor_id:uuid}/check-ins", permission=Permission.SEE_SURVIVORS)
async def list_check_ins(
    db: Database, caller: Caller, survivor_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> Page[CheckIn]:
    """Check-ins; a correction is listed beside what it corrects."""
    after = read_cursor(Moment, cursor)
    found = await service.list_check_ins(db, caller, survivor_id, after=after, limit=limit + 1)
    return page(found, limit, lambda last: Moment(last.occurred_at, last.id))


@post("/api/v1/survivors/{survivor_id:uuid}/check-ins", permission=Permission.RECORD_WORK)
async def log_check_in(
    db: Database, caller: Caller, survivor_id: UUID, data: NewCheckIn, idempotency_key: UUID
) -> LoggedCheckIn:
    """Log that two-way contact happened."""
    creation = Creation.of(caller, idempotency_key, f"check-in:{survivor_id}", data)
    check_in_id = await service.log_check_in(db, caller, survivor_id, creation, data)
    return LoggedCheckIn(id=check_in_id, **asdict(data))


@get("/api/v1/survivors/{survivor_id:uuid}/contact-attempts", permission=Permission.SEE_SURVIVORS)
async def list_attempts(
    db: Database, caller: Caller, survivor_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> Page[ContactAttempt]:
    """Every attempt, whether it reached the survivor or not."""
    after = read_cursor(Moment, cursor)
    found = await service.list_attempts(db, caller, survivor_id, after=after, limit=limit + 1)
    return page(found, limit, lambda last: Moment(last.attempted_at, last.id))


@post("/api/v1/survivors/{survivor_id:uuid}/contact-attempts", permission=Permission.RECORD_WORK)
async def log_attempt(
    db: Database, caller: Caller, survivor_id: UUID, data: NewAttempt, idempotency_key: UUID
) -> LoggedAttempt:
    """Log an attempt that did not reach the survivor, and why."""
    creation = Creation.of(caller, idempotency_key, f"attempt:{survivor_id}", data)
    attempt_id = await service.log_attempt(db, caller, survivor_id, creation, data)
    return LoggedAttempt(id=attempt_id, **asdict(data))


@get("/api/v1/survivors/{survivor_id:uuid}/activities", permission=Permission.SEE_SURVIVORS)
async def list_activities(
    db: Database, caller: Caller, survivor_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> Page[Activity]:
    """Work, education, training and volunteering that started or stopped."""
    after = read_cursor(Day, cursor)
    found = await service.list_activities(db, caller, survivor_id, after=after, limit=limit + 1)
    return page(found, limit, lambda last: Day(last.happened_on, last.id))


@post("/api/v1/survivors/{survivor_id:uuid}/activities", permission=Permission.RECORD_WORK)
async def record_activity(
    db: Database, caller: Caller, survivor_id: UUID, data: NewActivity, idempotency_key: UUID
) -> Activity:
    """Record that one of them started or stopped."""
    creation = Creation.of(caller, idempotency_key, f"activity:{survivor_id}", data)
    activity_id = await service.record_activity(db, caller, survivor_id, creation, data)
    return Activity(id=activity_id, **asdict(data))


@get("/api/v1/drop-ins", permission=Permission.SEE_SURVIVORS)
async def list_drop_ins(
    db: Database, caller: Caller, cursor: Cursor = None, limit: Limit = 50
) -> Page[DropIn]:
    """Who of the caller's caseload came to drop-ins."""
    after = read_cursor(Day, cursor)
    found = await service.list_drop_ins(db, caller, after=after, limit=limit + 1)
    return page(found, limit, lambda last: Day(last.attended_on, last.id))


@post("/api/v1/drop-ins", permission=Permission.RECORD_WORK)
async def record_drop_in(
    db: Database, caller: Caller, data: DropInAttended, idempotency_key: UUID
) -> DropIn:
    """Record that somebody attended; one row per day, however often it is sent."""
    creation = Creation.of(caller, idempotency_key, "drop-in", data)
    drop_in_id = await service.record_drop_in(
        db, caller, data.survivor_id, creation, NewDropIn(data.attended_on)
    )
    return DropIn(drop_in_id, data.survivor_id, data.attended_on)


ROUTES = (
    list_check_ins,
    log_check_in,
    list_attempts,
    log_attempt,
    list_activities,
    record_activity,
    list_drop_ins,
    record_drop_in,
)
