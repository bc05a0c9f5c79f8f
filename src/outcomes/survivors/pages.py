"""The registration page."""

from typing import Any

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
from outcomes.survivors import choices, service
from outcomes.survivors.models import CONSENT_WORDING, NewSurvivor


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


ROUTES = (register_page, register)
