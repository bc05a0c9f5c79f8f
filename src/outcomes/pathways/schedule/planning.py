"""From what is known of a survivor's pathway to planned contacts with their hours (pure)."""

from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from outcomes.pathways.models import Moved
from outcomes.pathways.schedule.cadence import (
    ROLLING,
    Cadence,
    FollowUpPoint,
    Occurrence,
    Series,
    due_at,
    due_window,
    end_of_support,
    follow_ups,
    plan,
)
from outcomes.platform.calendar import (
    SafeHours,
    UkPart,
    Window,
    bank_holidays,
    in_daytime,
    is_working_day,
    local_date,
    window_between,
)

_OFFICE_HOURS = timedelta(hours=9), timedelta(hours=17)
"""For a day without a safe window (product default; no external source)."""

_SHIFTS = 1000
_SHIFT_STEP = 617
"""Shares no factor with 1000 and is near its golden section: minutes of one person's texts spread
over the window and repeat only after 1000 days."""


class Basis(Struct, frozen=True):
    """Everything that a plan is computed from. `prompt_shift`, drawn once per pathway, is from 0 to 999."""

    pathway_id: UUID
    survivor_id: UUID
    anchor_on: date
    enrolled_at: datetime
    cadence: Cadence
    prompt_shift: int
    planned_until: date
    exit_on: date | None
    zone: ZoneInfo
    hours: SafeHours
    safe_contact_version: int | None

    @property
    def enrolled_on(self) -> date:
        """The survivor's local day of enrolment; nothing is planned before it."""
        return local_date(self.enrolled_at, self.zone)


class Slot(Struct, frozen=True):
    """An occurrence with its hours, in UTC."""

    occurrence: Occurrence
    due_at: datetime
    closes_at: datetime


def planned_until(basis: Basis, today: date) -> date:
    """The end of support, or 90 days from today while there is no exit date."""
    return today + ROLLING if basis.exit_on is None else end_of_support(basis.exit_on)


def occurrences(basis: Basis, part: UkPart, today: date) -> list[Occurrence]:
    """The occurrences from the day of enrolment on; earlier ones are never planned."""
    # With an exit date the plan is the same whatever the day is
    day = today if basis.exit_on is None else basis.anchor_on
    weekdays = basis.hours.weekdays
    whole = _plan(basis.anchor_on, basis.exit_on, basis.cadence, part, weekdays, day)
    first_on = basis.enrolled_on
    contacts = [
        item
        for item in whole
        if item.series is not Series.FOLLOW_UP and item.planned_on >= first_on
    ]
    points = follow_up_points(basis, part)
    return contacts + [point.occurrence for point in points if point.occurrence is not None]


@lru_cache(maxsize=4_096)
def _plan(
    anchor_on: date,
    exit_on: date | None,
    cadence: Cadence,
    part: UkPart,
    weekdays: frozenset[int],
    today: date,
) -> tuple[Occurrence, ...]:
    """Cached: many people share an anchor, and with an exit date the plan is the same every night."""
    return tuple(plan(anchor_on, exit_on, cadence, partial(is_working_day, part), weekdays, today))


def follow_up_points(basis: Basis, part: UkPart) -> list[FollowUpPoint]:
    """Every follow-up point, those before enrolment as not due; none without an exit date."""
    if basis.exit_on is None:
        return []
    is_working = partial(is_working_day, part)
    return follow_ups(
        basis.enrolled_on, basis.exit_on, basis.cadence, is_working, basis.hours.weekdays
    )


def slot(basis: Basis, occurrence: Occurrence) -> Slot:
    """The hours of an occurrence: the longest safe window of its day.

    A text uses the part of the window in the daytime, so that nobody who has said that any hour is safe
    is woken. A day without a window gets office hours, so that the contact still falls due and a person
    sees it; nothing is sent outside safe hours.
    """
    window = _window(occurrence.held_on, basis.hours, basis.zone)
    if occurrence.series is not Series.PROMPT:
        return Slot(occurrence, window.opens_at, window.closes_at)
    window = in_daytime(window, occurrence.held_on, basis.zone)
    shift = (basis.prompt_shift + _SHIFT_STEP * occurrence.planned_on.toordinal()) % _SHIFTS
    return Slot(occurrence, due_at(window, shift / _SHIFTS), window.closes_at)


def why_moved(planned_on: date, held_on: date, part: UkPart) -> Moved | None:
    """Why the contact is not held on its planned day; None when it is."""
    if planned_on == held_on:
        return None
    if planned_on.weekday() >= 5:
        return Moved.WEEKEND
    if planned_on in bank_holidays(part, planned_on.year):
        return Moved.BANK_HOLIDAY
    return Moved.NO_SAFE_HOURS


@lru_cache(maxsize=16_384)
def _window(held_on: date, hours: SafeHours, zone: ZoneInfo) -> Window:
    return due_window(held_on, hours, zone) or window_between(held_on, *_OFFICE_HOURS, zone)
