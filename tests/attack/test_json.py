"""Malformed JSON, to every address that accepts JSON: one typed refusal each."""

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from outcomes.platform.access.roles import Role
from tests.attack.bodies import right_body
from tests.attack.routes import Route, list_routes
from tests.support import Browser

MEGABYTE = 1024 * 1024
JSON = "application/json"
DEEP = 100_000

DAMAGED = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a list of objects": b"[{}]",
    "a text": b'"name"',
    "a number": b"1",
    "half": b'{"name": ',
    "two documents": b"{} {}",
    "a trailing comma": b'{"name": "x",}',
    "single quotes": b"{'name': 'x'}",
    "a comment": b'{"name": "x" /* */}',
    "invalid UTF-8": b'{"name": "\xff\xfe"}',
    "an overlong NUL": b'{"name": "\xc0\x80"}',
    "a surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "a byte order mark": b'\xef\xbb\xbf{"name": "x"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "lists without end": b"[" * DEEP,
    "lists in lists": b"[" * DEEP + b"]" * DEEP,
    "objects in objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "NaN": b'{"name": NaN}',
    "infinity": b'{"name": -Infinity}',
    "1e999": b'{"version": 1e999}',
    "5,000 digits": b'{"version": ' + b"9" * 5_000 + b"}",
    "the same name twice": b'{"name": "x", "name": "y"}',
    "the same name twice, escaped": b'{"name": "x", "n\\u0061me": "y"}',
    "100,000 names": json.dumps(dict.fromkeys(map(str, range(70_000)), 1)).encode(),
    "pollution": b'{"__proto__": {"role": "provider_admin"}, "__class__": 1}',
}
FOREIGN = {"role": "provider_admin", "provider_id": str(uuid4()), "id": str(uuid4()), "now": 1}


@pytest.fixture(scope="module")
def routes(app: Litestar) -> list[Route]:
    return [route for route in list_routes(app) if route.body is not None]


class Api:
    """Sends as whoever may use a route."""

    def __init__(self, browsers: dict[Role, Browser], survivor_id: UUID) -> None:
        self._browsers, self.survivor_id = browsers, survivor_id

    async def send(
        self, route: Route, content: Any, content_type: str | None = JSON, **headers: Any
    ) -> httpx.Response:
        role = Role.TEAM_LEAD if "exports" in route.path else Role.SUPPORT_WORKER
        named: dict[str, Any] = {"content-type": content_type} if content_type else {}
        return await self._browsers[role].request(
            route.method,
            route.address(survivor_id=self.survivor_id),
            content=content,
            headers={**named, "idempotency-key": str(uuid4()), **headers},
        )

    def right(self, route: Route) -> bytes:
        return json.dumps(right_body(route.body, self.survivor_id)).encode()


@pytest.fixture
def api(browsers: dict[Role, Browser], survivor_id: UUID) -> Api:
    return Api(browsers, survivor_id)


def assert_refused(answer: httpx.Response, status: int, route: Route) -> None:
    assert answer.status_code == status, (route, answer.status_code)
    assert answer.headers["content-type"] == "application/problem+json", route
    problem = answer.json()
    assert problem["status"] == status
    assert len(answer.content) < 20_000, route


@pytest.mark.parametrize("damage", sorted(DAMAGED))
async def test_what_is_not_one_right_document_is_a_400(
    api: Api, routes: list[Route], damage: str
) -> None:
    for route in routes:
        assert_refused(await api.send(route, DAMAGED[damage]), 400, route)


@pytest.mark.parametrize("name", sorted(FOREIGN))
async def test_nobody_says_who_they_are_in_a_body(api: Api, routes: list[Route], name: str) -> None:
    for route in routes:
        body = {**json.loads(api.right(route)), name: FOREIGN[name]}
        answer = await api.send(route, json.dumps(body))
        assert_refused(answer, 400, route)
        assert [problem["field"] for problem in answer.json()["errors"]] == [name], route


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "text/plain; charset=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/problem+json",
        "application/x-msgpack",
        "json",
        "\t",
    ],
)
async def test_only_json_is_json(api: Api, routes: list[Route], content_type: str | None) -> None:
    for route in routes:
        assert_refused(await api.send(route, api.right(route), content_type), 415, route)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
async def test_nothing_compressed_is_opened(api: Api, routes: list[Route], encoding: str) -> None:
    bomb = gzip.compress(bytes(50 * MEGABYTE)) if encoding == "gzip" else zlib.compress(b"{}")
    for route in routes:
        answer = await api.send(route, bomb, **{"content-encoding": encoding})
        assert_refused(answer, 415, route)


async def test_eleven_megabytes_are_too_many(api: Api, routes: list[Route]) -> None:
    for route in routes:
        large = b'{"name": "' + b"x" * 11 * MEGABYTE + b'"}'
        assert_refused(await api.send(route, large), 413, route)


async def test_eleven_megabytes_without_saying_so_are_too_many(
    api: Api, routes: list[Route]
) -> None:
    for route in routes[:3]:

        async def drip() -> Any:
            for _ in range(11 * 16):
                yield b" " * 65_536

        assert_refused(await api.send(route, drip()), 413, route)


@pytest.mark.parametrize("length", ["-1", "1.5", "ten", "99999999999999999999", "0x10", "5, 5"])
async def test_a_length_that_is_none_is_refused_or_makes_no_difference(
    api: Api, routes: list[Route], length: str
) -> None:
    for route in routes[:3]:
        answer = await api.send(route, b"[]", **{"content-length": length})
        assert answer.status_code in (400, 413), (route, answer.status_code)


@pytest.mark.parametrize("key", ["", "1", "x" * 5_000, str(UUID(int=7)) * 2, "\xe9", "{", "null"])
async def test_an_idempotency_key_is_one_uuid(api: Api, routes: list[Route], key: str) -> None:
    for route in _creating(routes):
        given: dict[str, Any] = {"idempotency-key": key.encode("latin-1")}
        answer = await api.send(route, api.right(route), **given)
        assert_refused(answer, 400, route)
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def _creating(routes: list[Route]) -> Iterator[Route]:
    return (route for route in routes if route.method == "POST")
