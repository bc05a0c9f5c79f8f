"""The safe-contact page."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from outcomes.errors import Invalid
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import Form, nested, submitted
from outcomes.platform.web.pages.templating import render
from outcomes.platform.web.requests.reading import read
from outcomes.survivors import choices
from outcomes.survivors.models import Contact, SafeContact, SafeContactProfile
from outcomes.survivors.safe_contact import hours_form
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.survivors.safe_contact.safety import confirmation_lapsed

_PATH = "/people/{survivor_id:uuid}/safe-contact"
_NEXT_PAGES = {"enrol": "/enrol"}
"""Where `then` leads after saving, below the person's page; anything else leads to that page."""


@get(_PATH, permission=Permission.SEE_SURVIVORS)
async def safe_contact_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Response[str]:
    contact, profile = await safe_contact.view_profile(db, caller, survivor_id)
    then = request.query_params.get("then", "")
    fields = profile_fields(profile) if profile else {}
    return _page(request, contact, Form.of(then=then, **fields))


@post(_PATH, permission=Permission.REGISTER_SURVIVORS)
async def save_safe_contact(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Response[Any]:
    form = await submitted(request)
    try:
        profile = read_profile(form)
        creation = Creation.of(caller, form.idempotency_key, f"safe-contact:{survivor_id}", profile)
        await safe_contact.record_safe_contact(db, caller, survivor_id, creation, profile)
    except Invalid as error:
        contact = await safe_contact.view_contact(db, caller, survivor_id)
        return _page(request, contact, form.refused(error), status=400)
    further = _NEXT_PAGES.get(form.value("then"), "")
    return Redirect(f"/people/{survivor_id}{further}", status_code=303)


@post(f"{_PATH}/confirm", permission=Permission.REGISTER_SURVIVORS)
async def confirm_safe_contact(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Redirect:
    """Confirm the profile that the page showed."""
    form = await submitted(request)
    version = form.value("version")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    await safe_contact.reconfirm_safe_contact(db, caller, survivor_id, seen)
    return Redirect(f"/people/{survivor_id}", status_code=303)


def read_profile(form: Form) -> SafeContactProfile:
    """The form as a profile. Raises Invalid, naming every field that is wrong."""
    problems: tuple[Any, ...] = ()
    hours: object = None
    try:
        hours = msgspec.json.decode(msgspec.json.encode(hours_form.read_hours(form)))
    except Invalid as error:
        problems, hours = error.problems, {}
    fields = nested(form.fields)
    for name in (*hours_form.FIELDS, "then"):
        fields.pop(name, None)
    try:
        profile = read(SafeContactProfile, {**fields, "hours": hours}, strings=True)
    except Invalid as error:
        raise Invalid(*problems, *error.problems) from error
    if problems:
        raise Invalid(*problems)
    return profile


def profile_fields(current: SafeContact) -> dict[str, object]:
    """The form fields of a profile."""
    said = msgspec.structs.asdict(current.profile)
    hours = hours_form.hours_fields(said.pop("hours"))
    ticked = {name: "true" if value is True else value or None for name, value in said.items()}
    return {**hours, **ticked}


def _page(
    request: Request[Any, Any, Any], contact: Contact, form: Form, status: int = 200
) -> Response[str]:
    contactability = contact.contactability
    return render(
        request,
        "survivors/safe_contact.html",
        status=status,
        form=form,
        current_section="/people",
        contact=contact,
        current=contactability.safe_contact,
        is_old=confirmation_lapsed(contactability, contact.now),
        weekdays=choices.WEEKDAYS,
        window_count=hours_form.window_count,
    )


ROUTES = (safe_contact_page, save_safe_contact, confirm_safe_contact)
