"""Cursors, and a page that knows whether another follows."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar

from outcomes.errors import Invalid
from outcomes.platform.paging import Day, Moment, RecordedDay, page, position_args, read_cursor
from tests.support import Product, make_provider, make_survivor, make_worker, signed_in

ONE = UUID("11111111-2222-4333-8444-555555555555")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "limit", "items", "goes_on"),
    [(0, 2, 0, False), (1, 2, 1, False), (2, 2, 2, False), (3, 2, 2, True)],
)
def test_a_full_last_page_is_the_last(rows: int, limit: int, items: int, goes_on: bool) -> None:
    read = [Day(date(2026, 11, day + 1), ONE) for day in range(rows)]
    found = page(read, limit, lambda last: last)
    assert found.items == tuple(read[:items])
    assert (found.next is not None) is goes_on


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_leads_back_to_its_place(at: datetime, id_: UUID) -> None:
    moment, day = Moment(at, id_), Day(at.date(), id_)
    recorded = RecordedDay(at.date(), at, id_)
    assert read_cursor(Moment, page([moment] * 2, 1, lambda last: last).next) == moment
    assert read_cursor(Day, page([day] * 2, 1, lambda last: last).next) == day
    assert read_cursor(RecordedDay, page([recorded] * 2, 1, lambda last: last).next) == recorded


def test_a_cursor_can_stand_in_an_address_as_it_is() -> None:
    found = page([NINE, NINE], 1, lambda at: Moment(at, ONE))
    assert found.next == f"2026-11-20T09:00:00Z_{ONE}"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "_",
        str(ONE),
        f"2026-11-20_{ONE}",
        f"2026-11-20T09:00:00_{ONE}",
        "2026-11-20T09:00:00Z_x",
        f"2026-11-20T09:00:00Z_{ONE}_{ONE}",
        f"0001-01-01T00:00:00+14:00_{ONE}",
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_cursor(Moment, cursor)
    assert [problem.field for problem in refused.value.problems] == ["cursor"]


def test_the_first_page_begins_nowhere() -> None:
    assert read_cursor(Moment, None) is None
    assert position_args(Moment, None) == {"after_at": None, "after_id": None}
    assert position_args(Day, Day(NINE.date(), ONE)) == {"after_on": NINE.date(), "after_id": ONE}


async def test_every_list_of_the_api_refuses_an_unknown_cursor(
    product: Product, app: Litestar
) -> None:
    lead = (await make_provider(product)).lead
    survivor_id = await make_survivor(product, lead)
    browser = await signed_in(product, app, lead)
    described = (await browser.get("/api/v1/openapi.json")).json()["paths"]
    lists = {
        path
        for path, verbs in described.items()
        if any(one["name"] == "cursor" for one in verbs.get("get", {}).get("parameters", ()))
    }
    assert len(lists) >= 12
    for path in lists - {"/api/v1/survivors"}:
        address = path.replace("{survivor_id}", str(survivor_id))
        answer = await browser.get(address, params={"cursor": str(ONE)})
        assert (path, answer.status_code) == (path, 400)
        assert answer.json()["errors"][0]["field"] == "cursor"


async def test_a_full_last_page_of_the_api_is_the_last(product: Product, app: Litestar) -> None:
    worker = await make_worker(product, await make_provider(product))
    for _ in range(4):
        await make_survivor(product, worker, phone=None)
    browser = await signed_in(product, app, worker)
    first = (await browser.get("/api/v1/survivors", params={"limit": 2})).json()
    second = await browser.get("/api/v1/survivors", params={"limit": 2, "cursor": first["next"]})
    assert len(second.json()["items"]) == 2
    assert second.json()["next"] is None
