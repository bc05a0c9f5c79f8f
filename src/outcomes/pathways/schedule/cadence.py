"""When contact is planned: computed from the anchor alone, so planning again changes nothing.

A series is counted from the anchor (the enrolment date, or a day agreed with the survivor), never
from the last contact made. Support lasts until two years after exit (Review of the National
Referral Mechanism, 2014); the end date itself counts for follow-ups and not for the other series.
All dates are local to the survivor.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import chain, count, takewhile
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from msgspec import Struct

from outcomes.platform.calendar import SafeHours, Window, WorkingDay, windows_on


class Series(StrEnum):
    """What a planned contact is for. With the planned date it identifies one."""

    CALL = "call"
    REVIEW = "review"
    FOLLOW_UP = "follow_up"
    PROMPT = "prompt"


class FollowUpStage(StrEnum):
    """A point of outcome follow-up, named by the months since exit."""

    EXIT = "exit"
    SIX_MONTHS = "6_months"
    TWELVE_MONTHS = "12_months"
    EIGHTEEN_MONTHS = "18_months"
    TWENTY_FOUR_MONTHS = "24_months"


STAGE_AFTER_MONTHS = dict(zip((0, 6, 12, 18, 24), FollowUpStage, strict=True))


class Cadence(Struct, frozen=True, forbid_unknown_fields=True):
    """How often. The default is the pathway that City Hearts and the NRM review describe."""

    call_every_days: int = 14
    review_every_months: int = 1
    prompt_days_before_call: int = 7
    follow_up_months: tuple[int, ...] = tuple(STAGE_AFTER_MONTHS)

    def __post_init__(self) -> None:
        if min(self.call_every_days, self.review_every_months) < 1:
            raise ValueError("Enter at least 1 day between calls and 1 month between reviews.")
        if not 0 <= self.prompt_days_before_call < self.call_every_days:
            raise ValueError("Send the text on the day of a call or between two calls.")
        months = self.follow_up_months
        if list(months) != sorted(set(months)) or not STAGE_AFTER_MONTHS.keys() >= set(months):
            raise ValueError("Choose follow-up months from 0, 6, 12, 18 and 24, each once.")


class Occurrence(Struct, frozen=True, order=True):
    """One contact of the schedule, in the survivor's local dates.

    `planned_on` is where the series puts it and never changes; `held_on` is the day it happens,
    moved off weekends, bank holidays and weekdays without safe hours. Only a follow-up has a
    `stage`.
    """

    planned_on: date
    series: Series
    held_on: date
    stage: FollowUpStage | None = None


class FollowUpPoint(Struct, frozen=True):
    """A point of outcome follow-up; `occurrence` is None when it fell before enrolment: not due."""

    stage: FollowUpStage
    planned_on: date
    occurrence: Occurrence | None


SUPPORT_AFTER_EXIT = relativedelta(months=24)

ROLLING = timedelta(days=90)
"""How far ahead rows exist while there is no exit date: planned before today + 90 days."""

FURTHEST_MOVE = 31
"""Days searched each way for a day that is allowed; beyond that the contact stays where it was planned."""

ROOM_BEFORE_CLOSE = timedelta(minutes=60)
"""A prompt is due this long before its window closes, or half the window if that is less
(product default; no external source)."""

_DAY = timedelta(days=1)

_Hold = Callable[[date, date], date]


def end_of_support(exit_on: date) -> date:
    """Two years after the exit date (29 February becomes 28)."""
    return exit_on + SUPPORT_AFTER_EXIT


def plan(
    anchor_on: date,
    exit_on: date | None,
    cadence: Cadence,
    is_working_day: WorkingDay,
    allowed_weekdays: frozenset[int],
    today: date,
) -> list[Occurrence]:
    """The whole schedule in order of planned date, the past since the anchor included.

    `allowed_weekdays` (Monday is 0) are those with safe hours; without any, each contact stays on
    its planned date, and the gate withholds texts when they are due. `today` counts only without an exit
    date: then the schedule has what is planned before today + 90 days, and no follow-ups.
    """
    end_on = today + ROLLING if exit_on is None else end_of_support(exit_on)
    last_on = date.max if exit_on is None else end_on - _DAY
    hold = _holder(anchor_on, is_working_day, allowed_weekdays)
    series = _planned_days(anchor_on, end_on, cadence).items()
    schedule = [Occurrence(day, name, hold(day, last_on)) for name, days in series for day in days]
    if exit_on is not None:
        points = follow_ups(anchor_on, exit_on, cadence, is_working_day, allowed_weekdays)
        schedule += [point.occurrence for point in points if point.occurrence is not None]
    return sorted(schedule)


def follow_ups(
    anchor_on: date,
    exit_on: date,
    cadence: Cadence,
    is_working_day: WorkingDay,
    allowed_weekdays: frozenset[int],
) -> list[FollowUpPoint]:
    """Every follow-up point, those before the anchor as not due (`occurrence` is None)."""
    hold = _holder(anchor_on, is_working_day, allowed_weekdays)
    end_on = end_of_support(exit_on)

    def point(months: int) -> FollowUpPoint:
        stage, planned_on = STAGE_AFTER_MONTHS[months], exit_on + relativedelta(months=months)
        if planned_on < anchor_on:
            return FollowUpPoint(stage, planned_on, None)
        held_on = hold(planned_on, end_on)
        due = Occurrence(planned_on, Series.FOLLOW_UP, held_on, stage)
        return FollowUpPoint(stage, planned_on, due)

    return [point(months) for months in cadence.follow_up_months]


def _planned_days(anchor_on: date, end_on: date, cadence: Cadence) -> dict[Series, list[date]]:
    every, months = timedelta(days=cadence.call_every_days), cadence.review_every_months
    calls = _before(end_on, lambda nth: anchor_on + every * nth)
    # Always from the anchor: adding a month to a clamped date would drift from the 31st to the 28th
    reviews = _before(end_on, lambda nth: anchor_on + relativedelta(months=months * nth))
    prompts = [day - timedelta(days=cadence.prompt_days_before_call) for day in calls]
    return {Series.CALL: calls, Series.REVIEW: reviews, Series.PROMPT: prompts}


def _before(end_on: date, nth_day: Callable[[int], date]) -> list[date]:
    """The first, second … day of a series before `end_on`; the anchor itself is excluded."""
    return list(takewhile(lambda day: day < end_on, map(nth_day, count(1))))


def _holder(first_on: date, is_working: WorkingDay, weekdays: frozenset[int]) -> _Hold:
    """A function that moves a planned date: to the next allowed working day up to `last_on`, otherwise
    back to one from `first_on` on, otherwise not at all."""

    def allowed(day: date) -> bool:
        return day.weekday() in weekdays and is_working(day)

    def hold(planned_on: date, last_on: date) -> date:
        if allowed(planned_on):
            return planned_on
        onwards = takewhile(lambda day: day <= last_on, _days(planned_on, _DAY))
        back = takewhile(lambda day: day >= first_on, _days(planned_on - _DAY, -_DAY))
        return next(filter(allowed, chain(onwards, back)), planned_on)

    return hold


def _days(start: date, step: timedelta) -> Iterator[date]:
    return (start + step * number for number in range(FURTHEST_MOVE))


def due_window(held_on: date, hours: SafeHours, zone: ZoneInfo) -> Window | None:
    """The longest safe window of that local date, the earliest of equals; None without one."""
    return max(windows_on(hours, zone, held_on), key=lambda window: window.length, default=None)


def due_at(window: Window, shift: float) -> datetime:
    """A whole minute (UTC) in the window, `shift` from 0 (as it opens) to 1 of the usable part.

    The shift is drawn at random, so that texts have no recognisable minute.
    """
    room = min(ROOM_BEFORE_CLOSE, window.length / 2)
    return window.opens_at + timedelta(
        minutes=(window.length - room) * shift // timedelta(minutes=1)
    )
