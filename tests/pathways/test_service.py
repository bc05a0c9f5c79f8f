"""Enrolling, changing the end, and keeping plans right, in the database."""

import asyncio
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from outcomes.errors import Conflict, Invalid, NotFound
from outcomes.pathways import service
from outcomes.pathways.models import CancelReason, NewPathway, PlannedContact, PlannedState
from outcomes.pathways.schedule.cadence import Series
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import DayHours, SafeHours, UkPart
from outcomes.survivors.models import ExitDate, Purpose
from tests.pathways.days import held_days
from tests.support import Product, make_provider, make_survivor, make_worker, new_key

EXIT = date(2026, 1, 10)
NINE_TO_FIVE = SafeHours.every_day(9 * 60, 17 * 60)


async def enrol(
    product: Product, caller: Caller, survivor_id: UUID, anchor_on: date | None = None
) -> UUID:
    new = NewPathway(anchor_on)
    return await service.enrol(product.db, caller, survivor_id, new_key(caller, new), new)


async def contacts(product: Product, caller: Caller, survivor_id: UUID) -> list[PlannedContact]:
    return list((await service.get_schedule(product.db, caller, survivor_id)).contacts)


async def due(
    product: Product, caller: Caller, survivor_id: UUID, series: Series
) -> dict[date, datetime]:
    """When each contact of a series is due, by the day it is held."""
    found = await contacts(product, caller, survivor_id)
    return {one.held_on: one.due_at for one in found if one.series is series}


class TestEnrolling:
    async def test_needs_consent_and_a_profile(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, consents=(Purpose.SHARING,))
        with pytest.raises(Invalid) as refused:
            await enrol(november, worker, survivor_id)
        assert [problem.field for problem in refused.value.problems] == ["consents"]
        with pytest.raises(NotFound):
            await service.get_pathway(november.db, worker, survivor_id)

    async def test_consent_to_texts_alone_is_enough(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, consents=(Purpose.SMS,))
        await enrol(november, worker, survivor_id)
        assert (await service.get_pathway(november.db, worker, survivor_id)).exit_on is None

    async def test_a_call_in_casablanca_follows_the_pinned_zones(self, december: Product) -> None:
        """By release 2026f of the time-zone database Morocco is at UTC then, by 2025b an hour ahead."""
        worker = await make_worker(december, await make_provider(december))
        morning = (DayHours(9 * 60, 9 * 60 + 15),)
        hours = SafeHours(morning, morning, morning, morning, morning)
        survivor_id = await make_survivor(december, worker, zone="Africa/Casablanca", hours=hours)
        await enrol(december, worker, survivor_id, date(2027, 1, 6))
        calls = await due(december, worker, survivor_id, Series.CALL)
        assert calls[date(2027, 2, 3)] == datetime(2027, 2, 3, 9, tzinfo=UTC)

    async def test_the_same_request_twice_is_one_enrolment(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, exit_on=EXIT)
        new = NewPathway()
        creation = new_key(worker, new)
        for _ in range(2):
            await service.enrol(november.db, worker, survivor_id, creation, new)
        assert len(await contacts(november, worker, survivor_id)) == 74

    async def test_two_at_the_same_moment_make_one_pathway(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, exit_on=EXIT)
        answers = await asyncio.gather(
            *(enrol(november, worker, survivor_id) for _ in range(6)), return_exceptions=True
        )
        refusals = [answer for answer in answers if not isinstance(answer, UUID)]
        assert [type(refusal) for refusal in refusals] == [Conflict] * 5
        assert len(await contacts(november, worker, survivor_id)) == 74

    async def test_an_earlier_anchor_fills_in_nothing_before_enrolment(
        self, november: Product
    ) -> None:
        """Anchor Friday 25 September 2026: its fortnights are 20 November, 4 December …"""
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, exit_on=EXIT)
        await enrol(november, worker, survivor_id, date(2026, 9, 25))
        found = await contacts(november, worker, survivor_id)
        assert held_days(found, Series.CALL)[:2] == ["2026-11-20", "2026-12-04"]
        assert held_days(found, Series.REVIEW)[:2] == ["2026-11-25", "2026-12-29"]
        assert held_days(found, Series.PROMPT)[:2] == ["2026-11-27", "2026-12-11"]

    async def test_a_follow_up_between_enrolment_and_a_later_anchor_is_due(
        self, november: Product
    ) -> None:
        """Exit on Monday 30 November 2026, contact counted from 7 December."""
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, exit_on=date(2026, 11, 30))
        await enrol(november, worker, survivor_id, date(2026, 12, 7))
        found = await contacts(november, worker, survivor_id)
        assert held_days(found, Series.FOLLOW_UP)[0] == "2026-11-30"
        assert held_days(found, Series.CALL)[0] == "2026-12-21"

    @pytest.mark.parametrize("anchor_on", [date(2025, 11, 19), date(2026, 12, 19)])
    async def test_a_slip_of_the_pen_is_refused(self, november: Product, anchor_on: date) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, exit_on=EXIT)
        with pytest.raises(Invalid) as refused:
            await enrol(november, worker, survivor_id, anchor_on)
        assert refused.value.problems[0].field == "anchor_on"

    async def test_nobody_is_enrolled_into_an_empty_plan(self, november: Product) -> None:
        """Two years after 20 November 2024 is today."""
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, exit_on=date(2024, 11, 20))
        with pytest.raises(Invalid) as refused:
            await enrol(november, worker, survivor_id)
        assert refused.value.problems[0].field == "exit_on"


