"""The caseload and the timeline as JSON."""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import Parameter

from outcomes.casework import service
from outcomes.casework.models import Entry
from outcomes.casework.people import service as people
from outcomes.casework.people.models import PersonRow, Show
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.paging import Page, page


@get("/api/v1/survivors", permission=Permission.SEE_SURVIVORS)
async def list_survivors(
    db: Database,
    caller: Caller,
    show: Show = Show.ALL,
    cursor: Annotated[str | None, Parameter(max_length=20)] = None,
    limit: Annotated[int, Parameter(ge=1, le=100)] = 50,
) -> Page[PersonRow]:
    """The caller's caseload, by reference and without names."""
    found = await people.list_people(db, caller, show, after=cursor, limit=limit + 1)
    return page(found, limit, lambda last: last.reference)


@get("/api/v1/survivors/{survivor_id:uuid}/timeline", permission=Permission.SEE_SURVIVORS)
async def get_timeline(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    cursor: str | None = None,
    limit: Annotated[int, Parameter(ge=1, le=100)] = service.ENTRIES,
) -> Page[Entry]:
    """A survivor's timeline, newest first."""
    return await service.get_timeline(db, caller, survivor_id, cursor=cursor, limit=limit)


ROUTES = (list_survivors, get_timeline)
