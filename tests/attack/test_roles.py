"""Each route for each role: what is not theirs is refused, whatever else is wrong with the request."""

from datetime import timedelta

import pytest
from litestar import Litestar

from outcomes.platform.access.roles import Permission, Role
from outcomes.platform.access.tokens import create_token
from tests.attack.conftest import Staff
from tests.attack.routes import Route, list_routes
from tests.support import Browser, Product

WORKER, LEAD, ADMIN, ANALYST = Role
CASE_WORK, FIGURES, EVERYBODY = {WORKER, LEAD}, {LEAD, ADMIN, ANALYST}, set(Role)
WHO = {
    "/api/v1/survivors": CASE_WORK,
    "/api/v1/planned-contacts": CASE_WORK,
    "/api/v1/drop-ins": CASE_WORK,
    "/api/v1/inbox": CASE_WORK,
    "/people": CASE_WORK,
    "/inbox": CASE_WORK,
    "/tasks": CASE_WORK,
    "/team": {LEAD, ADMIN},
    "/staff": {ADMIN},
    "/api/v1/kpis": FIGURES,
    "/api/v1/exports": FIGURES,
    "/results": FIGURES,
    "/account": EVERYBODY,
    "/confirm-password": EVERYBODY,
    "/api/v1/docs": EVERYBODY,
    "/api/v1/openapi.json": EVERYBODY,
}
"""By the beginning of the address. A route that is in here nowhere fails the test."""


def who_may(route: Route) -> set[Role]:
    if route.path == "/":  # leads each to their own first page
        return EVERYBODY
    (roles,) = (roles for begin, roles in WHO.items() if f"{route.path}/".startswith(f"{begin}/"))
    return roles


@pytest.fixture(scope="module")
def guarded(app: Litestar) -> list[Route]:
    return [route for route in list_routes(app) if not route.public]


async def test_only_these_need_no_sign_in(app: Litestar) -> None:
    assert {route.path for route in list_routes(app) if route.public} == {
        "/sign-in",
        "/sign-in/link/{token:str}",
        "/sign-out",
        "/closed",
        "/healthz",
        "/readyz",
        "/webhooks/twilio/inbound",
        "/webhooks/twilio/status",
    }


@pytest.mark.parametrize("role", list(Role))
async def test_what_is_not_theirs_is_refused(
    browsers: dict[Role, Browser], guarded: list[Route], role: Role
) -> None:
    refused = {}
    for route in guarded:
        answer = await browsers[role].request(route.method, route.address())
        assert answer.status_code < 500, route
        refused[str(route)] = answer.status_code == 403
    assert refused == {str(route): role not in who_may(route) for route in guarded}


async def test_without_a_session_sign_in_is_required(app: Litestar, guarded: list[Route]) -> None:
    async with Browser(app) as visitor:
        for route in guarded:
            answer = await visitor.request(route.method, route.address())
            is_page = route.method == "GET" and not route.path.startswith("/api/")
            assert answer.status_code == (303 if is_page else 401), route


async def test_a_token_opens_the_api_only_and_of_it_what_it_lists(
    product: Product, app: Litestar, staff: Staff, guarded: list[Route]
) -> None:
    lead = staff.callers[LEAD]
    async with product.db.transaction(lead) as tx:
        token = await create_token(
            tx,
            product.scopes,
            account_id=lead.actor.account,
            permissions=frozenset({Permission.SEE_KPIS, Permission.MANAGE_PEOPLE}),
            lasts=timedelta(days=1),
            now=await tx.now(),
        )
    async with Browser(app) as program:
        program.headers["Authorization"] = f"Bearer {token}"
        opened = {
            str(route)
            for route in guarded
            if (await program.request(route.method, route.address())).status_code != 403
        }
    assert opened == {"GET /api/v1/kpis", "GET /api/v1/docs", "GET /api/v1/openapi.json"}
