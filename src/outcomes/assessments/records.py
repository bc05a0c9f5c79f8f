"""Stored assessments: encrypted answers, plain scores, and how they have changed."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from outcomes.assessments.models import (
    Answer,
    AreaAnswer,
    AssessmentStage,
    Change,
    NeedLevel,
    OverallLevel,
    SafetyPlan,
)
from outcomes.platform.encryption import Stored


class OutcomeAnswers(Stored, frozen=True):
    """What is encrypted of an outcome assessment."""

    answers: dict[str, Answer]
    note: str


class NeedsAnswers(Stored, frozen=True):
    """What is encrypted of a needs assessment."""

    areas: dict[str, AreaAnswer]
    safety_plan: SafetyPlan


class ScoredOutcomes(Struct, frozen=True):
    """The scores of an outcome assessment as they were stored, to 4 decimals."""

    id: UUID
    instrument: str
    version: str
    stage: AssessmentStage
    assessed_on: date
    domains: dict[str, Decimal | None]
    overall: Decimal | None
    stable: bool | None


class OutcomeAssessment(ScoredOutcomes, frozen=True):
    """An outcome assessment with its answers; `recorded_at` in UTC."""

    answers: dict[str, Answer]
    note: str
    recorded_at: datetime

    def __repr__(self) -> str:
        return f"OutcomeAssessment({self.id}, <protected>)"


class NeedLevels(Struct, frozen=True):
    """The levels of a needs assessment; an area that is not there was not assessed."""

    id: UUID
    instrument: str
    version: str
    assessed_on: date
    overall: OverallLevel
    levels: dict[str, NeedLevel]


class NeedsAssessment(NeedLevels, frozen=True):
    """A needs assessment with what was written down; `recorded_at` in UTC."""

    areas: dict[str, AreaAnswer]
    safety_plan: SafetyPlan
    recorded_at: datetime

    def __repr__(self) -> str:
        return f"NeedsAssessment({self.id}, <protected>)"


class NeedsBefore(Struct, frozen=True):
    """What the form starts with: the reference, the survivor's local date, and the last assessment."""

    reference: str
    today: date
    latest: NeedsAssessment | None


class OutcomesBefore(Struct, frozen=True):
    """What the form starts with: the reference, the survivor's local date, and the last assessment."""

    reference: str
    today: date
    latest: OutcomeAssessment | None


class ScoreProgress(Struct, frozen=True):
    """One score over time; None where it was not assessed. `code` names a domain, or is `overall`."""

    code: str
    title: str
    baseline: Decimal | None
    previous: Decimal | None
    latest: Decimal | None
    since_last: Change | None
    since_baseline: Change | None


class OutcomeProgress(Struct, frozen=True):
    """The latest outcome assessment against those before it with the same instrument and version.

    `history` has every one of them, oldest first; with one only, it is the baseline and the latest.
    """

    instrument: str
    version: str
    domains: tuple[ScoreProgress, ...]
    overall: ScoreProgress
    history: tuple[ScoredOutcomes, ...]

    @property
    def baseline(self) -> ScoredOutcomes:
        return self.history[0]

    @property
    def latest(self) -> ScoredOutcomes:
        return self.history[-1]


class SurvivorProgress(Struct, frozen=True):
    """How a survivor is doing: outcomes (None before the first assessment), and needs, oldest first."""

    reference: str
    outcomes: OutcomeProgress | None
    needs: tuple[NeedLevels, ...]
