"""Malformed forms, to every address that accepts a form."""

import re
from uuid import UUID, uuid4

import pytest
from litestar import Litestar

from outcomes.platform.access.roles import Role
from tests.attack.hostile import DAYS, IDS, MOMENTS, NUMBERS, TEXTS
from tests.attack.routes import Route, list_routes
from tests.support import Browser

FORM = "application/x-www-form-urlencoded"
_NAMES = re.compile(r'name="([\w.-]+)"')
DAMAGED = {
    "invalid UTF-8": b"name=%ff%fe&note=\xff",
    "NUL": b"name=a%00b&%00=1",
    "surrogates": b"name=%ed%a0%80",
    "5,000 fields": b"&".join(b"f%d=1" % number for number in range(5_000)),
    "names without end": b".".join([b"a"] * 50_000) + b"=1",
    "both leaf and branch": b"hours=1&hours.monday=2&hours.monday.0=3&a=1&a.b=2&a.b.c=3",
    "no names": b"=1&=2&&&=",
    "dots": b"...=1&.=2&a..b=3",
    "broken escapes": b"name=%&note=%z&x=%1",
    "the same name a hundred times": b"&".join([b"name=x"] * 100),
    "somebody else's": f"provider_id={UUID(int=7)}&role=provider_admin&account_id={UUID(int=7)}".encode(),
}
CONTENT_TYPES = [
    "application/json",
    "text/plain",
    "multipart/form-data; boundary=x",
    f"{FORM}; charset=utf-7",
]


@pytest.fixture(scope="module")
def routes(app: Litestar) -> list[Route]:
    """Every POST but the webhooks, the API, and leaving, which would end the session."""
    apart = ("/api/", "/webhooks/", "/sign-out", "/sign-in")
    return [
        route
        for route in list_routes(app)
        if route.method == "POST" and not route.path.startswith(apart)
    ]


def browser_for(route: Route, browsers: dict[Role, Browser]) -> Browser:
    if route.path.startswith("/staff"):
        return browsers[Role.PROVIDER_ADMIN]
    leads = route.path.startswith(("/team", "/results"))
    return browsers[Role.TEAM_LEAD if leads else Role.SUPPORT_WORKER]


@pytest.mark.parametrize("damage", sorted(DAMAGED))
async def test_damaged_forms_are_refused(
    browsers: dict[Role, Browser], routes: list[Route], survivor_id: UUID, damage: str
) -> None:
    for route in routes:
        answer = await browser_for(route, browsers).post(
            route.address(survivor_id=survivor_id),
            content=DAMAGED[damage],
            headers={"content-type": FORM},
        )
        assert answer.status_code < 500, route
        stores_nothing = route.path.endswith(("/number/show", "/number/confirm", "/search"))
        assert answer.status_code >= 400 or stores_nothing, (route, answer.status_code)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
async def test_only_forms_are_forms(
    browsers: dict[Role, Browser], routes: list[Route], survivor_id: UUID, content_type: str
) -> None:
    for route in routes:
        answer = await browser_for(route, browsers).post(
            route.address(survivor_id=survivor_id),
            content=b"name=x",
            headers={"content-type": content_type},
        )
        takes_nothing = route.path.endswith(("/number/show", "/number/confirm"))
        assert answer.status_code in (404, 415) or takes_nothing, (route, answer.status_code)


async def test_every_field_of_every_page_withstands_every_hostile_value(
    browsers: dict[Role, Browser], routes: list[Route], survivor_id: UUID
) -> None:
    """The names stand on the page; the same trick goes into each."""
    tricks = [*TEXTS, *DAYS[::4], *MOMENTS[::4], *IDS[::4]]
    tried = 0
    for route in routes:
        browser, address = browser_for(route, browsers), route.address(survivor_id=survivor_id)
        page = await browser.get(address)
        names = set(_NAMES.findall(page.text)) - {"csrf", "idempotency_key"}
        if page.status_code != 200 or not names or route.path == "/confirm-password":
            continue  # too many wrong passwords have an answer of their own
        for trick in tricks:
            sent = trick.encode("utf-8", "replace").decode()
            data = {**dict.fromkeys(list(names)[:90], sent), "idempotency_key": str(uuid4())}
            answer = await browser.post(address, data=data)
            assert answer.status_code in (200, 303, 400, 404, 409), (
                route,
                trick,
                answer.status_code,
            )
            tried += 1
    assert tried > 500


async def test_each_field_alone_withstands_every_hostile_value(
    browsers: dict[Role, Browser], survivor_id: UUID
) -> None:
    """All the others are right, so that what lies behind the reading is reached."""
    right = {
        "check-in": {"wellbeing": "fine", "channel": "call"},
        "no-answer": {"reason": "at_work", "outcome": "no_answer"},
        "activity": {"kind": "work", "change": "started", "happened_on": "2026-01-05"},
        "drop-in": {"attended_on": "2026-01-05"},
        "review": {"what_changed": "x", "decision": "continue"},
        "safe-contact": {"when": "daily", "daily.from": "09:00", "daily.until": "17:00"},
        "number": {"phone": "07700 900123"},
        "consents": {"purpose": "sharing", "decision": "given"},
        "exit-date": {"exit_on": "2026-01-05", "version": "1"},
    }
    extra = {
        "check-in": ("note", "worry", "occurred_at", "next_contact_on",
                     "planned_contact_id", "corrects_id"),
        "review": ("goals", "held_on", "next_on", "exit_on", "version"),
        "safe-contact": ("code_word", "what_to_say", "daily", "may_call", "monday.0.from", "then"),
    }  # fmt: skip
    worker = browsers[Role.SUPPORT_WORKER]
    for page, fields in right.items():
        for name in (*fields, *extra.get(page, ())):
            for trick in (*TEXTS[:8], *DAYS[::2], *MOMENTS[:5], *IDS[:2], *map(str, NUMBERS[::2])):
                data = {**fields, name: trick.encode("utf-8", "replace").decode()}
                answer = await worker.post(
                    f"/people/{survivor_id}/{page}", data={**data, "idempotency_key": str(uuid4())}
                )
                assert answer.status_code in (303, 400, 404, 409), (page, name, trick)
        assert (await worker.get(f"/people/{survivor_id}")).status_code == 200
