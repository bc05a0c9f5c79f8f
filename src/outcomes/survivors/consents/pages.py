"""What a person has agreed to."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect

from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import parse, submitted
from outcomes.platform.web.pages.templating import render
from outcomes.survivors import service
from outcomes.survivors.models import NewConsent
from outcomes.survivors.safe_contact import service as safe_contact

_CONSENTS = "/people/{survivor_id:uuid}/consents"


@get(_CONSENTS, permission=Permission.SEE_SURVIVORS)
async def consents_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Response[str]:
    contact = await safe_contact.view_contact(db, caller, survivor_id)
    return render(
        request,
        "survivors/consents.html",
        current_section="/people",
        contact=contact,
        history=await service.list_consents(db, caller, survivor_id),
    )


@post(_CONSENTS, permission=Permission.REGISTER_SURVIVORS)
async def decide_consent(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Redirect:
    form = await submitted(request)
    new = parse(form, NewConsent)
    creation = Creation.of(caller, form.idempotency_key, f"consent:{survivor_id}", new)
    await service.record_consent(db, caller, survivor_id, creation, new)
    return Redirect(f"/people/{survivor_id}/consents", status_code=303)


ROUTES = (consents_page, decide_consent)
