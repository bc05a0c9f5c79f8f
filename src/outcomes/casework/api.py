"""The timeline as JSON."""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import Parameter

from outcomes.casework import service
from outcomes.casework.models import Entry
from outcomes.platform.access.models import Caller, Permission
from outcomes.platform.db import Database
from outcomes.platform.paging import Page


@get("/api/v1/survivors/{survivor_id:uuid}/timeline", permission=Permission.SEE_SURVIVORS)
async def get_timeline(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    cursor: str | None = None,
    limit: Annotated[int, Parameter(ge=1, le=100)] = service.ENTRIES,
) -> Page[Entry]:
    """Everything that happened with somebody, newest first."""
    return await service.get_timeline(db, caller, survivor_id, cursor=cursor, limit=limit)


ROUTES = (get_timeline,)
