"""Flags as JSON."""

from uuid import UUID

from litestar import get, post
from msgspec import Struct
from msgspec.structs import asdict

from outcomes.disengagement import service
from outcomes.disengagement.models import Flag, FlagResolution, NewFlag
from outcomes.disengagement.rules import Ladder
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database


class FlagList(Struct, frozen=True):
    """Newest first; all of them, so there is never a next page."""

    items: tuple[Flag, ...]
    next: None = None


class RaisedFlag(NewFlag, frozen=True, kw_only=True):
    """A flag as it was sent, and its id."""

    id: UUID


class ResolvedFlag(FlagResolution, frozen=True, kw_only=True):
    """A resolution as it was sent, and the flag's id."""

    id: UUID


@get("/api/v1/survivors/{survivor_id:uuid}/flags", permission=Permission.SEE_SURVIVORS)
async def list_flags(db: Database, caller: Caller, ladder: Ladder, survivor_id: UUID) -> FlagList:
    """Signals that contact may be lost, with their evidence."""
    return FlagList((await service.list_flags(db, caller, survivor_id, ladder=ladder)).flags)


@post("/api/v1/survivors/{survivor_id:uuid}/flags", permission=Permission.RECORD_WORK)
async def raise_flag(
    db: Database, caller: Caller, survivor_id: UUID, data: NewFlag, idempotency_key: UUID
) -> RaisedFlag:
    """Raise a flag because you are worried; at most one is open at a time."""
    creation = Creation.of(caller, idempotency_key, f"flag:{survivor_id}", data)
    flag_id = await service.raise_flag(db, caller, survivor_id, creation, data)
    return RaisedFlag(id=flag_id, **asdict(data))


@post(
    "/api/v1/survivors/{survivor_id:uuid}/flags/{flag_id:uuid}/resolution",
    permission=Permission.RECORD_WORK,
)
async def resolve_flag(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    flag_id: UUID,
    data: FlagResolution,
    idempotency_key: UUID,
) -> ResolvedFlag:
    """Resolve a flag with how safety was ascertained, by whom and when."""
    creation = Creation.of(caller, idempotency_key, f"resolution:{survivor_id}:{flag_id}", data)
    await service.resolve_flag(db, caller, survivor_id, flag_id, creation, data)
    return ResolvedFlag(id=flag_id, **asdict(data))


ROUTES = (list_flags, raise_flag, resolve_flag)
