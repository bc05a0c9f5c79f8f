"""Deadlines of tasks (pure)."""

from datetime import UTC, datetime, time, timedelta

from outcomes.platform.calendar import UkPart, is_working_day
from outcomes.platform.zones import OFFICE_ZONE
from outcomes.tasks.models import TaskRule

_OPENS, _CLOSES = time(9), time(17)
"""Working hours, Monday to Friday without bank holidays (product default; no external source)."""


def deadline(rule: TaskRule, part: UkPart, now: datetime) -> datetime:
    """The instant by which a task raised `now` is due; working hours pause outside office hours."""
    if not rule.working_hours:
        return now + rule.within
    left, at = rule.within, now
    while True:
        opens, closes = _hours_of(at)
        at = max(at, opens)
        if is_working_day(part, at.astimezone(OFFICE_ZONE).date()) and at < closes:
            if left <= closes - at:
                return at + left
            left -= closes - at
        at = _hours_of(closes + timedelta(hours=12))[0]


def _hours_of(at: datetime) -> tuple[datetime, datetime]:
    """When the office opens and closes on the London day of that instant (UTC)."""
    day = at.astimezone(OFFICE_ZONE).date()
    opens = datetime.combine(day, _OPENS, OFFICE_ZONE).astimezone(UTC)
    return opens, datetime.combine(day, _CLOSES, OFFICE_ZONE).astimezone(UTC)
