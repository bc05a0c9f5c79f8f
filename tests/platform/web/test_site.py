"""The site over HTTP: who may, what is refused and how, and what every answer carries."""

import gzip
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar, get, post
from litestar.exceptions import ImproperlyConfiguredException
from litestar.params import URLEncodedBody
from typing_extensions import TypedDict

from outcomes.platform.web.pages.forms import Form
from outcomes.platform.web.requests.authentication import credential_of, local_path
from outcomes.platform.web.requests.guards import DeclaredRoutes
from outcomes.platform.web.responses.static import Assets
from tests.platform.web.site import READER_TOKEN, TOKEN, in_process, make_app
from tests.platform.web.test_reading import RIGHT

JSON = "application/problem+json"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


async def test_pages_lead_to_signing_in_and_the_api_answers(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/today")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Ftoday")
    sent = await visitor.post("/everything", data={"place": "x"})
    assert sent.status_code == 401
    assert "Please sign in" in sent.text
    api = await visitor.post("/api/entries", json=RIGHT)
    assert (api.status_code, api.headers["content-type"]) == (401, JSON)
    assert api.headers["www-authenticate"] == "Bearer"
    assert api.json() == {
        "type": "urn:outcomes:problem:not-signed-in",
        "title": "Please sign in",
        "status": 401,
        "detail": "Please sign in.",
        "errors": [],
    }


async def test_permissions_are_asked_for(visitor: httpx.AsyncClient) -> None:
    reader = {"Authorization": f"Bearer {READER_TOKEN}"}
    refused = await visitor.post("/api/entries", json=RIGHT, headers=reader)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:outcomes:problem:forbidden")
    done = await visitor.post("/api/entries", json=RIGHT, headers=BEARER)
    assert (done.status_code, done.json()["place"]) == (201, "Café")


async def test_a_token_opens_no_page(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/today", headers=BEARER)).status_code == 403


async def test_an_unknown_token_is_not_signed_in(visitor: httpx.AsyncClient) -> None:
    for value in ("Bearer nonsense", "Bearer ", f"Basic {TOKEN}", f"Bearer {'x' * 5_000}"):
        answer = await visitor.get(f"/api/things/{uuid4()}", headers={"Authorization": value})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "bound-to-another"},
        {"X-CSRF-Token": "é".encode()},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"},
    ],
)
async def test_other_sites_cannot_send_for_a_session(
    person: httpx.AsyncClient, headers: dict[str, Any]
) -> None:
    assert (await person.post("/api/entries", json=RIGHT)).status_code == 201
    answer = await person.post("/api/entries", json=RIGHT, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (403, "You do not have permission")


async def test_a_form_carries_its_own_token(person: httpx.AsyncClient) -> None:
    page = (await person.get("/everything")).text
    assert f'<input type="hidden" name="csrf" value="bound-to-{TOKEN}">' in page
    del person.headers["X-CSRF-Token"]
    assert (await person.post("/everything", data={"place": "x"})).status_code == 403
    stale = await person.post("/everything", data={"place": "x", "csrf": "old"})
    assert stale.status_code == 403
    good = await person.post("/everything", data={"place": "x", "csrf": f"bound-to-{TOKEN}"})
    assert good.status_code == 400  # past the guard, to the missing fields


async def test_a_public_hook_needs_no_browser_headers(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.post("/hook")).status_code == 204
    crossed = await visitor.post("/hook", headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403


async def test_a_refused_form_loses_nothing(person: httpx.AsyncClient) -> None:
    typed = {"place": "<b>Library</b>", "left_on.day": "31", "left_on.month": "2", "note": "x\0"}
    answer = await person.post("/everything", data={**typed, "mood": "worried"})
    assert answer.status_code == 400
    page = answer.text
    assert "<title>Error: Everything" in page
    assert 'value="&lt;b&gt;Library&lt;/b&gt;"' in page
    assert 'name="left_on.day" value="31"' in page
    assert 'value="worried" checked' in page
    assert page.count("Enter the exit date as 24 11 2026.") == 0  # the NUL is told first
    told = "Remove the characters that cannot be printed, then send it again."
    assert page.count(told) == 2  # in the summary and beside the field


async def test_a_good_form_arrives(person: httpx.AsyncClient) -> None:
    key = str(uuid4())
    data = {
        "mood": "fine",
        "left_on.day": "10",
        "left_on.month": "1",
        "left_on.year": "2026",
        "next_on": "2026-11-25",
        "place": "Library",
        "worries": ["so_so", "worried"],
        "idempotency_key": key,
    }
    answer = await person.post("/everything", data=data)
    assert answer.status_code == 200
    assert answer.json() == {
        "key": key,
        "mood": "fine",
        "left_on": "2026-01-10",
        "next_on": "2026-11-25",
        "place": "Library",
        "at": "09:00:00",
        "note": None,
        "worries": ["so_so", "worried"],
        "answers": {},
        "agreed": False,
    }


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "application/json; charset=latin-1", 415),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "", 415),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"", "application/json", 400),
        (b" " * (1024 * 1024 + 1), "application/json", 413),
        (b'{"place":"' + b"x" * 500_000 + b'"}', "application/json", 400),
    ],
)
async def test_bodies_that_are_not_json(
    visitor: httpx.AsyncClient, content: bytes, kind: str, status: int
) -> None:
    headers = {**BEARER, "Content-Type": kind}
    answer = await visitor.post("/api/entries", content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, JSON)


