"""The Staff pages of a provider's administrator: people, roles, teams, who is on call."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect

from outcomes.errors import Invalid
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import Form, parse, submitted
from outcomes.platform.web.pages.saving import create, save_form
from outcomes.platform.web.pages.templating import render
from outcomes.providers.accounts import service as accounts
from outcomes.providers.models import AccountRole, NewAccount, NewTeam


@get("/staff", permission=Permission.MANAGE_PEOPLE)
async def staff(request: Request[Any, Any, Any], db: Database, caller: Caller) -> Response[str]:
    return await _staff(request, db, caller, Form())


@get("/staff/new", permission=Permission.MANAGE_PEOPLE)
async def new_account_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller
) -> Response[str]:
    await accounts.require_password_lately(db, caller)
    return await _new_account(request, db, caller, Form())


@post("/staff/new", permission=Permission.MANAGE_PEOPLE)
async def create_account(
    request: Request[Any, Any, Any],
    db: Database,
    scopes: Scopes,
    public_url: str,
    caller: Caller,
) -> Response[Any]:
    """Shows the link directly, because it is shown once and is in no address."""
    form = await submitted(request)
    try:
        new = parse(form, NewAccount)
        creation = Creation.of(caller, form.idempotency_key, "account", new)
        token = await accounts.create_account(db, scopes, caller, new, creation)
    except Invalid as error:
        return await _new_account(request, db, caller, form.refused(error), status=400)
    return _link(request, public_url, token)


@post("/staff/teams", permission=Permission.MANAGE_PEOPLE)
async def add_team(request: Request[Any, Any, Any], db: Database, caller: Caller) -> Response[Any]:
    verb = partial(accounts.add_team, db, caller)
    return await save_form(
        request,
        NewTeam,
        create(caller, "team", verb),
        show=partial(_staff, request, db, caller),
        then="/staff",
    )


async def _staff(
    request: Request[Any, Any, Any], db: Database, caller: Caller, form: Form, status: int = 200
) -> Response[str]:
    staff_list = await accounts.list_staff(db, caller)
    return render(request, "providers/staff.html", status=status, form=form, staff=staff_list)


@get("/staff/{account_id:uuid}", permission=Permission.MANAGE_PEOPLE)
async def member(
    request: Request[Any, Any, Any], db: Database, caller: Caller, account_id: UUID
) -> Response[str]:
    return await _member(request, db, caller, account_id, "providers/member.html", Form())


@get("/staff/{account_id:uuid}/role", permission=Permission.MANAGE_PEOPLE)
async def role_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller, account_id: UUID
) -> Response[str]:
    await accounts.require_password_lately(db, caller)
    staff_list = await accounts.list_staff(db, caller)
    account = staff_list.get(account_id)
    form = Form.of(role=account.role, team_id=account.team_id)
    return await _member(request, db, caller, account_id, "providers/role.html", form)


@post("/staff/{account_id:uuid}/role", permission=Permission.MANAGE_PEOPLE)
async def change_role(
    request: Request[Any, Any, Any], db: Database, caller: Caller, account_id: UUID
) -> Response[Any]:
    return await save_form(
        request,
        AccountRole,
        lambda _, new: accounts.change_role(db, caller, account_id, new),
        show=partial(_member, request, db, caller, account_id, "providers/role.html"),
        then=f"/staff/{account_id}",
    )


@get("/staff/{account_id:uuid}/link", permission=Permission.MANAGE_PEOPLE)
async def link_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller, account_id: UUID
) -> Response[str]:
    await accounts.require_password_lately(db, caller)
    return await _member(request, db, caller, account_id, "providers/new_link.html", Form())


@post("/staff/{account_id:uuid}/link", permission=Permission.MANAGE_PEOPLE)
async def renew_link(
    request: Request[Any, Any, Any],
    db: Database,
    scopes: Scopes,
    public_url: str,
    caller: Caller,
    account_id: UUID,
) -> Response[str]:
    token = await accounts.renew_link(db, scopes, caller, account_id)
    return _link(request, public_url, token)


@get("/staff/{account_id:uuid}/disable", permission=Permission.MANAGE_PEOPLE)
async def disable_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller, account_id: UUID
) -> Response[str]:
    return await _member(request, db, caller, account_id, "providers/disable.html", Form())


@post("/staff/{account_id:uuid}/disable", permission=Permission.MANAGE_PEOPLE)
async def disable_account(
    request: Request[Any, Any, Any],
    db: Database,
    scopes: Scopes,
    caller: Caller,
    account_id: UUID,
) -> Response[Any]:
    """Does not ask for the password, so that an account can be deactivated without delay."""
    try:
        await accounts.disable_account(db, scopes, caller, account_id)
    except Invalid as error:
        page = Form().refused(error)
        template = "providers/disable.html"
        return await _member(request, db, caller, account_id, template, page, status=400)
    return Redirect("/staff", status_code=303)


async def _member(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    account_id: UUID,
    template: str,
    form: Form,
    status: int = 200,
) -> Response[str]:
    staff_list = await accounts.list_staff(db, caller)
    return render(
        request,
        template,
        status=status,
        form=form,
        account=staff_list.get(account_id),
        is_own=account_id == caller.actor.account_id,
        teams=staff_list.teams,
    )


async def _new_account(
    request: Request[Any, Any, Any], db: Database, caller: Caller, form: Form, status: int = 200
) -> Response[str]:
    staff_list = await accounts.list_staff(db, caller)
    return render(
        request,
        "providers/new_account.html",
        status=status,
        form=form,
        teams=staff_list.teams,
    )


def _link(request: Request[Any, Any, Any], public_url: str, token: str | None) -> Response[str]:
    """The address of the link, to be given to the colleague; none when the form was sent before."""
    address = f"{public_url}/sign-in/link/{token}" if token else ""
    return render(request, "providers/link_shown.html", address=address)


ROUTES = (
    staff,
    new_account_page,
    create_account,
    add_team,
    member,
    role_page,
    change_role,
    link_page,
    renew_link,
    disable_page,
    disable_account,
)
