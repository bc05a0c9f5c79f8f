"""Local time by literal: GOV.UK's bank holidays, the IANA zones' changes, and safe hours."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

from outcomes.errors import Invalid
from outcomes.platform.calendar import (
    DayHours,
    SafeHours,
    UkPart,
    Window,
    add_working_days,
    bank_holidays,
    closing_time,
    is_open,
    is_working_day,
    local_date,
    next_open,
    to_utc,
    windows_on,
)
from outcomes.platform.clock import Clock
from outcomes.platform.zones import zone_named

LONDON = ZoneInfo("Europe/London")
ENGLAND = partial(is_working_day, UkPart.ENGLAND)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestClock:
    def test_moves_the_databases_time_by_its_offset(self) -> None:
        read = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Europe/Paris"))
        assert Clock().of(read) == utc("2026-11-20T09:00")
        moved = Clock(offset=timedelta(days=2, hours=-1)).of(read)
        assert (moved, moved.tzinfo) == (utc("2026-11-22T08:00"), UTC)


class TestBankHolidays:
    """As published on GOV.UK; only those on weekdays matter."""

    @pytest.mark.parametrize("part", [UkPart.ENGLAND, UkPart.WALES])
    def test_england_and_wales_2027(self, part: UkPart) -> None:
        assert weekday_holidays(part, 2027) == [
            "2027-01-01",
            "2027-03-26",
            "2027-03-29",
            "2027-05-03",
            "2027-05-31",
            "2027-08-30",
            "2027-12-27",
            "2027-12-28",
        ]

    def test_scotland_2026_with_the_world_cup(self) -> None:
        assert weekday_holidays(UkPart.SCOTLAND, 2026) == [
            "2026-01-01",
            "2026-01-02",
            "2026-04-03",
            "2026-05-04",
            "2026-05-25",
            "2026-06-15",
            "2026-08-03",
            "2026-11-30",
            "2026-12-25",
            "2026-12-28",
        ]

    def test_northern_ireland_2026(self) -> None:
        assert weekday_holidays(UkPart.NORTHERN_IRELAND, 2026) == [
            "2026-01-01",
            "2026-03-17",
            "2026-04-03",
            "2026-04-06",
            "2026-05-04",
            "2026-05-25",
            "2026-07-13",
            "2026-08-31",
            "2026-12-25",
            "2026-12-28",
        ]

    def test_substitutes_for_new_year_2028(self) -> None:
        assert not ENGLAND(date(2028, 1, 3))
        assert ENGLAND(date(2028, 1, 4))
        assert not is_working_day(UkPart.SCOTLAND, date(2028, 1, 4))


def weekday_holidays(part: UkPart, year: int) -> list[str]:
    return [str(day) for day in sorted(bank_holidays(part, year)) if day.weekday() < 5]


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2026-11-20", 2, "2026-11-24"),  # Friday to Tuesday
        ("2026-11-21", 1, "2026-11-23"),  # Saturday to Monday
        ("2026-12-24", 1, "2026-12-29"),  # over Christmas and its substitute
        ("2027-03-25", 5, "2027-04-05"),  # over Good Friday and Easter Monday
        ("2026-11-21", 0, "2026-11-21"),
    ],
)
def test_adding_working_days_in_england(start: str, count: int, expected: str) -> None:
    day = add_working_days(date.fromisoformat(start), count, ENGLAND)
    assert day == date.fromisoformat(expected)


class TestLocalTime:
    @pytest.mark.parametrize(
        ("zone", "local", "instant"),
        [
            ("Europe/London", "2026-12-01T09:00", "2026-12-01T09:00"),
            ("Europe/London", "2027-06-11T09:00", "2027-06-11T08:00"),
            ("Asia/Kathmandu", "2027-06-11T09:00", "2027-06-11T03:15"),
            # Sunday 28 March 2027: clocks go from 01:00 GMT to 02:00 BST
            ("Europe/London", "2027-03-28T00:59", "2027-03-28T00:59"),
            ("Europe/London", "2027-03-28T01:00", "2027-03-28T01:00"),
            ("Europe/London", "2027-03-28T01:30", "2027-03-28T01:00"),
            ("Europe/London", "2027-03-28T02:00", "2027-03-28T01:00"),
            ("Europe/London", "2027-03-28T02:30", "2027-03-28T01:30"),
            # Sunday 31 October 2027: clocks go from 02:00 BST back to 01:00 GMT
            ("Europe/London", "2027-10-31T00:59", "2027-10-30T23:59"),
            ("Europe/London", "2027-10-31T01:00", "2027-10-31T00:00"),
            ("Europe/London", "2027-10-31T01:30", "2027-10-31T00:30"),
            ("Europe/London", "2027-10-31T02:00", "2027-10-31T02:00"),
            # Lord Howe moves by half an hour; Samoa left out 30 December 2011 altogether
            ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30"),
            ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
        ],
    )
    def test_wall_time_to_instant(self, zone: str, local: str, instant: str) -> None:
        assert to_utc(wall(local), zone_named(zone)) == utc(instant)

    def test_the_second_occurrence_when_asked_for(self) -> None:
        assert to_utc(wall("2027-10-31T01:30"), LONDON, fold=1) == utc("2027-10-31T01:30")

    def test_local_date_turns_at_local_midnight(self) -> None:
        assert local_date(utc("2027-06-10T22:59"), LONDON) == date(2027, 6, 10)
        assert local_date(utc("2027-06-10T23:00"), LONDON) == date(2027, 6, 11)

    @pytest.mark.parametrize("name", ["", "Europe", "London", "../etc/passwd", "europe/london"])
    def test_other_names_are_refused_with_a_remedy(self, name: str) -> None:
        with pytest.raises(Invalid) as refused:
            zone_named(name)
        assert [problem.field for problem in refused.value.problems] == ["zone"]


zone_names = st.sampled_from(
    ["Europe/London", "America/Havana", "Africa/Cairo", "Australia/Lord_Howe", "America/St_Johns"]
)
moments = st.datetimes(wall("2000-01-01"), wall("2035-01-01")).map(
    lambda at: at.replace(second=0, microsecond=0, fold=0)
)


@given(moments.filter(lambda at: at.year < 2025), zone_names)
def test_wall_times_agree_with_dateutils_zones(local: datetime, name: str) -> None:
    """dateutil decides by itself whether a time exists and which instant is the first. It reads the
    host's zones, which agree with ours on what is over."""
    other = tz.gettz(name)
    if tz.datetime_exists(local, other):
        assert to_utc(local, ZoneInfo(name)) == local.replace(tzinfo=other).astimezone(UTC)
    else:
        first = to_utc(local, ZoneInfo(name))
        before = first - timedelta(seconds=1)
        assert before.astimezone(other).replace(tzinfo=None) < local
        assert first.astimezone(other).replace(tzinfo=None) > local


