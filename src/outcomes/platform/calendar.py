"""Local time: working days, wall time, safe hours.

An instant is an aware datetime in UTC. A local time is a wall time in the survivor's IANA zone,
abroad too. A minute of the day is a whole number from 0 (00:00) to 1440 (24:00), so that a window
can last until midnight without pretending to end at 23:59.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from holidays import country_holidays
from msgspec import Meta, Struct

DAY_MINUTES = 24 * 60

WorkingDay = Callable[[date], bool]


# Working days


class UkPart(StrEnum):
    """The part of the United Kingdom whose bank holidays a provider keeps."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"


_SUBDIVISION = {
    UkPart.ENGLAND: "ENG",
    UkPart.WALES: "WLS",
    UkPart.SCOTLAND: "SCT",
    UkPart.NORTHERN_IRELAND: "NIR",
}


@cache
def bank_holidays(part: UkPart, year: int) -> frozenset[date]:
    """Bank holidays of a year, substitute days included (source: the `holidays` package)."""
    return frozenset(country_holidays("GB", subdiv=_SUBDIVISION[part], years=year, observed=True))


def is_working_day(part: UkPart, day: date) -> bool:
    """Whether `day` is neither a weekend nor a bank holiday there."""
    return day.weekday() < 5 and day not in bank_holidays(part, day.year)


def add_working_days(day: date, count: int, is_working: WorkingDay) -> date:
    """The `count`-th working day after `day`; `day` itself is never counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working(day)
    return day


# Local time


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The local date at that instant."""
    return at.astimezone(zone).date()


def to_utc(wall: datetime, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """The instant (UTC) at which clocks in `zone` show the naive `wall` time.

    A time that clocks skip in spring (the gap) becomes the first instant after the change. A time
    that they show twice in autumn (the fold) is its first occurrence, or its second with `fold=1`.
    """
    instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _first_instant_after_gap(wall, zone)


def _first_instant_after_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """Search between the two readings of a skipped time, one before the change and one after."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    old_offset = before.astimezone(zone).utcoffset()

    def has_changed(second: int) -> bool:
        return (before + timedelta(seconds=second)).astimezone(zone).utcoffset() != old_offset

    seconds = int((after - before).total_seconds())
    return before + timedelta(seconds=bisect_left(range(seconds), True, key=has_changed))


# Safe hours


class DayHours(Struct, frozen=True, forbid_unknown_fields=True):
    """Local minutes of one day between which contact is safe: from `opens` until before `closes`.

    Hours over midnight are two: until 24:00, and from 00:00 on the next weekday.
    """

    opens: Annotated[int, Meta(ge=0, lt=DAY_MINUTES)]
    closes: Annotated[int, Meta(gt=0, le=DAY_MINUTES)]

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("Enter a closing time later than the opening time.")


class SafeHours(Struct, frozen=True, forbid_unknown_fields=True):
    """When contact is safe on each weekday, in local time. A day without hours is never safe."""

    monday: tuple[DayHours, ...] = ()
    tuesday: tuple[DayHours, ...] = ()
    wednesday: tuple[DayHours, ...] = ()
    thursday: tuple[DayHours, ...] = ()
    friday: tuple[DayHours, ...] = ()
    saturday: tuple[DayHours, ...] = ()
    sunday: tuple[DayHours, ...] = ()

    def __post_init__(self) -> None:
        for day in self.by_weekday:
            if any(a.closes > b.opens for a, b in pairwise(day)):
                raise ValueError("Enter the hours of a day in order and without overlap.")

    @classmethod
    def every_day(cls, opens: int = 0, closes: int = DAY_MINUTES) -> "SafeHours":
        """The same hours on all seven days; all day unless given."""
        return cls(*[(DayHours(opens, closes),)] * 7)

    @property
    def by_weekday(self) -> tuple[tuple[DayHours, ...], ...]:
        """Seven entries, Monday first, as `date.weekday()` counts."""
        return (
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        )

    @property
    def weekdays(self) -> frozenset[int]:
        """The weekdays (Monday is 0) on which there are any hours."""
        return frozenset(number for number, day in enumerate(self.by_weekday) if day)


class Window(Struct, frozen=True):
    """From `opens_at` until before `closes_at`, both UTC."""

    opens_at: datetime
    closes_at: datetime

    @property
    def length(self) -> timedelta:
        return self.closes_at - self.opens_at


DAYTIME = timedelta(hours=8), timedelta(hours=21)
"""The local hours of contact for survivors who have said that any hour is safe. The rule for texts
and calls is a product default; no external source."""


def window_between(day: date, opens: timedelta, closes: timedelta, zone: ZoneInfo) -> Window:
    """From one wall time of a local date to another, each as the time since midnight."""
    midnight = datetime.combine(day, time())
    return Window(to_utc(midnight + opens, zone), to_utc(midnight + closes, zone))


def in_daytime(window: Window, day: date, zone: ZoneInfo) -> Window:
    """The part of a day's window that lies in `DAYTIME`, or all of it when there is no such part."""
    daytime = window_between(day, *DAYTIME, zone)
    opens_at = max(window.opens_at, daytime.opens_at)
    closes_at = min(window.closes_at, daytime.closes_at)
    return Window(opens_at, closes_at) if opens_at < closes_at else window


def is_open(hours: SafeHours, zone: ZoneInfo, at: datetime) -> bool:
    """Whether the local time at that instant is inside the safe hours."""
    wall = at.astimezone(zone)
    minute = wall.hour * 60 + wall.minute
    return any(day.opens <= minute < day.closes for day in hours.by_weekday[wall.weekday()])


def windows_on(hours: SafeHours, zone: ZoneInfo, day: date) -> Iterator[Window]:
    """The safe windows of a local date, earliest first; every instant in them `is_open`.

    Where clocks show an hour twice, a window that opens in that hour opens at the second occurrence, and
    one that closes in it closes at the first. Nothing is yielded for hours that
    clocks skip altogether.
    """
    midnight = datetime.combine(day, time())
    for local in hours.by_weekday[day.weekday()]:
        opens_at = to_utc(midnight + timedelta(minutes=local.opens), zone, fold=1)
        closes_at = to_utc(midnight + timedelta(minutes=local.closes), zone)
        if opens_at < closes_at:
            yield Window(opens_at, closes_at)


def closing_time(hours: SafeHours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """When the safe window that is open at `at` closes (UTC); None when none is open.

    Windows that meet at midnight are one. Hours that never close end 8 days ahead.
    """
    closes_at = at
    for _ in range(8):
        windows = windows_on(hours, zone, local_date(closes_at, zone))
        ends = (w.closes_at for w in windows if w.opens_at <= closes_at < w.closes_at)
        further = next(ends, None)
        if further is None:
            break
        closes_at = further
    return closes_at if closes_at > at else None


def next_open(hours: SafeHours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """The first safe instant from `at` on (itself when open); None without hours in 8 days."""
    if is_open(hours, zone, at):
        return at
    today = local_date(at, zone)
    days = (today + timedelta(days=ahead) for ahead in range(9))
    openings = (window.opens_at for day in days for window in windows_on(hours, zone, day))
    return next((opens_at for opens_at in openings if opens_at > at), None)
