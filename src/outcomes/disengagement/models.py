"""The facts that the rules are applied to, and flags."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from outcomes.platform.calendar import Window
from outcomes.platform.encryption import Stored
from outcomes.platform.inputs import Input, LongText, ShortText
from outcomes.providers.models import Responsible


class Attempt(Struct, frozen=True):
    """One attempt (UTC). `reached` is true only when the survivor answered."""

    at: datetime
    reached: bool


class ContactFacts(Struct, frozen=True):
    """The facts that the rules use, in UTC.

    `two_way_at` is the latest check-in; a text does not count. `resolved_at` is when the last flag was
    resolved: earlier attempts are not counted again.
    """

    enrolled_at: datetime
    attempts: tuple[Attempt, ...] = ()
    two_way_at: datetime | None = None
    resolved_at: datetime | None = None


class FlagRule(StrEnum):
    """Why a flag was raised. A worker may raise one without a rule."""

    UNANSWERED_TRIES = "unanswered_tries"
    NO_CONTACT = "no_contact"
    RAISED_BY_WORKER = "raised_by_worker"


class Evidence(Stored, frozen=True):
    """The evidence of a flag; `note` is what the worker who raised it wrote."""

    tries: tuple[datetime, ...]
    last_two_way_at: datetime | None
    days_without_contact: int
    note: str | None = None


class FlagDecision(Struct, frozen=True):
    """A flag to raise, with the first rule that holds."""

    rule: FlagRule
    evidence: Evidence


class Escalation(Struct, frozen=True):
    """Who is responsible, and when (UTC) the flag escalates; None at the last level."""

    level: Responsible
    rises_at: datetime | None


class NextTry(Struct, frozen=True):
    """What the ladder asks for after an unanswered attempt.

    `tries` counts attempts since the last contact. `by_on` is the survivor's date; `window` is another
    safe time (UTC), None when none comes within a month.
    """

    tries: int
    missed_at: datetime
    by_on: date
    window: Window | None


class NoAnswerSubject(Struct, frozen=True):
    """The survivor that a *no answer* form is about, when it was opened (UTC), and the next attempt."""

    survivor_id: UUID
    reference: str
    zone: str
    now: datetime
    next_try: NextTry


class NewFlag(Input, frozen=True):
    """A flag raised by a worker."""

    note: Annotated[LongText, Meta(extra={"remedy": "Write what worries you."})]


class Resolution(StrEnum):
    """How a flag was resolved."""

    SAFE_AND_IN_TOUCH = "safe_and_in_touch"
    BUSY = "busy"
    DISENGAGED_BY_CHOICE = "disengaged_by_choice"
    MOVED = "moved"
    REPORTED_MISSING = "reported_missing"


class FlagResolution(Input, frozen=True):
    """How safety was ascertained, by whom and when (the survivor's date).

    `handed_to`: who accepted a survivor who moved, or where a missing survivor was reported and the
    reference. `said_so_alone`: they said that they chose to stop when spoken to alone, in their
    language, with no sign of coercion.
    """

    resolution: Annotated[Resolution, Meta(extra={"remedy": "Choose what you found out."})]
    how: Annotated[LongText, Meta(extra={"remedy": "Write how you know."})]
    by_whom: Annotated[ShortText, Meta(extra={"remedy": "Write who made sure."})]
    ascertained_on: Annotated[date, Meta(title="day you made sure")]
    handed_to: ShortText | None = None
    said_so_alone: bool = False


class Safety(Stored, frozen=True):
    """What is encrypted of a resolution."""

    how: str
    by_whom: str
    ascertained_on: date
    handed_to: str | None


class Flag(Struct, frozen=True):
    """A stored flag, times in UTC; `escalation` is None once it is resolved.

    `raised_by` is None when a rule raised it.
    """

    id: UUID
    rule: FlagRule
    evidence: Evidence
    raised_at: datetime
    raised_by: UUID | None
    resolution: Resolution | None
    safety: Safety | None
    resolved_at: datetime | None
    resolved_by: UUID | None
    escalation: Escalation | None

    def __repr__(self) -> str:
        return f"Flag({self.id}, {self.rule})"


class Flags(Struct, frozen=True):
    """A survivor's flags, newest first, as a page shows them."""

    survivor_id: UUID
    reference: str
    zone: str
    now: datetime
    flags: tuple[Flag, ...]
