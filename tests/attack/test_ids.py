"""Ids in addresses, in whatever spelling, lead to what is one's own or to one and the same 404."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from litestar import Litestar

from outcomes.platform.access.roles import Role
from tests.attack.conftest import Staff
from tests.attack.routes import list_routes
from tests.support import Browser, Product, make_survivor, make_worker

SPELLINGS: list[Callable[[str], str]] = [
    str.upper,
    "{{{}}}".format,
    "urn:uuid:{}".format,
    lambda spelt: spelt.replace("-", ""),
    " {}".format,
    "{}%20".format,
    "{}%00".format,
    "{},".format,
    "{}'--".format,
    lambda spelt: spelt[:-1],
    lambda spelt: f"{spelt}0",
    lambda spelt: spelt.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
]
UNKNOWN_IDS = [UUID(int=0), UUID(int=2**128 - 1), UUID(int=7)]


@pytest.mark.parametrize("number", range(len(SPELLINGS)))
async def test_another_spelling_of_an_id_is_the_same_or_not_found(
    worker: Browser, survivor_id: UUID, number: int
) -> None:
    spelt = SPELLINGS[number](str(survivor_id))
    right = (await worker.get(f"/api/v1/survivors/{survivor_id}")).json()
    absent = await worker.get(f"/api/v1/survivors/{uuid4()}")
    answer = await worker.get(f"/api/v1/survivors/{spelt}")
    if answer.status_code == 200:
        assert answer.json() == right
    elif answer.status_code == 404:
        assert answer.content == absent.content
    else:
        assert answer.status_code == 400


@pytest.mark.parametrize("nobody", UNKNOWN_IDS, ids=str)
async def test_unknown_ids_are_not_found(
    app: Litestar, browsers: dict[Role, Browser], nobody: UUID
) -> None:
    for route in list_routes(app):
        if ":uuid}" not in route.path:
            continue
        names = (
            "survivor_id",
            "flag_id",
            "message_id",
            "task_id",
            "account_id",
            "export_id",
            "session_id",
        )
        address = route.address(**dict.fromkeys(names, nobody))
        for role in (Role.SUPPORT_WORKER, Role.TEAM_LEAD, Role.PROVIDER_ADMIN):
            answer = await browsers[role].get(address)
            assert answer.status_code in (403, 404, 405), (route, role, answer.status_code)


async def test_a_colleagues_person_looks_absent_and_a_leads_does_not(
    product: Product, staff: Staff, browsers: dict[Role, Browser]
) -> None:
    colleague = await make_worker(product, staff.provider)
    theirs = await make_survivor(product, colleague, phone="07700 900777")
    worker, lead = browsers[Role.SUPPORT_WORKER], browsers[Role.TEAM_LEAD]
    for path in ("", "/timeline", "/schedule", "/safe-contact", "/prompts", "/flags"):
        own = await worker.get(f"/api/v1/survivors/{theirs}{path}")
        nobodys = await worker.get(f"/api/v1/survivors/{uuid4()}{path}")
        assert (own.status_code, own.content) == (404, nobodys.content)
    assert (await lead.get(f"/api/v1/survivors/{theirs}")).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "cursor=%00", "cursor=" + "1" * 1_900, "limit=0", "limit=101", "limit=-1", "limit=1e3",
     "limit=9999999999999999999999", "limit=NaN", "limit=1&limit=2", "cursor[]=1", "cursor=%ff",
     "show=everybody", "state=done",
     f"cursor=infinity_{UUID(int=7)}", f"cursor=9999-12-31T23:59:59-14:00_{UUID(int=7)}"],
)  # fmt: skip
async def test_lists_refuse_what_is_no_cursor_or_limit(
    app: Litestar, worker: Browser, survivor_id: UUID, query: str
) -> None:
    for route in list_routes(app):
        if route.method == "GET" and route.path.startswith("/api/v1/"):
            answer = await worker.get(f"{route.address(survivor_id=survivor_id)}?{query}")
            assert answer.status_code in (200, 400, 403, 404), (route, query, answer.text)
