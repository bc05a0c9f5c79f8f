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
