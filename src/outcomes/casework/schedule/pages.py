"""The page of a survivor's schedule."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from outcomes.casework.schedule.presentation import schedule_view
from outcomes.errors import NotFound
from outcomes.pathways import service as pathways
from outcomes.pathways.models import Schedule
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.web.pages.templating import render
from outcomes.prompts import service as prompts
from outcomes.prompts.gate import wording_for
from outcomes.survivors.safe_contact import service as safe_contact


@get(
    "/people/{survivor_id:uuid}/schedule",
    permission=Permission.SEE_SURVIVORS,
    include_in_schema=False,
)
async def schedule_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: FromPath[UUID]
) -> Response[str]:
    contact = await safe_contact.view_contact(db, caller, survivor_id)
    schedule = await _find_schedule(db, caller, survivor_id)
    wording = wording_for(contact.contactability.language)
    return render(
        request,
        "casework/schedule.html",
        survivor_id=survivor_id,
        reference=contact.reference,
        zone=contact.contactability.zone,
        view=schedule_view(schedule, contact.now) if schedule else None,
        text=wording.text if wording else None,
        why_not_now=await prompts.why_not_now(db, caller, survivor_id),
        may_record=caller.may(Permission.RECORD_WORK),
        may_send=caller.may(Permission.SEND_PROMPTS),
    )


async def _find_schedule(db: Database, caller: Caller, survivor_id: UUID) -> Schedule | None:
    """None when they are not enrolled."""
    try:
        return await pathways.get_schedule(db, caller, survivor_id)
    except NotFound:
        return None


ROUTES = (schedule_page,)
