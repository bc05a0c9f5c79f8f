"""What the screens that cross rooms show. Times in UTC unless said otherwise."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from outcomes.disengagement.models import NextTry
from outcomes.pathways.schedule.cadence import FollowUpStage, Series
from outcomes.platform.inputs import Input
from outcomes.platform.paging import Page
from outcomes.providers.models import Responsible
from outcomes.survivors.models import Contactability, SafeContactProfile


class Urgency(StrEnum):
    """The parts of Today, most urgent first."""

    SAFETY = "safety"
    OVERDUE = "overdue"
    TODAY = "today"


class ReasonKind(StrEnum):
    """Why a survivor is on Today. *Agreed* is a day agreed at the last contact, besides the plan."""

    FLAG = "flag"
    TASK = "task"
    PLANNED = "planned"
    AGREED = "agreed"


class Reason(Struct, frozen=True):
    """One reason, with the id of what it is about.

    `code` is the flag's rule, the task's kind or the series; `on` is the due date, local to the survivor.
    """

    kind: ReasonKind
    urgency: Urgency
    code: str
    subject_id: UUID | None
    subject_kind: str | None
    due_at: datetime
    on: date | None


class Hours(Struct, frozen=True):
    """Whether a call is safe now: `words` say until when, or why not. `open` is that of `words`."""

    open: bool
    words: str


class Line(Struct, frozen=True):
    """A survivor on Today, and everything that is due with them, most urgent first."""

    survivor_id: UUID
    reference: str
    zone: str
    worker_id: UUID | None
    reasons: tuple[Reason, ...]
    last_contact_at: datetime | None
    language: str
    call: Hours

    @property
    def urgency(self) -> Urgency:
        return self.reasons[0].urgency

    @property
    def planned_call_id(self) -> UUID | None:
        """The oldest call that is due: a check-in logged from here completes it."""
        calls = (one for one in self.reasons if one.code == Series.CALL)
        return next((one.subject_id for one in calls), None)


class Group(Struct, frozen=True):
    """Lines under one heading: an urgency for a worker, a worker for their lead."""

    title: str
    lines: tuple[Line, ...]


class Today(Struct, frozen=True):
    """What one person has to do today. `more` is true when the list was truncated."""

    now: datetime
    groups: tuple[Group, ...]
    more: bool

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for group in self.groups for line in group.lines)


class EntryKind(StrEnum):
    """The kind of a timeline entry."""

    REGISTERED = "registered"
    ENROLLED = "enrolled"
    ENDED = "ended"
    CHECK_IN = "check_in"
    ATTEMPT = "attempt"
    PROMPT = "prompt"
    REPLY = "reply"
    NEEDS = "needs"
    OUTCOMES = "outcomes"
    REVIEW = "review"
    DROP_IN = "drop_in"
    ACTIVITY = "activity"
    CONSENT = "consent"
    SAFE_CONTACT = "safe_contact"
    FLAG = "flag"
    RESOLUTION = "resolution"


class Entry(Struct, frozen=True):
    """A timeline entry.

    `code` is its outcome, state or decision, `how` the channel, kind, purpose or instrument (code and
    version), `text` what was written, by field. Of what is known by the day only (`whole_day`), `at`
    says no more than that.
    """

    kind: EntryKind
    id: UUID
    at: datetime
    whole_day: bool
    recorded_by: UUID | None
    code: str | None
    how: str | None
    reason: str | None
    score: Decimal | None
    text: dict[str, str]

    def __repr__(self) -> str:
        return f"Entry({self.kind}, {self.id})"


class OpenTask(Struct, frozen=True):
    """An open task, and the states of its alerts."""

    id: UUID
    kind: str
    subject_kind: str
    subject_id: UUID
    survivor_id: UUID | None
    reference: str | None
    owner_id: UUID | None
    raised_at: datetime
    due_at: datetime
    alerts: tuple[str, ...]


class OpenFlag(Struct, frozen=True):
    """An open flag, and who is responsible for it now."""

    id: UUID
    survivor_id: UUID
    reference: str
    rule: str
    raised_at: datetime
    level: Responsible
    rises_at: datetime | None


class Upcoming(Struct, frozen=True):
    """A planned contact that is upcoming or overdue."""

    id: UUID
    series: Series
    stage: FollowUpStage | None
    held_on: date
    due_at: datetime
    closes_at: datetime


class Summary(Struct, frozen=True):
    """The summary of a survivor's record. Scores and levels are the latest and the first ones.

    An instrument is its code and its version, with a space between.
    """

    survivor_id: UUID
    reference: str
    name: str
    preferences: str | None
    zone: str
    exit_on: date | None
    registered_at: datetime
    enrolled_at: datetime | None
    planned_until: date | None
    ended_at: datetime | None
    worker_id: UUID | None
    needs_level: str | None
    needs_instrument: str | None
    needs_on: date | None
    overall: Decimal | None
    overall_instrument: str | None
    overall_on: date | None
    baseline: Decimal | None
    baseline_on: date | None
    flag_id: UUID | None
    flag_rule: str | None
    flag_raised_at: datetime | None

    def __repr__(self) -> str:
        return f"Summary({self.survivor_id}, <protected>)"


class Person(Struct, frozen=True):
    """Everything on a survivor's page. `why_no_texts` is a sentence, None when texts may be sent."""

    now: datetime
    summary: Summary
    contactability: Contactability
    profile: SafeContactProfile | None
    call: Hours
    why_no_texts: str | None
    next_try: NextTry | None
    upcoming: tuple[Upcoming, ...]
    tasks: tuple[OpenTask, ...]
    timeline: Page[Entry]
    names: dict[UUID, str]

    def __repr__(self) -> str:
        return f"Person({self.summary.survivor_id}, <protected>)"


class WorkerLoad(Struct, frozen=True):
    """A worker's caseload: people, contacts due today, and overdue contacts."""

    account_id: UUID
    survivors: int
    due: int
    overdue: int


class Cover(Struct, frozen=True):
    """A period of cover, both days included."""

    absent_id: UUID
    cover_id: UUID
    from_on: date
    until_on: date


class Team(Struct, frozen=True):
    """What a lead or an administrator sees. `workers` are the accounts they may arrange cover for."""

    now: datetime
    today: date
    loads: tuple[WorkerLoad, ...]
    tasks: tuple[OpenTask, ...]
    flags: tuple[OpenFlag, ...]
    covers: tuple[Cover, ...]
    workers: tuple[UUID, ...]
    on_call: UUID | None
    names: dict[UUID, str]
    may_open: bool

    def __repr__(self) -> str:
        return "Team(<protected>)"


class CoverForm(Input, frozen=True):
    """Who covers a colleague's caseload, from one day to another, both included."""

    absent_account_id: Annotated[UUID, Meta(extra={"remedy": "Choose who is away."})]
    cover_account_id: Annotated[UUID, Meta(extra={"remedy": "Choose who covers."})]
    from_on: Annotated[date, Meta(extra={"remedy": "Choose the first day."})]
    until_on: Annotated[date, Meta(extra={"remedy": "Choose the last day."})]
