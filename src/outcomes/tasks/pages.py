"""The on-call page."""

from functools import partial
from typing import Any

from litestar import Request, get, post
from litestar.response import Response

from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import Form
from outcomes.platform.web.pages.saving import save_form
from outcomes.platform.web.pages.templating import render
from outcomes.providers.accounts import service as accounts
from outcomes.tasks import service
from outcomes.tasks.models import OnCall


@get("/staff/on-call", permission=Permission.MANAGE_PEOPLE)
async def on_call_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller
) -> Response[str]:
    return await _on_call(request, db, caller, Form())


@post("/staff/on-call", permission=Permission.MANAGE_PEOPLE)
async def put_on_call(
    request: Request[Any, Any, Any], db: Database, caller: Caller
) -> Response[Any]:
    return await save_form(
        request,
        OnCall,
        lambda _, chosen: service.put_on_call(db, caller, chosen.account_id, chosen.phone),
        show=partial(_on_call, request, db, caller),
        then="/staff",
    )


async def _on_call(
    request: Request[Any, Any, Any], db: Database, caller: Caller, form: Form, status: int = 200
) -> Response[str]:
    staff_list = await accounts.list_staff(db, caller)
    candidates = [
        one for one in staff_list.accounts if one.active and one.role in service.ON_CALL_ROLES
    ]
    return render(request, "tasks/on_call.html", status=status, form=form, candidates=candidates)


ROUTES = (on_call_page, put_on_call)
