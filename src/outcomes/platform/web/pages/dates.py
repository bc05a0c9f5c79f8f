"""Dates and times as people read them: `Tue 24 Nov`, `14:05`. English, whatever the locale."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from outcomes.platform.zones import zone_of

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(when: date, zone: str | ZoneInfo | None = None) -> str:
    """`Tue 24 Nov`; a moment needs its zone."""
    local = _local(when, zone)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


def day_with_year(when: date, zone: str | ZoneInfo | None = None) -> str:
    """`Tue 24 Nov 2026`; a moment needs its zone."""
    return f"{day(when, zone)} {_local(when, zone).year}"


def clock(when: datetime | time, zone: str | ZoneInfo | None = None) -> str:
    """`14:05`; a moment needs its zone, a wall time has none."""
    return f"{when if isinstance(when, time) else _moment(when, zone):%H:%M}"


def machine(when: date) -> str:
    """For the `datetime` attribute of `<time>`."""
    return when.isoformat()


def number(value: int) -> str:
    """`4,000`."""
    return f"{value:,}"


FILTERS = {
    "day": day,
    "day_with_year": day_with_year,
    "clock": clock,
    "machine": machine,
    "number": number,
}


def _local(when: date, zone: str | ZoneInfo | None) -> date:
    return _moment(when, zone) if isinstance(when, datetime) else when


def _moment(when: datetime, zone: str | ZoneInfo | None) -> datetime:
    if when.tzinfo is None or zone is None:
        raise ValueError("a moment is shown only with its zone")
    return when.astimezone(zone_of(zone) if isinstance(zone, str) else zone)
