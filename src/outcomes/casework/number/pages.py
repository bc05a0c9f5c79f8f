"""The page of a survivor's number; the number itself is shown on request only."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect

from outcomes.casework import service as casework
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.phones import dialled, readable
from outcomes.platform.web.pages.forms import Form
from outcomes.platform.web.pages.saving import create, save_form
from outcomes.platform.web.pages.templating import render
from outcomes.survivors import service
from outcomes.survivors.labels import NOT_SAFE
from outcomes.survivors.models import NewPhone
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.survivors.safe_contact.safety import why_not_call

_NUMBER = "/people/{survivor_id:uuid}/number"


@get(_NUMBER, permission=Permission.SEE_SURVIVORS)
async def number_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Response[str]:
    """The page without the number itself."""
    return await _number(request, db, caller, survivor_id, Form())


@post(f"{_NUMBER}/show", permission=Permission.SEE_SURVIVORS)
async def show_number(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Response[str]:
    """A POST, so that no link shows a number."""
    phone = await service.show_number(db, caller, survivor_id)
    return await _number(request, db, caller, survivor_id, Form(), phone=phone)


@post(_NUMBER, permission=Permission.REGISTER_SURVIVORS)
async def change_number(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Response[Any]:
    verb = partial(safe_contact.change_phone, db, caller, survivor_id)
    return await save_form(
        request,
        NewPhone,
        create(caller, f"number:{survivor_id}", verb),
        show=partial(_number, request, db, caller, survivor_id),
        then=f"/people/{survivor_id}/number",
    )


@post(f"{_NUMBER}/confirm", permission=Permission.REGISTER_SURVIVORS)
async def confirm_number(db: Database, caller: Caller, survivor_id: UUID) -> Redirect:
    """Take the number off hold: the survivor was spoken to on it."""
    await safe_contact.thaw_number(db, caller, survivor_id)
    return Redirect(f"/people/{survivor_id}/number", status_code=303)


async def _number(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    form: Form,
    status: int = 200,
    *,
    phone: str | None = None,
) -> Response[str]:
    contact, why_no_text = await casework.view_number(db, caller, survivor_id)
    safe = contact.contactability.safe_contact
    withhold = safe is None or safe.rules.withhold_our_number
    no_call = why_not_call(contact.contactability, contact.now)
    return render(
        request,
        "casework/number.html",
        status=status,
        form=form,
        current_section="/people",
        contact=contact,
        no_call=NOT_SAFE[no_call] if no_call else "",
        no_text=why_no_text or "",
        phone=readable(phone) if phone else "",
        dial=dialled(phone, withhold=withhold) if phone else "",
        withhold=withhold,
    )


ROUTES = (number_page, show_number, change_number, confirm_number)
