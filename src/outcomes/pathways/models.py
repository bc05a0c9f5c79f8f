"""What a pathway and its schedule are made of."""

from datetime import date
from enum import StrEnum

from msgspec import Struct


class Series(StrEnum):
    """What a planned contact is for. With the planned date it identifies one."""

    CALL = "call"
    REVIEW = "review"
    FOLLOW_UP = "follow_up"
    PROMPT = "prompt"


class Cadence(Struct, frozen=True, forbid_unknown_fields=True):
    """How often. The default is the pathway that City Hearts and the NRM review describe."""

    call_every_days: int = 14
    review_every_months: int = 1
    prompt_days_before_call: int = 7
    follow_up_months: tuple[int, ...] = (0, 6, 12, 18, 24)

    def __post_init__(self) -> None:
        if min(self.call_every_days, self.review_every_months) < 1:
            raise ValueError("Enter at least 1 day between calls and 1 month between reviews.")
        if not 0 < self.prompt_days_before_call < self.call_every_days:
            raise ValueError("Send the text on a day between two calls.")
        months = self.follow_up_months
        if list(months) != sorted(set(months)) or not all(0 <= month <= 24 for month in months):
            raise ValueError("Enter follow-up months in order, each once, from 0 to 24.")


class Occurrence(Struct, frozen=True, order=True):
    """One contact of the schedule, in the survivor's local dates.

    `planned_on` is where the series puts it and never changes; `held_on` is the day it happens,
    moved off weekends, bank holidays and weekdays without safe hours. `stage` is, for a follow-up
    only, the months after exit.
    """

    planned_on: date
    series: Series
    held_on: date
    stage: int | None = None


class FollowUpPoint(Struct, frozen=True):
    """A point of outcome follow-up; `occurrence` is None when it fell before enrolment: not due."""

    stage: int
    planned_on: date
    occurrence: Occurrence | None
