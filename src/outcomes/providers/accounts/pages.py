"""The page of the caller's own account and sessions."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect

from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.web.pages.templating import render
from outcomes.providers.accounts import service as accounts


@get("/account", permission=Permission.OWN_ACCOUNT)
async def account_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller
) -> Response[str]:
    account, team, sessions = await accounts.view_own_account(db, caller)
    return render(
        request,
        "providers/account.html",
        account=account,
        team=team,
        sessions=sessions,
    )


@post(
    "/account/sessions/{session_id:uuid}/end",
    permission=Permission.OWN_ACCOUNT,
)
async def end_session(db: Database, caller: Caller, session_id: UUID) -> Redirect:
    await accounts.end_own_session(db, caller, session_id)
    return Redirect("/account", status_code=303)


ROUTES = (account_page, end_session)
