"""The People pages: the list, the search by name, and registering somebody."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from outcomes.errors import Invalid
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller, Permission
from outcomes.platform.db import Database
from outcomes.platform.paging import page
from outcomes.platform.web.pages.forms import Form, nested, submitted
from outcomes.platform.web.pages.templating import render
from outcomes.platform.web.requests.reading import read
from outcomes.survivors import choices, service
from outcomes.survivors.models import CONSENT_WORDING, NewSurvivor, Show

PAGE_SIZE = 50


@get("/people", permission=Permission.SEE_SURVIVORS)
async def people(request: Request[Any, Any, Any], db: Database, caller: Caller) -> Response[str]:
    show = _show(request.query_params.get("show"))
    after = request.query_params.get("after")
    found = await service.list_survivors(db, caller, show, after=after, limit=PAGE_SIZE + 1)
    shown = page(found, PAGE_SIZE, lambda last: last.reference)
    return render(
        request,
        "survivors/people.html",
        lines=shown.items,
        show=show,
        next=shown.next or "",
        may_register=caller.may(Permission.REGISTER_SURVIVORS),
    )


@post("/people/search", permission=Permission.SEE_SURVIVORS)
async def search(request: Request[Any, Any, Any], db: Database, caller: Caller) -> Response[str]:
    """A form that is posted: a name must never stand in an address."""
    form = await submitted(request)
    typed = form.value("name").strip()
    if not typed:
        wrong = form.refused(Invalid.field("name", "Enter a name, or part of one."))
        return render(request, "survivors/search.html", form=wrong, found=[], status=400)
    found = await service.search_names(db, caller, typed)
    return render(request, "survivors/search.html", form=form, found=found)


@get("/people/register", permission=Permission.REGISTER_SURVIVORS)
async def register_page(request: Request[Any, Any, Any]) -> Response[str]:
    return _register(request, Form.of(zone="Europe/London"))


@post("/people/register", permission=Permission.REGISTER_SURVIVORS)
async def register(request: Request[Any, Any, Any], db: Database, caller: Caller) -> Response[Any]:
    form = await submitted(request)
    try:
        new = read_registration(form)
        creation = Creation.of(caller, form.idempotency_key, "register", new)
        survivor_id = await service.register(db, caller, creation, new)
    except Invalid as error:
        return _register(request, form.refused(error), status=400)
    return Redirect(f"/people/{survivor_id}/safe-contact?then=enrol", status_code=303)


def read_registration(form: Form) -> NewSurvivor:
    """The form as a registration: each ticked purpose is a consent given now. Raises Invalid."""
    fields = nested(form.fields)
    fields.pop("agrees_to", None)
    fields["consents"] = [
        {"purpose": purpose, "decision": "given", "wording_version": CONSENT_WORDING}
        for purpose in form.fields.get("agrees_to", ())
    ]
    return read(NewSurvivor, fields, strings=True)


def _register(request: Request[Any, Any, Any], form: Form, status: int = 200) -> Response[str]:
    return render(
        request,
        "survivors/register.html",
        status=status,
        form=form,
        choices=choices,
    )


def _show(asked: str | None) -> Show:
    return Show(asked) if asked in set(Show) else Show.ALL


ROUTES = (people, search, register_page, register)