class TestLocalTime:
    @pytest.mark.parametrize(
        ("zone", "in_winter", "in_summer"),
        [
            ("Europe/London", time(9), time(8)),
            ("Europe/Tirane", time(8), time(7)),
            ("Africa/Accra", time(9), time(9)),
            ("America/New_York", time(14), time(13)),
            ("Asia/Kathmandu", time(3, 15), time(3, 15)),
        ],
    )
    async def test_calls_open_at_nine_there_all_year(
        self, november: Product, zone: str, in_winter: time, in_summer: time
    ) -> None:
        """Clocks change on 14 March (New York) and 28 March 2027 (Europe)."""
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(
            november, worker, exit_on=EXIT, zone=zone, hours=NINE_TO_FIVE
        )
        await enrol(november, worker, survivor_id, date(2026, 11, 20))
        opens = await due(november, worker, survivor_id, Series.CALL)
        assert opens[date(2027, 3, 12)] == datetime.combine(date(2027, 3, 12), in_winter, UTC)
        assert opens[date(2027, 3, 30)] == datetime.combine(date(2027, 3, 30), in_summer, UTC)

    async def test_hours_in_the_gap_of_spring(self, november: Product) -> None:
        """Sunday 28 March 2027 is no working day; its Friday's call of Good Friday opens on Tuesday.
        On Mondays only, from 00:30: Easter Monday is off, so it is held on 5 April at 23:30 UTC."""
        worker = await make_worker(november, await make_provider(november))
        hours = SafeHours(monday=(DayHours(30, 90),))
        survivor_id = await make_survivor(november, worker, exit_on=EXIT, hours=hours)
        await enrol(november, worker, survivor_id)
        opens = await due(november, worker, survivor_id, Series.CALL)
        assert opens[date(2027, 4, 5)] == datetime(2027, 4, 4, 23, 30, tzinfo=UTC)

    async def test_scotland_keeps_its_own_holidays(self, november: Product) -> None:
        """1 January is followed by Scotland's 4 January; Easter Monday is a working day there."""
        provider = await make_provider(november, uk_part=UkPart.SCOTLAND)
        worker = await make_worker(november, provider)
        survivor_id = await make_survivor(november, worker, exit_on=EXIT)
        await enrol(november, worker, survivor_id)
        calls = await due(november, worker, survivor_id, Series.CALL)
        assert {date(2027, 1, 5), date(2027, 3, 29)} <= calls.keys()
        assert not {date(2027, 1, 4), date(2027, 3, 30)} & calls.keys()

    async def test_texts_keep_to_the_day_and_to_no_minute(self, november: Product) -> None:
        """Any hour is safe for this person: still nothing before 08:00 or after 21:00."""
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, exit_on=EXIT)
        await enrol(november, worker, survivor_id)
        texts = (await due(november, worker, survivor_id, Series.PROMPT)).values()
        walls = [at.astimezone(ZoneInfo("Europe/London")).time() for at in texts]
        assert all(time(8) <= wall < time(21) for wall in walls)
        assert len({wall.minute for wall in walls}) > 10

    async def test_a_night_worker_is_texted_at_night(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        hours = SafeHours.every_day(22 * 60, 24 * 60)
        survivor_id = await make_survivor(november, worker, exit_on=EXIT, hours=hours)
        await enrol(november, worker, survivor_id)
        texts = (await due(november, worker, survivor_id, Series.PROMPT)).values()
        walls = [at.astimezone(ZoneInfo("Europe/London")).time() for at in texts]
        assert all(time(22) <= wall <= time(23) for wall in walls)


class TestTheExitDate:
    async def test_a_stale_version_changes_nothing(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker)
        await enrol(november, worker, survivor_id)
        before = await contacts(november, worker, survivor_id)
        version = (await service.get_pathway(november.db, worker, survivor_id)).version
        await service.set_exit_date(november.db, worker, survivor_id, ExitDate(EXIT, version))
        with pytest.raises(Conflict):
            await service.set_exit_date(
                november.db, worker, survivor_id, ExitDate(date(2025, 6, 1), version)
            )
        pathway = await service.get_pathway(november.db, worker, survivor_id)
        assert (pathway.exit_on, pathway.planned_until) == (EXIT, date(2028, 1, 10))
        assert len(await contacts(november, worker, survivor_id)) == 74 > len(before)

    async def test_an_earlier_end_cancels_what_lies_beyond_and_a_later_one_brings_it_back(
        self, november: Product
    ) -> None:
        """Exit 10 January 2025 ends on 10 January 2027."""
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, exit_on=EXIT)
        await enrol(november, worker, survivor_id)
        whole = await contacts(november, worker, survivor_id)
        await service.set_exit_date(
            november.db, worker, survivor_id, ExitDate(date(2025, 1, 10), 1)
        )
        trimmed = await contacts(november, worker, survivor_id)
        planned = [one for one in trimmed if one.state is PlannedState.PLANNED]
        assert held_days(planned, Series.CALL) == ["2026-12-04", "2026-12-18", "2027-01-04"]
        assert held_days(planned, Series.REVIEW) == ["2026-12-21"]
        assert held_days(planned, Series.PROMPT) == ["2026-11-27", "2026-12-11", "2026-12-29"]
        assert held_days(planned, Series.FOLLOW_UP) == ["2027-01-08"]
        rest = [one for one in trimmed if one.state is not PlannedState.PLANNED]
        assert {one.cancel_reason for one in rest} == {CancelReason.AFTER_THE_END}
        await service.set_exit_date(november.db, worker, survivor_id, ExitDate(EXIT, 2))
        again = await contacts(november, worker, survivor_id)
        assert [(one.id, one.held_on, one.due_at, one.state) for one in again] == [
            (one.id, one.held_on, one.due_at, one.state) for one in whole
        ]
