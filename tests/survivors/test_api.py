"""Survivors as JSON: the same verbs, strict bodies, keys, cursors, problems."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from outcomes.platform.access.models import Caller
from tests.support import Browser, Product, make_provider, make_survivor, make_worker, signed_in

ROOT = "/api/v1/survivors"
NEW: dict[str, Any] = {
    "name": "Práctice Pérson",
    "language": "vi",
    "adult": True,
    "told_not_emergency_line": True,
    "phone": "07700 900123",
    "consents": [{"purpose": "sms", "decision": "given"}],
}
PROFILE = {
    "hours": {"monday": [{"opens": 540, "closes": 1020}]},
    "may_text": True,
    "duress_word": "umbrella",
}


@pytest.fixture
async def worker(product: Product) -> Caller:
    return await make_worker(product, await make_provider(product))


@pytest.fixture
async def api(product: Product, app: Litestar, worker: Caller) -> Browser:
    return await signed_in(product, app, worker)


async def _post(api: Browser, path: str, body: Any, key: str | None = None) -> httpx.Response:
    return await api.post(path, json=body, headers={"Idempotency-Key": key or str(uuid4())})


async def test_a_registered_person_is_read_back_without_the_number(api: Browser) -> None:
    made = await _post(api, ROOT, NEW)

    assert made.status_code == 201
    record = made.json()
    assert record == (await api.get(f"{ROOT}/{record['id']}")).json()
    assert (record["name"], record["has_phone"], record["zone"]) == (
        "Práctice Pérson",
        True,
        "Europe/London",
    )
    assert "900123" not in made.text


async def test_the_key_is_required_becomes_the_id_and_makes_it_once(api: Browser) -> None:
    key = str(uuid4())

    missing = await api.post(ROOT, json=NEW)
    wrong = await api.post(ROOT, json=NEW, headers={"Idempotency-Key": "one"})
    first, again = await _post(api, ROOT, NEW, key), await _post(api, ROOT, NEW, key)
    other_body = await _post(api, ROOT, {**NEW, "language": "sq"}, key)
    other_route = await _post(
        api, f"{ROOT}/{key}/consents", {"purpose": "call", "decision": "given"}, key
    )

    for refused in (missing, wrong):
        assert refused.status_code == 400
        assert [error["field"] for error in refused.json()["errors"]] == ["Idempotency-Key"]
    assert first.json()["id"] == again.json()["id"] == key
    assert (other_body.status_code, other_route.status_code) == (409, 409)
    assert len((await api.get(ROOT)).json()["items"]) == 1


async def test_a_key_of_another_provider_is_free_here(
    product: Product, app: Litestar, api: Browser
) -> None:
    key = str(uuid4())
    mine = await _post(api, ROOT, NEW, key)
    stranger = await signed_in(
        product, app, await make_worker(product, await make_provider(product))
    )

    theirs = await _post(stranger, ROOT, NEW, key)

    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert len((await stranger.get(ROOT)).json()["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u200b\u200b"}, "name"),
        ({"name": "N\0"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"adult": "yes"}, "adult"),
        ({"adult": False}, "adult"),
        ({"told_not_emergency_line": False}, "told_not_emergency_line"),
        ({"language": "English"}, "language"),
        ({"zone": "Europe/Nowhere"}, "zone"),
        ({"zone": "localtime"}, "zone"),
        ({"zone": "posix/Europe/London"}, "zone"),
        ({"zone": "Factory"}, "zone"),
        ({"phone": "+44 20 7946 0000"}, "phone"),
        ({"phone": "999"}, "phone"),
        ({"phone": "+44 7700 900123 ext. 5"}, "phone"),
        ({"nationality": "al"}, "nationality"),
        ({"exit_on": "2026-02-30"}, "exit_on"),
        ({"exit_on": "0000-01-01"}, "exit_on"),
        ({"exit_on": "infinity"}, "exit_on"),
        ({"exit_on": "2999-01-01"}, "exit_on"),
        ({"exit_on": "1900-08-01"}, "exit_on"),
        ({"provider_id": str(uuid4())}, "provider_id"),
        ({"role": "team_lead"}, "role"),
        ({"consents": [{"purpose": "sms"}]}, "consents.0.decision"),
        ({"consents": [{"purpose": "all", "decision": "given"}]}, "consents.0.purpose"),
        (
            {"consents": [{"purpose": "sms", "decision": "given", "wording_version": "my note"}]},
            "consents.0.wording_version",
        ),
    ],
)
async def test_what_cannot_be_accepted_names_its_field(
    api: Browser, changes: dict[str, Any], field: str
) -> None:
    answer = await _post(api, ROOT, {**NEW, **changes})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await api.get(ROOT)).json()["items"] == []


@pytest.mark.parametrize(
    "name", ["Q", "Ng", "O'Brien-<script>", "=1+1", "{{7*7}}", "ﷺ", "أمينة", "አበበ", "ຄຳ", "🙂"]
)
async def test_every_name_comes_back_as_it_was_sent(api: Browser, name: str) -> None:
    made = await _post(api, ROOT, {**NEW, "name": name})

    assert made.json()["name"] == name


async def test_safe_contact_is_absent_until_it_is_recorded(api: Browser) -> None:
    survivor_id = (await _post(api, ROOT, NEW)).json()["id"]
    path = f"{ROOT}/{survivor_id}/safe-contact"

    absent = await api.get(path)
    made = await _post(api, path, PROFILE)
    second = await _post(api, path, {**PROFILE, "may_call": True})

    assert absent.status_code == 404
    assert (made.status_code, made.json()["version"]) == (201, 1)
    assert second.json()["version"] == 2
    assert (await api.get(path)).json() == second.json()
    profile = second.json()["profile"]
    assert (profile["may_call"], profile["duress_word"]) == (True, "umbrella")
    assert profile["hours"]["tuesday"] == []


@pytest.mark.parametrize(
    "hours",
    [
        {},
        {"monday": [{"opens": 1020, "closes": 540}]},
        {"monday": [{"opens": 540, "closes": 1441}]},
        {"monday": [{"opens": -1, "closes": 540}]},
        {"monday": [{"opens": 0, "closes": 600}, {"opens": 500, "closes": 700}]},
        {"someday": [{"opens": 540, "closes": 1020}]},
    ],
)
async def test_hours_that_make_no_sense_are_refused(api: Browser, hours: dict[str, Any]) -> None:
    survivor_id = (await _post(api, ROOT, NEW)).json()["id"]

    answer = await _post(api, f"{ROOT}/{survivor_id}/safe-contact", {**PROFILE, "hours": hours})

    if hours == {}:
        assert answer.status_code == 201  # never safe is something that somebody may say
    else:
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"].startswith("hours")


async def test_consents_are_a_history(api: Browser) -> None:
    survivor_id = (await _post(api, ROOT, NEW)).json()["id"]
    path = f"{ROOT}/{survivor_id}/consents"

    made = await _post(api, path, {"purpose": "sms", "decision": "withdrawn"})

    assert (made.status_code, made.json()["decision"]) == (201, "withdrawn")
    assert [one["decision"] for one in (await api.get(path)).json()["items"]] == [
        "withdrawn",
        "given",
    ]


async def test_a_list_goes_on_by_its_cursor_without_gap_or_repetition(
    product: Product, worker: Caller, api: Browser
) -> None:
    made = {str(await make_survivor(product, worker, phone=None)) for _ in range(7)}
    seen: list[str] = []
    cursor = ""
    while True:
        page = await api.get(ROOT, params={"limit": 3, **({"cursor": cursor} if cursor else {})})
        seen += [line["id"] for line in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 7
    assert set(seen) == made


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "show=everybody", "cursor=" + "x" * 21]
)
async def test_a_list_refuses_what_it_does_not_know(api: Browser, query: str) -> None:
    answer = await api.get(f"{ROOT}?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.split("=")[0]


async def test_a_foreign_and_an_absent_id_get_the_same_bytes(
    product: Product, app: Litestar, worker: Caller
) -> None:
    stranger = await signed_in(
        product, app, await make_worker(product, await make_provider(product))
    )
    survivor_id = await make_survivor(product, worker)

    for below in ("", "/consents", "/safe-contact"):
        foreign = await stranger.get(f"{ROOT}/{survivor_id}{below}")
        absent = await stranger.get(f"{ROOT}/{uuid4()}{below}")
        assert foreign.status_code == 404
        assert foreign.content == absent.content


async def test_the_api_describes_itself_to_whoever_is_signed_in(
    app: Litestar, api: Browser
) -> None:
    assert (await Browser(app).get("/api/v1/openapi.json")).status_code == 401
    assert (await Browser(app).get("/api/v1/docs")).status_code == 401
    document = (await api.get("/api/v1/openapi.json")).json()

    assert document["openapi"].startswith("3.1")
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    register = document["paths"][ROOT]["post"]
    assert {"$ref": "#/components/parameters/IdempotencyKey"} in register["parameters"]
    assert register["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
    page = await api.get("/api/v1/docs")
    assert page.status_code == 200
    assert "/api/v1/survivors/{survivor_id}/safe-contact" in page.text
    assert "//" not in page.text.replace("<!DOCTYPE", "").replace("https://json-schema", "")


async def test_every_post_that_creates_asks_for_the_key(api: Browser) -> None:
    document = (await api.get("/api/v1/openapi.json")).json()
    key = {"$ref": "#/components/parameters/IdempotencyKey"}
    without = {
        path
        for path, methods in document["paths"].items()
        if "post" in methods and "201" in methods["post"]["responses"]
        if key not in methods["post"].get("parameters", [])
    }

    assert without == set()
