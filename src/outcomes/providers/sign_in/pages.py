"""The pages for coming in and going out: sign in, use a link, give the password again, leave.

Leaving and locking both end the session. *Leave* also has the browser forget what it kept and shows
a page that says nothing about us; *Lock* leads back to signing in.
"""

from typing import Any, TypeVar

from litestar import Request, Response, get, post
from litestar.response import Redirect

from outcomes.errors import Invalid, TooManyTries
from outcomes.platform.access.models import Caller
from outcomes.platform.access.passwords import Passwords
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.access.sessions import sign_in, sign_out
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import Form, submitted
from outcomes.platform.web.pages.templating import render
from outcomes.platform.web.requests.authentication import (
    CONFIRM_PASSWORD_PATH,
    SESSION_COOKIE,
    SIGN_IN_PATH,
    CredentialKind,
    credential_of,
    local_path,
)
from outcomes.platform.web.requests.guards import SIGNED_IN
from outcomes.providers.accounts import links
from outcomes.providers.accounts import service as accounts

LEFT_PATH = "/closed"

Answer = TypeVar("Answer", bound=Response[Any])


@get(SIGN_IN_PATH, public=True)
async def sign_in_page(request: Request[Any, Any, Any]) -> Response[str]:
    return render(request, "providers/sign_in.html", form=Form.of(next=_next(request)))


@post(SIGN_IN_PATH, public=True)
async def come_in(
    request: Request[Any, Any, Any], db: Database, scopes: Scopes, passwords: Passwords
) -> Response[Any]:
    form = await submitted(request)
    try:
        token = await sign_in(
            db, scopes, passwords, name=form.value("sign_in_name"), password=form.value("password")
        )
    except Invalid as error:
        return render(request, "providers/sign_in.html", form=form.refused(error), status=400)
    except TooManyTries as wait:
        return _wait(request, "providers/sign_in.html", form, wait)
    await _end_session(request, db, scopes)
    return with_session(Redirect(local_path(form.value("next")), status_code=303), token)


@get("/sign-in/link/{token:str}", public=True)
async def link_page(request: Request[Any, Any, Any], scopes: Scopes, token: str) -> Response[str]:
    await links.require_link(scopes, token)
    return render(request, "providers/link.html", token=token)


@post("/sign-in/link/{token:str}", public=True)
async def use_link(
    request: Request[Any, Any, Any], db: Database, scopes: Scopes, passwords: Passwords, token: str
) -> Response[Any]:
    form = await submitted(request)
    try:
        if form.value("password") != form.value("again"):
            raise Invalid.field("again", "Type the same password in both fields.")
        session = await links.accept_link(
            db, scopes, passwords, token=token, password=form.value("password")
        )
    except Invalid as error:
        page = form.refused(error)
        return render(request, "providers/link.html", form=page, status=400, token=token)
    await _end_session(request, db, scopes)
    return with_session(Redirect("/", status_code=303), session)


@get(CONFIRM_PASSWORD_PATH, permission=SIGNED_IN)
async def confirm_page(request: Request[Any, Any, Any]) -> Response[str]:
    return render(request, "providers/confirm_password.html", form=Form.of(next=_next(request)))


@post(CONFIRM_PASSWORD_PATH, permission=SIGNED_IN)
async def confirm(
    request: Request[Any, Any, Any],
    db: Database,
    scopes: Scopes,
    passwords: Passwords,
    caller: Caller,
) -> Response[Any]:
    form, template = await submitted(request), "providers/confirm_password.html"
    try:
        token = await accounts.confirm_password(
            db, scopes, passwords, caller, form.value("password")
        )
    except Invalid:
        wrong = Invalid.field("password", "This password is not right. Try again.")
        return render(request, template, form=form.refused(wrong), status=400)
    except TooManyTries as wait:
        return _wait(request, template, form, wait)
    return with_session(Redirect(local_path(form.value("next")), status_code=303), token)


@post("/sign-out", public=True)
async def go_out(request: Request[Any, Any, Any], db: Database, scopes: Scopes) -> Redirect:
    """Public, so that leaving works when the session is over already."""
    form = await submitted(request)
    await _end_session(request, db, scopes)
    leaving = form.value("how") == "leave"
    answer = Redirect(LEFT_PATH if leaving else SIGN_IN_PATH, status_code=303)
    _set_cookie(answer, "", max_age=0)
    if leaving:
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@get(LEFT_PATH, public=True)
async def left_page(request: Request[Any, Any, Any]) -> Response[str]:
    return render(request, "providers/closed.html")


def with_session(answer: Answer, token: str) -> Answer:
    """The answer, with the cookie of a session that has just begun; it ends with the browser."""
    _set_cookie(answer, token)
    return answer


def _set_cookie(answer: Response[Any], token: str, max_age: int | None = None) -> None:
    """Browsers take a cookie of this name, and take it back, with these attributes only."""
    answer.set_cookie(
        key=SESSION_COOKIE,
        value=token,
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
        max_age=max_age,
    )


async def _end_session(request: Request[Any, Any, Any], db: Database, scopes: Scopes) -> None:
    """End the session that the browser still holds, if it lives."""
    credential = credential_of(request.scope["headers"])
    if credential is not None and credential.kind is CredentialKind.SESSION:
        caller = await scopes.session(credential.token)
        if caller is not None:
            await sign_out(db, caller)


def _next(request: Request[Any, Any, Any]) -> str:
    return local_path(request.query_params.get("next"))


def _wait(
    request: Request[Any, Any, Any], template: str, form: Form, wait: TooManyTries
) -> Response[str]:
    words = f"Too many wrong passwords. Wait {_span(wait.wait_seconds)}, then try again."
    page = render(
        request, template, form=form.refused(Invalid.field("password", words)), status=429
    )
    page.headers["Retry-After"] = str(wait.wait_seconds)
    return page


def _span(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{seconds} seconds" if seconds < 60 else f"{minutes} minute{'s' * (minutes > 1)}"


ROUTES = (
    sign_in_page,
    come_in,
    link_page,
    use_link,
    confirm_page,
    confirm,
    go_out,
    left_page,
)
