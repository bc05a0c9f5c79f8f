"""Which periods may be shown, and the usual ones."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from outcomes.errors import Invalid
from outcomes.kpis.models import Period, View
from outcomes.platform.calendar import local_date, to_utc

LONDON = ZoneInfo("Europe/London")
EARLIEST = date(2000, 1, 1)


class Preset(StrEnum):
    """Periods by name; all but the last are whole months that are over."""

    LAST_MONTH = "last_month"
    THREE_MONTHS = "three_months"
    SIX_MONTHS = "six_months"
    TWELVE_MONTHS = "twelve_months"
    SO_FAR = "so_far"


_MONTHS = {
    Preset.LAST_MONTH: 1,
    Preset.THREE_MONTHS: 3,
    Preset.SIX_MONTHS: 6,
    Preset.TWELVE_MONTHS: 12,
}
DAYS_SO_FAR = 90


def today_in_london(now: datetime) -> date:
    """The date of the periods' time zone at an instant (UTC)."""
    return local_date(now, LONDON)


def calendar(period: Period) -> list[date]:
    """Every day of the calendar months that the period touches, and of the months before and after; the
    statement selects the days that count."""
    first = _first_of(_month(period.first) - 1)
    until = _first_of(_month(period.last) + 2)
    return [first + timedelta(days=n) for n in range((until - first).days)]


def starts_of(days: Iterable[date]) -> list[datetime]:
    """When each day begins in London, in UTC; statements do not compute it."""
    return [to_utc(datetime.combine(day, time()), LONDON) for day in days]


def ends_of(days: Iterable[date]) -> list[datetime]:
    """When each day ends in London, in UTC."""
    return starts_of(day + timedelta(days=1) for day in days)


def preset(name: Preset, today: date) -> Period:
    """A named period as it is today; `so_far` is the 90 days up to and with today."""
    if name is Preset.SO_FAR:
        return Period.days(today - timedelta(days=DAYS_SO_FAR - 1), today)
    until = today.replace(day=1)
    return Period(_first_of(_month(until) - _MONTHS[name]), until)


def before(period: Period) -> Period:
    """The period of the same length before: as many whole months, or as many days."""
    if period.first.day == 1 and period.until.day == 1:
        whole = _month(period.until) - _month(period.first)
        return Period(_first_of(_month(period.first) - whole), period.first)
    return Period(period.first - (period.until - period.first), period.first)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def check_period(period: Period, view: View, today: date) -> None:
    """Refuse a period that a view may not show.

    The external view accepts whole past months only: two views a day apart, or of periods that differ by
    a day, would show what changed in between (product default; no external source).

    Raises:
        Invalid: naming the day and what to enter instead.
    """
    if period.first < EARLIEST:
        raise Invalid.field("first_day", "Enter a first day from 2000 on.")
    if period.last > today:
        raise Invalid.field("last_day", "Enter a last day that is not after today.")
    if view is View.EXTERNAL:
        if period.first.day != 1:
            raise Invalid.field("first_day", "Enter the first day of a month: whole months only.")
        if period.until.day != 1:
            raise Invalid.field("last_day", "Enter the last day of a month: whole months only.")
