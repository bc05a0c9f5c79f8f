"""When a call is safe, in words (pure)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from outcomes.casework.models import Hours
from outcomes.platform.calendar import SafeHours, closing_time, local_date, next_open
from outcomes.platform.web.pages.dates import clock, day
from outcomes.platform.zones import is_zone, zone_of
from outcomes.survivors.labels import NOT_SAFE
from outcomes.survivors.models import Contactability, NotSafe
from outcomes.survivors.safe_contact.safety import why_not_call

ZONE_NOT_KNOWN = "their time zone is not known: do not call before it is corrected"


def call_hours(contactability: Contactability, now: datetime) -> Hours:
    """Whether this person may be called at `now` (UTC), and until when or why not, in their time."""
    why = why_not_call(contactability, now)
    if contactability.safe_contact is None or (
        why is not None and why is not NotSafe.OUTSIDE_HOURS
    ):
        return Hours(False, _never(why or NotSafe.NO_SAFE_CONTACT))
    if not is_zone(contactability.zone):
        return Hours(False, ZONE_NOT_KNOWN)
    hours, zone = contactability.safe_contact.rules.hours, zone_of(contactability.zone)
    if why is None:
        return Hours(True, f"safe {_until(hours, zone, now)}")
    return Hours(False, f"not now{_from(hours, zone, now)}")


def _never(reason: NotSafe) -> str:
    """`do not call: they have not agreed to it`."""
    sentence = NOT_SAFE[reason].rstrip(".")
    return f"do not call: {sentence[0].lower()}{sentence[1:]}"


def _until(hours: SafeHours, zone: ZoneInfo, now: datetime) -> str:
    """`until 17:00`, also across midnight; `at any time` when that is more than a day ahead."""
    closes_at = closing_time(hours, zone, now) or now
    if closes_at >= now + timedelta(days=1):
        return "at any time"
    return f"until {clock(closes_at, zone)}"


def _from(hours: SafeHours, zone: ZoneInfo, now: datetime) -> str:
    """`, safe from 10:00`, with the day when it is not today; nothing when no time is safe."""
    opens_at = next_open(hours, zone, now)
    if opens_at is None:
        return ""
    same_day = local_date(opens_at, zone) == local_date(now, zone)
    return f", safe from {'' if same_day else day(opens_at, zone) + ', '}{clock(opens_at, zone)}"
