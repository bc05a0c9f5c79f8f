"""Contact: an attempt (we tried) and a check-in (two-way contact happened)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from outcomes.platform.encryption import Stored
from outcomes.platform.inputs import Input, LongText


class Channel(StrEnum):
    """How contact was attempted."""

    CALL = "call"
    VISIT = "visit"


class AttemptOutcome(StrEnum):
    """Who answered. Only the survivor's own answer counts as reached."""

    REACHED = "reached"
    THIRD_PARTY = "third_party"
    NO_ANSWER = "no_answer"


class Reason(StrEnum):
    """Why the survivor was not reached, as far as known. A missed call is no evidence of risk."""

    AT_WORK = "at_work"
    IN_EDUCATION = "in_education"
    NO_REPLY = "no_reply"
    PHONE_OFF = "phone_off"
    VOICEMAIL = "voicemail"
    NUMBER_NOT_IN_USE = "number_not_in_use"
    ASKED_TO_CALL_BACK = "asked_to_call_back"
    NOT_SAFE_TO_TALK = "not_safe_to_talk"
    NOT_KNOWN = "not_known"


class Wellbeing(StrEnum):
    """How they say they are."""

    FINE = "fine"
    MIXED = "mixed"
    NOT_GOOD = "not_good"


class NewCheckIn(Input, frozen=True):
    """Two-way contact that happened. `occurred_at` is UTC, now when left out.

    `duress`: the danger word was used. Texts stop, the person on call is alerted, and nothing that
    anybody near the survivor could see changes. `next_contact_on` (local date) was agreed besides the
    plan. `corrects_id` is the check-in that this one corrects.
    """

    wellbeing: Annotated[Wellbeing, Meta(extra={"remedy": "Choose how they are."})]
    channel: Channel = Channel.CALL
    occurred_at: datetime | None = None
    worry: LongText | None = None
    note: LongText | None = None
    next_contact_on: Annotated[
        date | None, Meta(extra={"remedy": "Choose the day of the next contact."})
    ] = None
    safe_contact_still_right: bool = False
    duress: bool = False
    planned_contact_id: UUID | None = None
    corrects_id: UUID | None = None


class NewAttempt(Input, frozen=True):
    """A call or visit that did not reach the survivor. `attempted_at` is UTC, now when left out."""

    reason: Annotated[Reason, Meta(extra={"remedy": "Choose why, as far as you know."})]
    outcome: AttemptOutcome = AttemptOutcome.NO_ANSWER
    channel: Channel = Channel.CALL
    attempted_at: datetime | None = None
    planned_contact_id: UUID | None = None


class NewDropIn(Input, frozen=True):
    """A drop-in session that the survivor came to."""

    attended_on: Annotated[date, Meta(extra={"remedy": "Choose the day of the drop-in."})]


class ActivityKind(StrEnum):
    """Work, education, training or volunteering."""

    WORK = "work"
    EDUCATION = "education"
    TRAINING = "training"
    VOLUNTEERING = "volunteering"


class ActivityChange(StrEnum):
    STARTED = "started"
    STOPPED = "stopped"


class NewActivity(Input, frozen=True):
    """Work, education, training or volunteering that began or ended."""

    kind: Annotated[ActivityKind, Meta(extra={"remedy": "Choose what it is."})]
    change: Annotated[
        ActivityChange, Meta(extra={"remedy": "Choose whether it started or stopped."})
    ]
    happened_on: Annotated[date, Meta(extra={"remedy": "Choose the day when it changed."})]


class FormSubject(Struct, frozen=True):
    """The survivor that a form is about, and when it was opened (UTC)."""

    survivor_id: UUID
    reference: str
    zone: str
    now: datetime


class CheckInDetails(Stored, frozen=True):
    """What is encrypted of a check-in."""

    wellbeing: Wellbeing
    worry: str | None
    note: str | None


class CheckIn(Struct, frozen=True):
    """A stored check-in; times in UTC."""

    id: UUID
    channel: Channel
    occurred_at: datetime
    details: CheckInDetails
    next_contact_on: date | None
    corrects_id: UUID | None
    recorded_by: UUID


class ContactAttempt(Struct, frozen=True):
    """A stored attempt; `reason` is None when the survivor was reached."""

    id: UUID
    channel: Channel
    attempted_at: datetime
    outcome: AttemptOutcome
    reason: Reason | None
    recorded_by: UUID


class Activity(Struct, frozen=True):
    """A stored change in work, education, training or volunteering."""

    id: UUID
    kind: ActivityKind
    change: ActivityChange
    happened_on: date


class DropIn(Struct, frozen=True):
    """A stored attendance at a drop-in."""

    id: UUID
    survivor_id: UUID
    attended_on: date
