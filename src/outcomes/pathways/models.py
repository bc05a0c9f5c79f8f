"""Pathways, schedules and reviews."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from outcomes.errors import FieldProblem
from outcomes.pathways.schedule.cadence import Cadence, FollowUpStage, Series
from outcomes.platform.encryption import Stored
from outcomes.platform.inputs import Input, LongText, RecordVersion


class NewPathway(Input, frozen=True):
    """Enrolment. Contact is counted from `anchor_on`, local to the survivor: today unless a day was
    agreed."""

    anchor_on: Annotated[date | None, Meta(title="day to count from")] = None


class Pathway(Struct, frozen=True):
    """The contact agreed with a survivor. Rows exist for what is planned before `planned_until`;
    `version` is the survivor record's, to send back with a changed exit date."""

    id: UUID
    survivor_id: UUID
    anchor_on: date
    cadence: Cadence
    enrolled_at: datetime
    planned_until: date
    exit_on: date | None
    version: int


class EnrolmentStatus(Struct, frozen=True):
    """The survivor's local date, exit date and record version, whether they are enrolled, and what has to
    be recorded before they can be."""

    reference: str
    today: date
    exit_on: date | None
    version: int
    enrolled: bool
    missing: tuple[FieldProblem, ...]


class PlannedState(StrEnum):
    """States of a planned contact. Due and overdue are derived from the time."""

    PLANNED = "planned"
    DONE = "done"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class CancelReason(StrEnum):
    """Why a planned contact was cancelled."""

    AFTER_THE_END = "after_the_end"


class Moved(StrEnum):
    """Why a contact was moved from its planned day."""

    WEEKEND = "weekend"
    BANK_HOLIDAY = "bank_holiday"
    NO_SAFE_HOURS = "no_safe_hours"


class PlannedContact(Struct, frozen=True):
    """One contact of a survivor's schedule. Dates are local to the survivor, moments in UTC.

    A prompt is sent at `due_at`; any other contact may happen from `due_at` until `closes_at`.
    """

    id: UUID
    series: Series
    stage: FollowUpStage | None
    planned_on: date
    held_on: date
    moved: Moved | None
    due_at: datetime
    closes_at: datetime
    state: PlannedState
    cancel_reason: CancelReason | None
    closed_at: datetime | None


class NotDue(Struct, frozen=True):
    """A follow-up point from before enrolment."""

    stage: FollowUpStage
    planned_on: date


class Schedule(Struct, frozen=True):
    """Everything planned on a survivor's current pathway, by the day it is held; and the follow-ups
    that fell before it."""

    pathway: Pathway
    zone: str
    contacts: tuple[PlannedContact, ...]
    not_due: tuple[NotDue, ...]


class DueState(StrEnum):
    """Due: held today or before, and its window has not closed. Overdue: it has."""

    DUE = "due"
    OVERDUE = "overdue"


class DueContact(Struct, frozen=True):
    """A line of what is due; `zone` is the survivor's."""

    id: UUID
    survivor_id: UUID
    reference: str
    zone: str
    series: Series
    stage: FollowUpStage | None
    held_on: date
    due_at: datetime
    closes_at: datetime
    state: DueState


class ReviewDecision(StrEnum):
    """The decision of a pathway review."""

    CONTINUE = "continue"
    STEP_DOWN = "step_down"
    MOVE_ON = "move_on"
    EXIT = "exit"


class NewReview(Input, frozen=True):
    """A pathway review. `held_on` is today unless given, local to the survivor.

    With the decision *exit*, `exit_on` may change the exit date; `version` is then the version of
    the survivor's record that was shown.
    """

    what_changed: Annotated[LongText, Meta(title="what changed")]
    decision: Annotated[ReviewDecision, Meta(extra={"remedy": "Choose what was decided."})]
    goals: LongText | None = None
    held_on: date | None = None
    next_on: Annotated[date | None, Meta(title="next review date")] = None
    exit_on: date | None = None
    version: RecordVersion | None = None


class ReviewDetails(Stored, frozen=True):
    """What is encrypted of a review."""

    what_changed: str
    goals: str | None
    next_on: date | None


class ReviewBefore(Struct, frozen=True):
    """What the form starts with: the day of the planned review that this one completes, and of the next."""

    reference: str
    today: date
    exit_on: date | None
    version: int
    planned_on: date | None
    next_on: date | None


class Review(Struct, frozen=True):
    """A stored pathway review; `planned_contact_id` is the planned contact that it completed."""

    id: UUID
    planned_contact_id: UUID | None
    held_on: date
    decision: ReviewDecision
    what_changed: str
    goals: str | None
    next_on: date | None
    recorded_at: datetime

    def __repr__(self) -> str:
        return f"Review({self.id}, <protected>)"
