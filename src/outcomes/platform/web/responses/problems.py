"""Errors as answers: `application/problem+json` for programs, a page for people.

The only place that gives an error of `outcomes.errors` a status. A resource that is absent
and one of another provider get the same bytes; no answer repeats what was sent.
"""

import secrets
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from outcomes import errors
from outcomes.errors import FieldProblem, OutcomesError
from outcomes.platform.logs import describe
from outcomes.platform.web.pages.templating import render
from outcomes.platform.web.requests.authentication import CONFIRM_PASSWORD_PATH, sign_in_url
from outcomes.platform.web.requests.bodies import UnsupportedMediaType
from outcomes.platform.web.requests.names import field_name

_log = structlog.get_logger("outcomes.platform.web")

_STATUS: dict[type[OutcomesError], int] = {
    errors.Invalid: 400,
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.ReauthenticationNeeded: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.TooManyTries: 429,
    errors.Unavailable: 503,
}
_TITLES = {
    400: "There is a problem",
    401: "Please sign in",
    403: "You do not have permission",
    404: "Not found",
    405: "Method not allowed",
    409: "Already changed or sent",
    413: "Too large",
    415: "Content type not accepted",
    429: "Please wait a moment",
    500: "Something went wrong",
    503: "Service unavailable",
}
_LIKE = {413: errors.TooLarge, 404: errors.NotFound, 401: errors.NotSignedIn}


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457. `type` names the kind of problem and does not change; `errors` names fields."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldProblem, ...] = ()


def on_error(request: Request[Any, Any, Any], error: OutcomesError) -> Response[Any]:
    """The answer to an error of the product."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    if status == 500:
        return on_unexpected(request, error)
    problem = Problem(
        type=f"urn:outcomes:problem:{_kebab(type(error).__name__)}",
        title=_TITLES[status],
        status=status,
        detail=error.message,
        errors=error.problems if isinstance(error, errors.Invalid) else (),
    )
    if not wants_json(request) and (elsewhere := _go_elsewhere(request, error)):
        return Redirect(elsewhere, status_code=303)
    return _answer(request, problem, _headers(error))


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """The answer to an error of litestar: no such route, wrong method, an invalid value in the address."""
    if error.status_code >= 500 or error.status_code not in _TITLES:
        return on_unexpected(request, error)
    if same := _LIKE.get(error.status_code):
        return on_error(request, same())
    if error.status_code == 400:
        return on_error(request, errors.Invalid(*_from_litestar(error)))
    title = _TITLES[error.status_code]
    detail = error.detail if isinstance(error, UnsupportedMediaType) else f"{title}."
    problem = Problem("about:blank", title, error.status_code, detail)
    return _answer(request, problem, dict(error.headers or {}))


def on_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer to a bug: logged without content, under a reference shown to the user."""
    reference = secrets.token_hex(4)
    _log.error("unexpected_error", reference=reference, **describe(error))
    detail = f"The problem has been logged. Its reference is {reference}."
    return _answer(request, Problem("about:blank", _TITLES[500], 500, detail), {})


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """Whether a program asked: by address, or by what it accepts."""
    if request.scope["path"].startswith(("/api/", "/webhooks/")):
        return True
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted


def _answer(
    request: Request[Any, Any, Any], problem: Problem, headers: dict[str, str]
) -> Response[Any]:
    if wants_json(request):
        return Response(
            msgspec.json.encode(problem),
            status_code=problem.status,
            media_type="application/problem+json",
            headers=headers,
        )
    page = render(request, "web/problem.html", status=problem.status, problem=problem)
    page.headers.update(headers)
    return page


def _go_elsewhere(request: Request[Any, Any, Any], error: OutcomesError) -> str | None:
    path = request.scope["path"]
    if isinstance(error, errors.NotSignedIn) and request.method == "GET":
        return sign_in_url(path)
    if isinstance(error, errors.ReauthenticationNeeded):
        return sign_in_url(path).replace("/sign-in", CONFIRM_PASSWORD_PATH, 1)
    return None


def _headers(error: OutcomesError) -> dict[str, str]:
    match error:
        case errors.TooManyTries():
            return {"Retry-After": str(error.wait_seconds)}
        case errors.NotSignedIn():
            return {"WWW-Authenticate": "Bearer"}
        case errors.Unavailable():
            return {"Retry-After": "5"}
    return {}


def _from_litestar(error: HTTPException) -> list[FieldProblem]:
    """litestar's messages name types and may repeat the address, so only the field is kept."""
    extra = error.extra if isinstance(error.extra, list) else []
    keys = [str(one.get("key", "body")) for one in extra if isinstance(one, dict)]
    return [FieldProblem(field_name(_outside_name(key)), "Check this value.") for key in keys]


def _outside_name(key: str) -> str:
    return "body" if key == "data" else key


def _kebab(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).removeprefix("-")


HANDLERS: ExceptionHandlersMap = {
    OutcomesError: on_error,
    HTTPException: on_http_error,
    Exception: on_unexpected,
}
"""litestar's `exception_handlers` for the application."""
