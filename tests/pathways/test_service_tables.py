"""Whole schedules through the API and in the database, against tables of literal dates."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from outcomes.platform.access.models import Caller
from tests.pathways import tables
from tests.pathways.days import held
from tests.support import (
    Browser,
    Product,
    make_provider,
    make_survivor,
    make_worker,
    running_app,
    signed_in,
)


async def enrol(browser: Browser, survivor_id: UUID) -> dict[str, Any]:
    answer = await browser.post(
        f"/api/v1/survivors/{survivor_id}/pathway",
        json={},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def schedule(browser: Browser, survivor_id: UUID) -> dict[str, Any]:
    answer = await browser.get(f"/api/v1/survivors/{survivor_id}/schedule")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def stored(product: Product, caller: Caller, survivor_id: UUID) -> list[tuple[str, str]]:
    """Series and planned date of each row, as the database has them."""
    async with product.db.transaction(caller) as tx:
        rows = await tx.conn.fetch(
            """SELECT series, planned_on::text FROM planned_contacts
               WHERE provider_id = $1 AND survivor_id = $2""",
            caller.provider_id,
            survivor_id,
        )
    return sorted((row["series"], row["planned_on"]) for row in rows)


def expected(**series: list[str]) -> list[tuple[str, str]]:
    return sorted((name, entry[:10]) for name, entries in series.items() for entry in entries)


async def test_first_person(november: Product) -> None:
    worker = await make_worker(november, await make_provider(november))
    survivor_id = await make_survivor(november, worker, exit_on=date(2026, 1, 10))
    async with (
        running_app(november) as app,
        await signed_in(november, app, worker) as browser,
    ):
        pathway = await enrol(browser, survivor_id)
        assert (pathway["anchor_on"], pathway["planned_until"]) == ("2026-11-20", "2028-01-10")
        found = await schedule(browser, survivor_id)
    assert held(found["contacts"], "call") == tables.FIRST_CALLS
    assert held(found["contacts"], "review") == tables.FIRST_REVIEWS
    assert held(found["contacts"], "prompt") == tables.FIRST_PROMPTS
    assert held(found["contacts"], "follow_up") == tables.FOLLOW_UPS
    assert [one["stage"] for one in found["contacts"] if one["stage"]] == [
        "12_months",
        "18_months",
        "24_months",
    ]
    assert found["not_due"] == [
        {"stage": "exit", "planned_on": "2026-01-10"},
        {"stage": "6_months", "planned_on": "2026-07-10"},
    ]
    moved = {one["planned_on"]: one["moved"] for one in found["contacts"] if one["moved"]}
    assert moved["2026-12-25"] == "bank_holiday"
    assert moved["2026-12-20"] == "weekend"
    assert await stored(november, worker, survivor_id) == expected(
        call=tables.FIRST_CALLS,
        review=tables.FIRST_REVIEWS,
        prompt=tables.FIRST_PROMPTS,
        follow_up=tables.FOLLOW_UPS,
    )


async def test_second_person(december: Product) -> None:
    worker = await make_worker(december, await make_provider(december))
    survivor_id = await make_survivor(december, worker, exit_on=date(2026, 1, 10))
    async with (
        running_app(december) as app,
        await signed_in(december, app, worker) as browser,
    ):
        await enrol(browser, survivor_id)
        found = await schedule(browser, survivor_id)
    assert held(found["contacts"], "call") == tables.SECOND_CALLS
    assert held(found["contacts"], "review") == tables.SECOND_REVIEWS
    assert held(found["contacts"], "prompt") == tables.SECOND_PROMPTS
    assert held(found["contacts"], "follow_up") == tables.FOLLOW_UPS
    on_11_june = [one["series"] for one in found["contacts"] if one["held_on"] == "2027-06-11"]
    assert sorted(on_11_june) == ["call", "review"]
    assert len(await stored(december, worker, survivor_id)) == 28 + 12 + 28 + 3


async def test_third_person_gets_two_years_from_the_day_an_exit_date_is_entered(
    december: Product,
) -> None:
    worker = await make_worker(december, await make_provider(december))
    survivor_id = await make_survivor(december, worker)
    async with (
        running_app(december) as app,
        await signed_in(december, app, worker) as browser,
    ):
        pathway = await enrol(browser, survivor_id)
        assert (pathway["exit_on"], pathway["planned_until"]) == (None, "2027-03-11")
        rolling = await schedule(browser, survivor_id)
        assert held(rolling["contacts"], "call") == tables.THIRD_CALLS[:6]
        assert held(rolling["contacts"], "review") == tables.THIRD_REVIEWS[:2]
        assert held(rolling["contacts"], "prompt") == tables.THIRD_PROMPTS[:6]
        assert held(rolling["contacts"], "follow_up") == rolling["not_due"] == []
        changed = await browser.patch(
            f"/api/v1/survivors/{survivor_id}/pathway",
            json={"exit_on": "2027-02-01", "version": pathway["version"]},
        )
        assert changed.status_code == 200, changed.text
        assert changed.json()["planned_until"] == "2029-02-01"
        found = await schedule(browser, survivor_id)
    assert held(found["contacts"], "call") == tables.THIRD_CALLS
    assert held(found["contacts"], "review") == tables.THIRD_REVIEWS
    assert held(found["contacts"], "prompt") == tables.THIRD_PROMPTS
    assert held(found["contacts"], "follow_up") == tables.THIRD_FOLLOW_UPS
    kept = {one["id"] for one in rolling["contacts"]}
    assert kept < {one["id"] for one in found["contacts"]}
