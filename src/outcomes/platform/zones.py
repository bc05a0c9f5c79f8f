"""Time zones: which there are, and dates in them for SQL, which computes nothing in a zone itself.

All come from the pinned `tzdata` package; PostgreSQL has another release of the same database, or the
host's.
"""

from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

import tzdata
from msgspec import Struct

from outcomes.errors import Invalid
from outcomes.platform.calendar import local_date

OFFICE_ZONE = ZoneInfo("Europe/London")
"""The time zone of providers."""

ZONES_VERSION: str = tzdata.IANA_VERSION
"""The release of the IANA time-zone database that every date and hour is computed with."""

_OFFICE_YEARS = 2025, 2075
"""The years for which `office_date_sql` has summer time."""

_NO_PLACE = {"Factory"}
"""Names in the time-zone database that are no place."""


@cache
def zone_names() -> frozenset[str]:
    """The time zones that may be entered."""
    return frozenset(available_timezones() - _NO_PLACE)


def is_zone(name: str) -> bool:
    """Whether a stored zone is known, so that local times can be computed."""
    return name in zone_names()


def zone_named(name: str) -> ZoneInfo:
    """A zone that was entered. Raises Invalid for any other text."""
    if not is_zone(name):
        raise no_zone()
    return _zone(name)


def no_zone() -> Invalid:
    """What to raise when an entered zone is not known."""
    return Invalid.field("zone", "Choose a time zone from the list, such as Europe/London.")


def zone_of(name: str) -> ZoneInfo:
    """A stored zone. An unknown one is read as the office zone, so that pages have a date to show;
    decisions about contact check `is_zone` first."""
    return _zone(name) if is_zone(name) else OFFICE_ZONE


@cache
def _zone(name: str) -> ZoneInfo:
    """Cached without limit: `zoneinfo` caches eight zones and reads others from disk again."""
    return ZoneInfo(name)


class LocalDates(Struct, frozen=True):
    """The date in every zone at one moment: the office's, but for the zones a day off."""

    office: date
    ahead: tuple[str, ...]
    behind: tuple[str, ...]


def local_dates(at: datetime) -> LocalDates:
    """The dates at `at` (UTC), for a statement that compares with many people's today."""
    return _local_dates(at.replace(second=0, microsecond=0))


@lru_cache(maxsize=16)
def _local_dates(minute: datetime) -> LocalDates:
    """Every offset of today is of whole minutes, so dates change with a minute only."""
    office = local_date(minute, OFFICE_ZONE)
    dates = {name: local_date(minute, _zone(name)) for name in zone_names()}
    return LocalDates(
        office=office,
        ahead=tuple(sorted(name for name, there in dates.items() if there > office)),
        behind=tuple(sorted(name for name, there in dates.items() if there < office)),
    )


def local_date_sql(zone: str) -> str:
    """SQL for the date in a column's zone; its parameters are the fields of `LocalDates`.

    PostgreSQL's own zones are another release of the database, or the host's.
    """
    return f"""(:office::date + CASE WHEN {zone} = ANY(:ahead::text[]) THEN 1
                WHEN {zone} = ANY(:behind::text[]) THEN -1 ELSE 0 END)"""


class Offsets(Struct, frozen=True):
    """How far a zone is ahead of UTC, day by day: `offsets[0]` before `changes_on[0]`, and so on."""

    changes_on: tuple[date, ...]
    offsets: tuple[timedelta, ...]


@lru_cache(maxsize=256)
def evening_offsets(zone: ZoneInfo, first_year: int, last_year: int) -> Offsets:
    """The offsets at 23:59 there, for a statement that needs the end of many days in one zone."""
    day, end = date(first_year, 1, 1), date(last_year, 12, 31)
    changes: list[date] = []
    offsets: list[timedelta] = []
    while day <= end:
        offset = datetime.combine(day, time(23, 59), zone).utcoffset() or timedelta()
        if not offsets or offset != offsets[-1]:
            changes.append(day)
            offsets.append(offset)
        day += timedelta(days=1)
    return Offsets(tuple(changes[1:]), tuple(offsets))


@cache
def office_date_sql(moment: str) -> str:
    """SQL for the date in the office zone at a moment computed in SQL; without parameters.

    It differs from UTC's only in the last hour of a summer's day, so the offset of the day's evening
    decides. Clocks change in the small hours.
    """
    evenings = evening_offsets(OFFICE_ZONE, *_OFFICE_YEARS)
    changes = ",".join(day.isoformat() for day in evenings.changes_on)
    offsets = ",".join(f"{offset.total_seconds():.0f} s" for offset in evenings.offsets)
    utc = f"(({moment}) AT TIME ZONE 'UTC')"
    offset = (
        f"('{{{offsets}}}'::interval[])[1 + width_bucket({utc}::date, '{{{changes}}}'::date[])]"
    )
    return f"({utc} + {offset})::date"
