"""Nightly refreshing of plans, due contacts, completed contacts."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from outcomes.errors import NotFound
from outcomes.pathways import service
from outcomes.pathways.models import DueState, NewPathway, PlannedContact, PlannedState
from outcomes.pathways.schedule.cadence import Series
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import SafeHours
from outcomes.survivors.models import ExitDate, SafeContactProfile
from outcomes.survivors.safe_contact import service as safe_contact
from tests.pathways.days import held_days
from tests.support import (
    Product,
    Provider,
    make_provider,
    make_survivor,
    make_worker,
    new_key,
    running_app,
    signed_in,
)

EXIT = date(2026, 1, 10)
NINE_TO_FIVE = SafeHours.every_day(9 * 60, 17 * 60)


async def enrolled(
    product: Product, worker: Caller, exit_on: date | None = EXIT, zone: str = "Europe/London"
) -> UUID:
    survivor_id = await make_survivor(
        product, worker, exit_on=exit_on, hours=NINE_TO_FIVE, zone=zone
    )
    new = NewPathway()
    await service.enrol(product.db, worker, survivor_id, new_key(worker, new), new)
    return survivor_id


async def contacts(product: Product, caller: Caller, survivor_id: UUID) -> list[PlannedContact]:
    return list((await service.get_schedule(product.db, caller, survivor_id)).contacts)


def one(found: list[PlannedContact], series: Series, held_on: date) -> PlannedContact:
    return next(item for item in found if item.series is series and item.held_on == held_on)


async def refresh(product: Product, provider: Provider, now: datetime) -> int:
    return await service.refresh_plans(product.db, product.scopes.worker(provider.id), now)


class TestRefreshing:
    async def test_at_once_there_is_nothing_to_do(self, november: Product) -> None:
        provider = await make_provider(november)
        worker = await make_worker(november, provider)
        await enrolled(november, worker)
        assert await refresh(november, provider, datetime(2026, 11, 20, 10, tzinfo=UTC)) == 0

    async def test_every_night_and_without_a_trace_when_nothing_changed(
        self, november: Product
    ) -> None:
        provider = await make_provider(november)
        worker = await make_worker(november, provider)
        survivor_id = await enrolled(november, worker)
        before = await contacts(november, worker, survivor_id)
        night = datetime(2026, 11, 21, 7, tzinfo=UTC)
        assert await refresh(november, provider, night) == 1
        assert await refresh(november, provider, night) == 0
        assert await contacts(november, worker, survivor_id) == before

    async def test_the_90_days_roll_on(self, december: Product, february: Product) -> None:
        """On 1 February 2027 they reach to 2 May: fortnights to 30 April, months to 11 April."""
        provider = await make_provider(december)
        worker = await make_worker(december, provider)
        survivor_id = await enrolled(december, worker, None)
        before = await contacts(december, worker, survivor_id)
        assert await refresh(february, provider, datetime(2027, 2, 1, 10, tzinfo=UTC)) == 1
        after = await contacts(february, worker, survivor_id)
        assert {item.id for item in before} < {item.id for item in after}
        assert held_days(after, Series.CALL)[6:] == [
            "2027-03-19",
            "2027-04-02",
            "2027-04-16",
            "2027-04-30",
        ]
        assert held_days(after, Series.REVIEW)[2:] == ["2027-03-11", "2027-04-12"]
        assert held_days(after, Series.PROMPT)[-1] == "2027-04-23"
        pathway = await service.get_pathway(february.db, worker, survivor_id)
        assert pathway.planned_until == date(2027, 5, 2)

    async def test_a_new_profile_moves_what_is_near_and_leaves_what_was_due(
        self, november: Product, february: Product
    ) -> None:
        """From 1 February Tuesdays only, from noon: the call of Friday 12 February waits for the
        16th; that of 29 January stays overdue; that of 12 March moves when it comes near."""
        provider = await make_provider(november)
        worker = await make_worker(november, provider)
        survivor_id = await enrolled(november, worker)
        now = datetime(2027, 2, 1, 10, tzinfo=UTC)
        assert await refresh(february, provider, now) == 1
        tuesdays = SafeContactProfile(
            hours=SafeHours(tuesday=SafeHours.every_day(720, 1020).tuesday), may_call=True
        )
        key = new_key(worker, tuesdays)
        await safe_contact.record_safe_contact(february.db, worker, survivor_id, key, tuesdays)
        assert await refresh(february, provider, now) == 1, "without waiting for the night"
        found = await contacts(february, worker, survivor_id)
        moved = one(found, Series.CALL, date(2027, 2, 16))
        assert (moved.planned_on, moved.due_at) == (
            date(2027, 2, 12),
            datetime(2027, 2, 16, 12, tzinfo=UTC),
        )
        overdue = one(found, Series.CALL, date(2027, 1, 29))
        assert (overdue.state, overdue.due_at.hour) == (PlannedState.PLANNED, 9)
        assert one(found, Series.CALL, date(2027, 3, 12)).due_at.hour == 9
        assert len(found) == 74

    async def test_an_earlier_end_leaves_what_is_overdue(
        self, november: Product, february: Product
    ) -> None:
        """Exit 1 January 2025: the end, 1 January 2027, is before calls that are overdue."""
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        new = ExitDate(date(2025, 1, 1), 1)
        await service.set_exit_date(february.db, worker, survivor_id, new)
        found = await contacts(february, worker, survivor_id)
        waiting = [item for item in found if item.state is PlannedState.PLANNED]
        assert held_days(waiting, Series.CALL) == [
            "2026-12-04",
            "2026-12-18",
            "2027-01-04",
            "2027-01-15",
            "2027-01-29",
        ]
        assert all(item.due_at < datetime(2027, 2, 1, 10, tzinfo=UTC) for item in waiting)

    async def test_a_corrected_exit_date_plans_each_follow_up_once(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        new = ExitDate(date(2026, 1, 20), 1)
        await service.set_exit_date(november.db, worker, survivor_id, new)
        found = await contacts(november, worker, survivor_id)
        follow_ups = [
            (item.stage, str(item.planned_on), item.state)
            for item in found
            if item.series is Series.FOLLOW_UP
        ]
        assert sorted(follow_ups, key=lambda item: item[1]) == [
            ("12_months", "2027-01-10", "superseded"),
            ("12_months", "2027-01-20", "planned"),
            ("18_months", "2027-07-10", "superseded"),
            ("18_months", "2027-07-20", "planned"),
            ("24_months", "2028-01-10", "superseded"),
            ("24_months", "2028-01-20", "planned"),
        ]


class TestTheEnd:
    """Exit 10 January 2026: support lasts to 10 January 2028, the day of the last follow-up."""

    LAST_DAY = datetime(2028, 1, 10, 23, 59, tzinfo=UTC)
    DAY_AFTER = datetime(2028, 1, 11, tzinfo=UTC)

    async def test_it_comes_after_the_last_day_when_nobody_waits(self, november: Product) -> None:
        provider = await make_provider(november)
        worker = await make_worker(november, provider)
        survivor_id = await enrolled(november, worker)
        await settle(november, worker, survivor_id)
        await refresh(november, provider, self.LAST_DAY)
        assert await service.get_pathway(november.db, worker, survivor_id)
        await refresh(november, provider, self.DAY_AFTER + timedelta(days=1))
        with pytest.raises(NotFound):
            await service.get_pathway(november.db, worker, survivor_id)
        async with november.db.transaction(worker) as tx:
            ended = await tx.conn.fetch(
                "SELECT survivor_id, ended_at FROM pathways WHERE provider_id = $1", provider.id
            )
        assert [(row["survivor_id"], row["ended_at"]) for row in ended] == [
            (survivor_id, self.DAY_AFTER + timedelta(days=1))
        ]

    async def test_midnight_is_theirs(self, november: Product) -> None:
        """At 23:59 in London it is the day after in Auckland, and ten to seven in New York."""
        provider = await make_provider(november)
        worker = await make_worker(november, provider)
        east = await enrolled(november, worker, zone="Pacific/Auckland")
        west = await enrolled(november, worker, zone="America/New_York")
        for survivor_id in (east, west):
            await settle(november, worker, survivor_id)
        await refresh(november, provider, self.LAST_DAY)
        assert await service.get_pathway(november.db, worker, west)
        with pytest.raises(NotFound):
            await service.get_pathway(november.db, worker, east)

    async def test_an_overdue_contact_holds_it_open(self, november: Product) -> None:
        provider = await make_provider(november)
        worker = await make_worker(november, provider)
        survivor_id = await enrolled(november, worker)
        await settle(november, worker, survivor_id, but=Series.FOLLOW_UP)
        await refresh(november, provider, self.DAY_AFTER)
        found = await contacts(november, worker, survivor_id)
        waiting = [item for item in found if item.state is PlannedState.PLANNED]
        assert held_days(waiting, Series.FOLLOW_UP)[-1] == "2028-01-10"

    async def test_without_an_exit_date_there_is_none(self, november: Product) -> None:
        provider = await make_provider(november)
        worker = await make_worker(november, provider)
        survivor_id = await enrolled(november, worker, None)
        await settle(november, worker, survivor_id)
        await refresh(november, provider, self.DAY_AFTER)
        pathway = await service.get_pathway(november.db, worker, survivor_id)
        assert pathway.planned_until == date(2028, 4, 10)


async def settle(
    product: Product, worker: Caller, survivor_id: UUID, *, but: Series | None = None
) -> None:
    """Mark all that needs a person done, but this series."""
    needed = {Series.CALL, Series.REVIEW, Series.FOLLOW_UP} - {but}
    for item in await contacts(product, worker, survivor_id):
        if item.series in needed:
            async with product.db.transaction(worker) as tx:
                await service.complete(tx, item.id, item.due_at, survivor_id=survivor_id)


class TestDue:
    async def test_due_today_and_overdue_oldest_first(
        self, november: Product, february: Product
    ) -> None:
        """On Monday 1 February 2027 at ten: overdue are the reviews of 21 December and 20 January,
        the follow-up of 11 January and five calls; in New York it is not nine yet."""
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        page = await service.list_due(february.db, worker, state=DueState.OVERDUE)
        assert [(item.series, str(item.held_on)) for item in page.items] == [
            ("call", "2026-12-04"),
            ("call", "2026-12-18"),
            ("review", "2026-12-21"),
            ("call", "2027-01-04"),
            ("follow_up", "2027-01-11"),
            ("call", "2027-01-15"),
            ("review", "2027-01-20"),
            ("call", "2027-01-29"),
        ]
        assert {item.survivor_id for item in page.items} == {survivor_id}
        assert page.next is None

    async def test_due_is_today_by_the_survivors_clock(self, december: Product) -> None:
        """Exit 11 December 2026 is today: the follow-up at exit. At ten in London it is 05:00 in New
        York, today still, and 23:00 in Auckland, whose window has closed."""
        worker = await make_worker(december, await make_provider(december))
        today = date(2026, 12, 11)
        here = await enrolled(december, worker, today)
        there = await enrolled(december, worker, today, "America/New_York")
        over = await enrolled(december, worker, today, "Pacific/Auckland")
        due = await service.list_due(december.db, worker, state=DueState.DUE)
        assert [item.survivor_id for item in due.items] == [here, there]
        overdue = await service.list_due(december.db, worker, state=DueState.OVERDUE)
        assert [item.survivor_id for item in overdue.items] == [over]

    async def test_page_by_page_through_the_api(self, november: Product, february: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        await enrolled(november, worker)
        async with (
            running_app(february) as app,
            await signed_in(february, app, worker) as browser,
        ):
            seen: list[str] = []
            cursor = ""
            while True:
                path = f"/api/v1/planned-contacts?limit=3{cursor}"
                page = (await browser.get(path)).json()
                seen += [item["held_on"] for item in page["items"]]
                if page["next"] is None:
                    break
                cursor = "&cursor=" + page["next"].replace("+", "%2B")
            refused = await browser.get("/api/v1/planned-contacts?cursor=yesterday")
        assert len(seen) == 8
        assert seen == sorted(seen)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "cursor")


class TestCompleting:
    async def test_one_done_older_due_ones_superseded(
        self, november: Product, february: Product
    ) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        found = await contacts(february, worker, survivor_id)
        done = one(found, Series.CALL, date(2027, 1, 15))
        now = datetime(2027, 2, 1, 10, tzinfo=UTC)
        for _ in range(2):
            async with february.db.transaction(worker) as tx:
                await service.complete(tx, done.id, now, survivor_id=survivor_id)
        states = {
            str(item.held_on): item.state
            for item in await contacts(february, worker, survivor_id)
            if item.series is Series.CALL
        }
        assert list(states.values())[:6] == [
            "superseded",
            "superseded",
            "superseded",
            "done",
            "planned",
            "planned",
        ]
        reviews = await contacts(february, worker, survivor_id)
        assert one(reviews, Series.REVIEW, date(2026, 12, 21)).state is PlannedState.PLANNED

    async def test_held_early_it_leaves_those_before_it_that_are_not_due(
        self, november: Product
    ) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await enrolled(november, worker)
        found = await contacts(november, worker, survivor_id)
        second = one(found, Series.CALL, date(2026, 12, 18))
        now = datetime(2026, 11, 20, 10, tzinfo=UTC)
        async with november.db.transaction(worker) as tx:
            await service.complete(tx, second.id, now, survivor_id=survivor_id)
        found = await contacts(november, worker, survivor_id)
        assert one(found, Series.CALL, date(2026, 12, 4)).state is PlannedState.PLANNED
        assert one(found, Series.CALL, date(2026, 12, 18)).state is PlannedState.DONE

    async def test_somebody_elses_is_not_found(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id, other_id = await enrolled(november, worker), await enrolled(november, worker)
        theirs = (await contacts(november, worker, other_id))[0]
        now = datetime(2026, 11, 20, 10, tzinfo=UTC)
        for planned_id in (theirs.id, uuid4()):
            with pytest.raises(NotFound):
                async with november.db.transaction(worker) as tx:
                    await service.complete(tx, planned_id, now, survivor_id=survivor_id)
        assert (await contacts(november, worker, other_id))[0].state is PlannedState.PLANNED