class TestSafeHours:
    office = SafeHours(
        monday=(DayHours(540, 720), DayHours(840, 1020)), friday=(DayHours(1200, 1440),)
    )

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2026-11-23T08:59:59", False),  # a Monday, GMT
            ("2026-11-23T09:00", True),
            ("2026-11-23T11:59:59", True),
            ("2026-11-23T12:00", False),
            ("2026-11-23T14:00", True),
            ("2026-11-24T09:00", False),  # Tuesday has none
            ("2026-11-27T20:00", True),
            ("2026-11-27T23:59:59", True),  # Friday until 24:00
            ("2026-11-28T00:00", False),
            ("2027-06-14T08:00", True),  # 09:00 in summer time
            ("2027-06-14T16:00", False),
        ],
    )
    def test_open_from_opening_until_before_closing(self, at: str, expected: bool) -> None:
        assert is_open(self.office, LONDON, utc(at)) is expected

    def test_windows_of_a_day(self) -> None:
        assert list(windows_on(self.office, LONDON, date(2026, 11, 23))) == [
            Window(utc("2026-11-23T09:00"), utc("2026-11-23T12:00")),
            Window(utc("2026-11-23T14:00"), utc("2026-11-23T17:00")),
        ]
        assert list(windows_on(self.office, LONDON, date(2026, 11, 27))) == [
            Window(utc("2026-11-27T20:00"), utc("2026-11-28T00:00"))
        ]
        assert list(windows_on(self.office, LONDON, date(2026, 11, 24))) == []

    def test_weekdays_with_hours(self) -> None:
        assert self.office.weekdays == {0, 4}
        assert SafeHours().weekdays == frozenset()

    @pytest.mark.parametrize(
        ("opens", "closes", "day", "expected"),
        [
            # the hour 01:00–02:00 does not exist on 28 March 2027
            (60, 120, "2027-03-28", None),
            (30, 90, "2027-03-28", ("2027-03-28T00:30", "2027-03-28T01:00")),
            (90, 180, "2027-03-28", ("2027-03-28T01:00", "2027-03-28T02:00")),
            # and comes twice on 31 October 2027: only what is safe on both readings
            (90, 180, "2027-10-31", ("2027-10-31T01:30", "2027-10-31T03:00")),
            (0, 90, "2027-10-31", ("2027-10-30T23:00", "2027-10-31T00:30")),
            (75, 105, "2027-10-31", None),
            (0, 1440, "2027-10-31", ("2027-10-30T23:00", "2027-11-01T00:00")),
        ],
    )
    def test_windows_on_the_days_clocks_change(
        self, opens: int, closes: int, day: str, expected: tuple[str, str] | None
    ) -> None:
        hours = SafeHours.every_day(opens, closes)
        windows = list(windows_on(hours, LONDON, date.fromisoformat(day)))
        assert windows == ([] if expected is None else [Window(utc(expected[0]), utc(expected[1]))])

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2026-11-23T10:00", "2026-11-23T10:00"),
            ("2026-11-23T12:00", "2026-11-23T14:00"),
            ("2026-11-23T17:00", "2026-11-27T20:00"),
            ("2026-11-28T00:00", "2026-11-30T09:00"),
        ],
    )
    def test_next_open(self, at: str, expected: str) -> None:
        assert next_open(self.office, LONDON, utc(at)) == utc(expected)

    def test_a_week_later_when_it_has_just_closed(self) -> None:
        sundays = SafeHours(sunday=(DayHours(600, 601),))
        assert next_open(sundays, LONDON, utc("2026-11-22T10:01")) == utc("2026-11-29T10:00")
        assert next_open(SafeHours(), LONDON, utc("2026-11-22T10:01")) is None

    @given(st.datetimes(timezones=st.just(UTC)), zone_names)
    def test_all_day_every_day_is_never_closed(self, at: datetime, name: str) -> None:
        if 1900 < at.year < 2100:
            assert is_open(SafeHours.every_day(), ZoneInfo(name), at)

    @given(st.integers(0, 1439), st.integers(1, 240), moments, zone_names)
    def test_every_instant_of_a_window_is_open(
        self, opens: int, minutes: int, near: datetime, name: str
    ) -> None:
        hours, zone = SafeHours.every_day(opens, min(opens + minutes, 1440)), ZoneInfo(name)
        for window in windows_on(hours, zone, near.date()):
            steps = int(window.length / timedelta(minutes=10)) + 1
            for step in range(steps):
                at = window.opens_at + timedelta(minutes=10) * step
                assert at >= window.closes_at or is_open(hours, zone, at)
            assert is_open(hours, zone, window.closes_at - timedelta(seconds=1))

    @given(moments, st.integers(0, 1439), st.integers(1, 1440))
    def test_open_agrees_with_reading_a_clock(self, at: datetime, opens: int, length: int) -> None:
        closes = min(opens + length, 1440)
        shown = at.replace(tzinfo=UTC).astimezone(tz.gettz("Europe/London")).time()
        latest = time(23, 59, 59) if closes == 1440 else time(closes // 60, closes % 60)
        inside = time(opens // 60, opens % 60) <= shown < latest
        hours = SafeHours.every_day(opens, closes)
        assert is_open(hours, LONDON, at.replace(tzinfo=UTC)) is inside


class TestSafeHoursAsInput:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"monday": [{"opens": 600, "closes": 600}]},
            {"monday": [{"opens": -1, "closes": 600}]},
            {"monday": [{"opens": 0, "closes": 1441}]},
            {"monday": [{"opens": 0, "closes": 600}, {"opens": 599, "closes": 700}]},
            {"monday": [{"opens": 700, "closes": 800}, {"opens": 0, "closes": 100}]},
            {"Monday": []},
            {"monday": [{"opens": 0, "closes": 100, "zone": "UTC"}]},
        ],
    )
    def test_hours_that_make_no_sense_are_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, SafeHours)

    def test_midnight_and_touching_hours_survive_the_wire(self) -> None:
        hours = SafeHours(sunday=(DayHours(0, 600), DayHours(600, 1440)))
        assert msgspec.json.decode(msgspec.json.encode(hours), type=SafeHours) == hours


@pytest.mark.parametrize(
    ("hours", "at", "closes"),
    [
        (SafeHours.every_day(), "2026-11-25T23:00", "2026-12-03T00:00"),
        (SafeHours.every_day(opens=9 * 60, closes=17 * 60), "2026-11-25T16:59", "2026-11-25T17:00"),
        (SafeHours.every_day(opens=9 * 60), "2026-11-25T23:00", "2026-11-26T00:00"),
        (
            SafeHours(monday=(DayHours(1320, 1440),), tuesday=(DayHours(0, 120),)),
            "2026-11-30T23:30",
            "2026-12-01T02:00",
        ),
        (SafeHours.every_day(opens=9 * 60), "2026-11-25T08:59", None),
    ],
)
def test_windows_that_meet_at_midnight_are_one(
    hours: SafeHours, at: str, closes: str | None
) -> None:
    """In London in winter, where the wall shows UTC; eight days are as far as it looks."""
    assert closing_time(hours, LONDON, utc(at)) == (None if closes is None else utc(closes))
