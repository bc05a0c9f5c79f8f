"""The page on which a provider's administrator accepts the wordings of texts."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import submitted
from outcomes.platform.web.pages.templating import render
from outcomes.prompts import service
from outcomes.survivors.choices import language_name


@get("/staff/wording", permission=Permission.MANAGE_PEOPLE)
async def wording_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller
) -> Response[str]:
    wordings = await service.list_wordings(db, caller)
    return render(request, "prompts/wording.html", wordings=wordings, language_name=language_name)


@post("/staff/wording", permission=Permission.MANAGE_PEOPLE)
async def accept(request: Request[Any, Any, Any], db: Database, caller: Caller) -> Redirect:
    """NotFound for a wording that does not ship."""
    form = await submitted(request)
    await service.accept_wording(db, caller, form.value("code"), form.value("version"))
    return Redirect("/staff/wording", status_code=303)


ROUTES = (wording_page, accept)