async def test_compressed_bodies_are_refused(visitor: httpx.AsyncClient) -> None:
    headers = {**BEARER, "Content-Type": "application/json", "Content-Encoding": "gzip"}
    bomb = gzip.compress(b"0" * 10_000_000)
    answer = await visitor.post("/api/entries", content=bomb, headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"&".join(b"a=1" for _ in range(101)), "application/x-www-form-urlencoded", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"a=" + b"1" * 1024 * 1024, "application/x-www-form-urlencoded", 413),
        (b"--b\r\n", "multipart/form-data; boundary=b", 415),
    ],
)
async def test_bodies_that_are_not_forms(
    person: httpx.AsyncClient, content: bytes, kind: str, status: int
) -> None:
    headers = {"Content-Type": kind}
    answer = await person.post("/everything", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_addresses_are_checked(person: httpx.AsyncClient) -> None:
    assert (await person.get("/number?page=2")).json() == {"page": 2}
    asked = await person.get("/number?page=secret", headers={"Accept": "application/json"})
    assert asked.status_code == 400
    assert asked.json()["errors"] == [{"field": "page", "message": "Check this value."}]
    assert "secret" not in asked.text
    for query in ("page=%00", "q=" + "x" * 3_000):
        assert (await person.get(f"/number?{query}")).status_code == 400
    assert (await person.get("/broken/%00")).status_code == 400
    assert (await person.get("/things/not-an-id")).status_code == 404


async def test_absent_and_foreign_are_the_same_bytes(person: httpx.AsyncClient) -> None:
    for path in ("/things", "/api/things"):
        one, other = [await person.get(f"{path}/{uuid4()}") for _ in range(2)]
        assert (one.status_code, one.content) == (404, other.content)
        assert one.headers == other.headers


@pytest.mark.parametrize(
    ("kind", "status", "header"),
    [
        ("conflict", 409, None),
        ("tries", 429, ("retry-after", "30")),
        ("later", 503, ("retry-after", "5")),
    ],
)
async def test_errors_have_a_page_and_a_problem(
    person: httpx.AsyncClient, kind: str, status: int, header: tuple[str, str] | None
) -> None:
    page = await person.get(f"/broken/{kind}")
    problem = await person.get(f"/broken/{kind}", headers={"Accept": JSON})
    assert page.status_code == problem.status_code == status
    assert f'<h1 class="heading">{problem.json()["title"]}</h1>' in page.text
    if header:
        assert page.headers[header[0]] == problem.headers[header[0]] == header[1]


async def test_a_step_that_needs_the_password_leads_there(person: httpx.AsyncClient) -> None:
    page = await person.get("/broken/again")
    there = "/confirm-password?next=%2Fbroken%2Fagain"
    assert (page.status_code, page.headers["location"]) == (303, there)
    asked = await person.get("/broken/again", headers={"Accept": JSON})
    assert asked.json()["type"] == "urn:outcomes:problem:reauthentication-needed"


async def test_a_fault_shows_a_reference_and_nothing_else(
    person: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    page = await person.get("/broken/fault")
    logged = capsys.readouterr().out
    assert page.status_code == 500
    reference = page.text.split("Its reference is ")[1][:8]
    assert reference in logged
    assert "RuntimeError" in logged
    for told in (page.text, logged):
        assert "secret" not in told
        assert "900123" not in told
        assert "Traceback" not in told


async def test_every_answer_carries_the_strict_headers(person: httpx.AsyncClient) -> None:
    for method, path in (("GET", "/today"), ("GET", "/none"), ("PUT", "/today"), ("POST", "/hook")):
        headers = (await person.request(method, path)).headers
        policy = dict(
            part.partition(" ")[::2] for part in headers["content-security-policy"].split("; ")
        )
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert {policy[f"{kind}-src"] for kind in ("script", "style", "img")} == {"'self'"}
        assert policy["form-action"] == "'self'"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "strict-transport-security" not in headers


async def test_https_is_kept_once_it_is_public() -> None:
    async with in_process(make_app("https://outcomes.example")) as client:
        headers = (await client.get("/none")).headers
    assert headers["strict-transport-security"].startswith("max-age=31536000")


async def test_assets_are_cached_for_ever_and_packed(
    visitor: httpx.AsyncClient, site: Litestar
) -> None:
    url = site.state["pages"].environment.globals["asset"]
    for name in ("app.css", "govuk-frontend.css", "icon.svg"):
        plain = await visitor.get(url(name), headers={"Accept-Encoding": "identity"})
        packed = await visitor.get(url(name), headers={"Accept-Encoding": "gzip"})
        assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content  # httpx unpacks it
        assert int(packed.headers["content-length"]) < len(plain.content)
    assert (await visitor.get("/static/app.css")).status_code == 404
    assert (await visitor.get("/static/..%2Fplugin.py")).status_code == 404


def test_style_sheets_stay_small() -> None:
    sheets = [asset for asset in Assets.load().by_name.values() if asset.media_type == "text/css"]
    assert sum(len(sheet.packed or b"") for sheet in sheets) <= 20 * 1024


async def test_only_what_one_may_see_is_offered(
    person: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    page = (await person.get("/today")).text
    assert "Never shown" not in page
    assert page.count('aria-current="page"') == 1
    assert '<a class="bar__link" href="/today" aria-current="page">' in page
    assert "bar__link" not in (await visitor.get("/none")).text


@get("/undeclared")
async def undeclared() -> None:
    return None


class Password(TypedDict):
    password: str


@post("/cached", public=True)
async def cached(data: URLEncodedBody[Password]) -> None:
    return None


@pytest.mark.parametrize(("handler", "what"), [(undeclared, "permission="), (cached, "submitted")])
def test_an_incomplete_handler_stops_the_start(handler: Callable[..., Any], what: str) -> None:
    with pytest.raises(ImproperlyConfiguredException, match=what):
        Litestar([handler], plugins=[DeclaredRoutes()], openapi_config=None)


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/people/1?page=2", "/people/1?page=2"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_after_signing_in_people_stay_here(wanted: str | None, path: str) -> None:
    assert local_path(wanted) == path


def test_two_session_cookies_are_none() -> None:
    one = (b"cookie", b"__Host-outcomes=a")
    assert credential_of([one]) is not None
    assert credential_of([one, one]) is None
    assert credential_of([(b"cookie", b"__Host-outcomes=a; __Host-outcomes=b")]) is None
    assert "token-value" not in repr(credential_of([(b"authorization", b"Bearer token-value")]))


def test_a_form_names_the_error_of_a_part() -> None:
    assert Form().error("left_on") is None
