"""The People pages: the list, and the search by name."""

from typing import Any

from litestar import Request, Response, get, post

from outcomes.casework.people import service
from outcomes.casework.people.models import Show
from outcomes.errors import Invalid
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.paging import page
from outcomes.platform.web.pages.forms import submitted
from outcomes.platform.web.pages.templating import render

PAGE_SIZE = 50


@get("/people", permission=Permission.SEE_SURVIVORS)
async def people(request: Request[Any, Any, Any], db: Database, caller: Caller) -> Response[str]:
    show = _show(request.query_params.get("show"))
    after = request.query_params.get("after")
    found = await service.list_people(db, caller, show, after=after, limit=PAGE_SIZE + 1)
    shown = page(found, PAGE_SIZE, lambda last: last.reference)
    return render(
        request,
        "casework/people.html",
        lines=shown.items,
        show=show,
        next=shown.next or "",
        may_register=caller.may(Permission.REGISTER_SURVIVORS),
    )


@post("/people/search", permission=Permission.SEE_SURVIVORS)
async def search(request: Request[Any, Any, Any], db: Database, caller: Caller) -> Response[str]:
    """A POST, so that no name is part of an address."""
    form = await submitted(request)
    typed = form.value("name").strip()
    if not typed:
        wrong = form.refused(Invalid.field("name", "Enter a name, or part of one."))
        return render(request, "casework/search.html", form=wrong, found=[], status=400)
    found = await service.search_names(db, caller, typed)
    return render(request, "casework/search.html", form=form, found=found)


def _show(asked: str | None) -> Show:
    return Show(asked) if asked in set(Show) else Show.ALL


ROUTES = (people, search)
