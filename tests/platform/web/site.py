"""A small site on `outcomes.platform.web` alone: every macro on a page, one form, one JSON address."""

import asyncio
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, cast
from uuid import UUID

import httpx
import msgspec
import uvicorn
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect
from msgspec import Meta

from outcomes import errors
from outcomes.errors import Invalid
from outcomes.platform.inputs import Input, LongText, ShortText
from outcomes.platform.web.pages.charts import Slope, TrendPoint
from outcomes.platform.web.pages.forms import Form, parse, submitted
from outcomes.platform.web.pages.templating import NavigationItem, Pages, render
from outcomes.platform.web.plugin import Web
from outcomes.platform.web.requests.authentication import SESSION_COOKIE, CredentialKind
from outcomes.platform.web.requests.guards import SIGNED_IN
from outcomes.platform.web.responses.static import Assets

TOKEN = "a-session-token"
READER_TOKEN = "a-token-that-may-only-read"


class Mood(StrEnum):
    FINE = "fine"
    SO_SO = "so_so"
    WORRIED = "worried"


class Entry(Input, frozen=True):
    """One of everything that a form can ask."""

    mood: Annotated[Mood, Meta(title="how they are", extra={"remedy": "Choose how they are."})]
    left_on: Annotated[date, Meta(title="exit date")]
    next_on: Annotated[date, Meta(title="next contact date")]
    place: ShortText
    at: Annotated[time, Meta(title="time")] = time(9)
    note: LongText | None = None
    worries: tuple[Mood, ...] = ()
    answers: Annotated[dict[str, Annotated[int, Meta(ge=1, le=4)]], Meta(title="answers")] = (
        msgspec.field(default_factory=dict)
    )
    agreed: bool = False

    def __post_init__(self) -> None:
        if self.next_on < self.left_on:
            raise Invalid.field("next_on", "Choose a day after the exit date.")


class Somebody(msgspec.Struct, frozen=True):
    permissions: Collection[str]


class Who(msgspec.Struct, frozen=True):
    actor: Somebody


class TwoTokens:
    """Knows one person who may see and write, and one who may only see."""

    async def authenticate(self, kind: CredentialKind, token: str) -> Who | None:
        known = {TOKEN: {"see", "write"}, READER_TOKEN: {"see"}}
        return Who(Somebody(known[token])) if token in known else None


SLOPES = (
    Slope("Safety", 1.5, 3.2),
    Slope("Legal Protection", 2.0, 2.9),
    Slope("Mental Wellbeing", 2.4, 2.1),
    Slope("Economic Empowerment and Education", 1.8, 3.0),
    Slope("Social Support", 2.8, 2.8),
    Slope("Physical Wellbeing", None, 3.1),
)
TREND = tuple(
    TrendPoint(on, value)
    for on, value in (
        (date(2026, 1, 12), 1.9),
        (date(2026, 3, 9), 2.2),
        (date(2026, 5, 11), None),
        (date(2026, 7, 13), 2.6),
        (date(2026, 9, 14), 2.5),
        (date(2026, 11, 9), 3.0),
    )
)


@get("/everything", permission="see")
async def everything(
    request: Request[Any, Any, Any], direction: FromQuery[str] = "ltr"
) -> Response[str]:
    return show(request, direction=direction)


@post("/everything", permission="write", status_code=200)
async def send(request: Request[Any, Any, Any]) -> Response[Any]:
    form = await submitted(request)
    try:
        entry = parse(form, Entry)
    except Invalid as error:
        return show(request, form=form.refused(error), status=400)
    return Response({"key": str(form.idempotency_key), **msgspec.structs.asdict(entry)})


@post("/api/entries", permission="write", status_code=201)
async def create(data: JSONBody[Entry]) -> dict[str, Any]:
    return msgspec.structs.asdict(data)


@get("/api/things/{thing_id:uuid}", permission="see")
async def thing(thing_id: FromPath[UUID]) -> None:
    raise errors.NotFound


@get("/today", permission="see")
async def today(request: Request[Any, Any, Any]) -> Response[str]:
    return render(request, "site/today.html", now=datetime(2026, 11, 24, 9, 30, tzinfo=UTC))


@get("/things/{thing_id:uuid}", permission="see")
async def thing_page(thing_id: FromPath[UUID]) -> None:
    raise errors.NotFound


@get("/broken/{kind:str}", permission=SIGNED_IN)
async def broken(kind: FromPath[str]) -> None:
    match kind:
        case "fault":
            raise RuntimeError("the secret of 07700 900123")
        case "conflict":
            raise errors.Conflict
        case "again":
            raise errors.ReauthenticationNeeded
        case "tries":
            raise errors.TooManyTries(wait_seconds=30)
        case "later":
            raise errors.Unavailable


@get("/number", permission=SIGNED_IN)
async def number(page: FromQuery[int] = 1) -> dict[str, int]:
    return {"page": page}


@get("/sign-in", public=True)
async def sign_in() -> Response[Any]:
    answer = Redirect("/today", status_code=303)
    answer.set_cookie(
        Cookie(SESSION_COOKIE, value=TOKEN, secure=True, httponly=True, samesite="strict")
    )
    return answer


@post("/hook", public=True, status_code=204)
async def hook() -> None:
    return None


def show(
    request: Request[Any, Any, Any],
    form: Form | None = None,
    status: int = 200,
    direction: str = "ltr",
) -> Response[str]:
    filled = form or Form.of(mood="so_so", place="Community centre", **{"answers.safety-1": 3})
    return render(
        request,
        "site/everything.html",
        status=status,
        form=filled,
        direction=direction,
        slopes=SLOPES,
        trend=TREND,
        now=datetime(2026, 11, 24, 14, 5, tzinfo=UTC),
        tomorrow=date(2026, 11, 25),
    )


NAVIGATION = (
    NavigationItem("Today", "/today", "today", "see"),
    NavigationItem("People", "/everything", "people", "see"),
    NavigationItem("Inbox", "/inbox", "inbox", "see"),
    NavigationItem("Team", "/team", "team", "see"),
    NavigationItem("Results", "/results", "chart", "see"),
    NavigationItem("Never shown", "/secret", "lock", "own"),
)
HANDLERS = (everything, send, create, thing, thing_page, today, broken, number, sign_in, hook)


def csrf_token_for(token: str) -> str:
    return f"bound-to-{token}"


def make_app(public_url: str = "http://127.0.0.1") -> Litestar:
    """The site as the application would wire it."""
    assets = Assets.load()
    pages = Pages(
        {"site": "tests.platform.web"},
        navigation=NAVIGATION,
        assets=assets,
        csrf_token_for=csrf_token_for,
        practice_data_only=True,
    )
    web = Web(pages, assets, TwoTokens(), public_url=public_url)
    return Litestar(HANDLERS, plugins=[web], openapi_config=None)


def in_process(app: Litestar) -> httpx.AsyncClient:
    """A client that speaks to the site without a network."""
    transport = httpx.ASGITransport(cast(Any, app))  # litestar's ASGI types are narrower
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


@asynccontextmanager
async def serving(app: Litestar) -> AsyncIterator[str]:
    """The address of the site on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await running
