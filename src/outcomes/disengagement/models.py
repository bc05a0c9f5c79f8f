"""The ladder that a provider agrees on, the facts it is held against, and what it says."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

Days = Annotated[int, Meta(ge=1, le=366)]


class Ladder(Struct, frozen=True, forbid_unknown_fields=True):
    """Ours, no published rule exists; a provider may set others."""

    retry_working_days: Days = 2
    tries: Annotated[int, Meta(ge=1, le=20)] = 3
    silent_days: Days = 28
    team_lead_working_days: Days = 2
    safeguarding_lead_working_days: Days = 5

    def __post_init__(self) -> None:
        if self.safeguarding_lead_working_days <= self.team_lead_working_days:
            raise ValueError("Tell the safeguarding lead later than the team lead.")


class Attempt(Struct, frozen=True):
    """One try (UTC). `reached` only when the survivor was; somebody else answering is not that."""

    at: datetime
    reached: bool


class ContactFacts(Struct, frozen=True):
    """All that the rules look at, in UTC.

    `two_way_at` is the latest two-way contact by any channel, a reply included. `resolved_at` is
    when the last flag was resolved: what came before was looked at then.
    """

    enrolled_at: datetime
    attempts: tuple[Attempt, ...] = ()
    two_way_at: datetime | None = None
    resolved_at: datetime | None = None


class FlagRule(StrEnum):
    """Why a flag was raised. A worker may raise one without a rule."""

    THREE_TRIES = "three_tries"
    NO_CONTACT = "no_contact_28_days"
    RAISED_BY_WORKER = "raised_by_worker"


class Evidence(Struct, frozen=True):
    """What a person needs to judge a flag by."""

    tries: tuple[datetime, ...]
    last_two_way_at: datetime | None
    days_without_contact: int


class FlagDecision(Struct, frozen=True):
    """A flag to raise, with the first rule that holds."""

    rule: FlagRule
    evidence: Evidence


class EscalationLevel(StrEnum):
    """Who has an open flag now."""

    SUPPORT_WORKER = "support_worker"
    TEAM_LEAD = "team_lead"
    SAFEGUARDING_LEAD = "safeguarding_lead"


class Escalation(Struct, frozen=True):
    """Who has it, and when (UTC) the next person will; None once nobody is left to tell."""

    level: EscalationLevel
    rises_at: datetime | None
