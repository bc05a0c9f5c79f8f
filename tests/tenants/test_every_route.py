"""No route discloses anything of another provider: a foreign id and an absent one get the same answer.

The routes come from the running application's router, pages, downloads and all.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from outcomes.app import create_app
from tests.support import Browser, Product, signed_in
from tests.tenants.cases import CASES, NAMES_NO_ID, Case
from tests.tenants.world import Ids, Side, make_side, unknown_ids


@pytest.fixture(scope="module")
async def owner(product: Product) -> Side:
    return await make_side(product)


@pytest.fixture(scope="module")
async def stranger(product: Product) -> Side:
    return await make_side(product)


@pytest.fixture
async def superuser(superuser_url: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(superuser_url)
    yield conn
    await conn.close()


def test_every_route_is_tried(product: Product) -> None:
    app = create_app(product.settings, clock=product.clock)
    canonical = {route.replace("{new_survivor_id:", "{survivor_id:") for route in CASES}
    assert set(_routes(app)) == canonical | NAMES_NO_ID
    assert not canonical & NAMES_NO_ID


@pytest.mark.parametrize("route", sorted(CASES))
async def test_a_foreign_id_looks_absent_and_changes_nothing(
    product: Product,
    app: Litestar,
    owner: Side,
    stranger: Side,
    superuser: asyncpg.Connection,
    route: str,
) -> None:
    case = CASES[route]
    async with await signed_in(product, app, stranger.callers[case.role]) as browser:
        before = await _dump(superuser)
        foreign = await _send(browser, route, case, owner.ids)
        absent = await _send(browser, route, case, unknown_ids())
        after = await _dump(superuser)

    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.content == absent.content
    assert foreign.headers == absent.headers
    assert after == before

    side = await make_side(product) if case.spends else owner
    async with await signed_in(product, app, side.callers[case.role]) as browser:
        own = await _send(browser, route, case, side.ids)
        if own.status_code == 303:
            own = await browser.get(own.headers["location"])
        assert 200 <= own.status_code < 300, own.text


@pytest.mark.parametrize(
    ("route", "field"),
    [(route, field) for route, case in sorted(CASES.items()) for field in case.names],
)
async def test_a_foreign_id_in_a_body_looks_absent_and_changes_nothing(
    product: Product,
    app: Litestar,
    owner: Side,
    stranger: Side,
    superuser: asyncpg.Connection,
    route: str,
    field: str,
) -> None:
    """Everything but one id is the stranger's own."""
    case = CASES[route]
    async with await signed_in(product, app, stranger.callers[case.role]) as browser:
        before = await _dump(superuser)
        answers = []
        for others in (owner.ids, unknown_ids()):
            ids = msgspec.structs.replace(stranger.ids, **{field: getattr(others, field)})
            answers.append(await _send(browser, route, case, ids))
        after = await _dump(superuser)

    foreign, absent = answers
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.content == absent.content
    assert after == before


def _routes(app: Litestar) -> Iterator[str]:
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                if not route.path.startswith("/static/"):
                    yield f"{method} {route.path}"


async def _send(browser: Browser, route: str, case: Case, ids: Ids) -> httpx.Response:
    method, template = route.split(" ")
    path = template
    for name in Ids.__struct_fields__:
        path = path.replace(f"{{{name}:uuid}}", str(getattr(ids, name)))
    assert "{" not in path, path
    body: dict[str, Any] = {}
    headers = {}
    if case.json is not None:
        body["json"] = dict(case.json(ids))
        headers["Idempotency-Key"] = str(uuid4())
    elif case.form is not None:
        body["data"] = {"idempotency_key": str(uuid4()), **case.form(ids)}
    return await browser.request(method, path, headers=headers, **body)


async def _dump(conn: asyncpg.Connection) -> str:
    """A digest of every row of every table but the audit."""
    tables = await conn.fetch(
        """SELECT tablename FROM pg_tables
           WHERE schemaname = 'public' AND tablename <> 'audit_events' ORDER BY tablename"""
    )
    digest = hashlib.sha256()
    for (table,) in tables:
        rows = await conn.fetchval(
            f"SELECT string_agg(t::text, '|' ORDER BY t::text) FROM {table} t"
        )
        digest.update(f"{table}={rows}".encode())
    return digest.hexdigest()
