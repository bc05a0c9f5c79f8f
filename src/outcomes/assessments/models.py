"""Instruments as their files define them, assessments as they are entered, and their scores."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal

from msgspec import Meta, Struct

from outcomes.platform.inputs import Input
from outcomes.providers.models import Responsible

Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,63}\Z")]
Version = Annotated[str, Meta(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\Z")]
Note = Annotated[str, Meta(max_length=2000)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}\Z")]

Wording = dict[Language, Annotated[str, Meta(min_length=1, max_length=1000)]]
"""One text per language; English is always there."""


class ScalePoint(Struct, frozen=True, forbid_unknown_fields=True):
    """One value that an item can have, and what it means."""

    value: Annotated[int, Meta(ge=0, le=100)]
    label: Wording
    meaning: Wording


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """One statement to score; `guidance` says what to think of."""

    code: Code
    text: Wording
    guidance: Wording


class OutcomeDomain(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of life whose items make one score."""

    code: Code
    title: Wording
    about: Wording
    items: Annotated[tuple[Item, ...], Meta(min_length=1, max_length=40)]


class OutcomeRules(Struct, frozen=True, forbid_unknown_fields=True):
    """How an instrument is scored. Numbers are text in the file, so that they stay exact.

    A domain score is the mean of its answered items when at least `answered_share` of all its
    items are; the overall score is the mean of the domain scores when `domains_needed` exist.
    """

    domain_score: Literal["mean"]
    overall_score: Literal["mean"]
    answered_share: Decimal
    domains_needed: int
    stable_overall: Decimal
    stable_domain: Decimal
    measurable_change: Decimal
    substantial_change: Decimal


class OutcomeInstrument(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="outcomes"
):
    """Domains of items on one scale, where a higher value means less vulnerable."""

    code: Code
    version: Version
    title: Wording
    source: Wording
    instruction: Wording
    direction: Literal["higher_is_better"]
    not_applicable: bool
    scale: Annotated[tuple[ScalePoint, ...], Meta(min_length=2, max_length=11)]
    rules: OutcomeRules
    domains: Annotated[tuple[OutcomeDomain, ...], Meta(min_length=3, max_length=10)]


class NeedLevel(StrEnum):
    """How much support an area needs now, from least to most."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class OverallLevel(StrEnum):
    """The overall level of all areas."""

    INDEPENDENT = "independent"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT_RESPONSE = "urgent_response"
    SAFEGUARDING_INTERVENTION = "safeguarding_intervention"
    INCOMPLETE = "incomplete"


class TimeUnit(StrEnum):
    """The unit of a deadline."""

    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


class LevelMeaning(Struct, frozen=True, forbid_unknown_fields=True):
    """What a level means."""

    level: NeedLevel
    label: Wording
    meaning: Wording


class Factor(Struct, frozen=True, forbid_unknown_fields=True):
    """A circumstance that can lead to a need, to be ticked."""

    code: Code
    text: Wording


class NeedArea(Struct, frozen=True, forbid_unknown_fields=True):
    """An area of life. `safeguarding`: an urgent need here calls for a safeguarding intervention."""

    code: Code
    title: Wording
    about: Wording
    urgent_means: Wording
    safeguarding: bool
    factors: tuple[Factor, ...]


class Consequence(Struct, frozen=True, forbid_unknown_fields=True):
    """What follows from an overall level: who acts, and by when, counted from the assessment."""

    level: OverallLevel
    label: Wording
    who: Responsible
    within: Annotated[int, Meta(ge=1)]
    unit: TimeUnit
    action: Wording


class NeedsInstrument(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="needs"
):
    """Areas of need with a level each; `medium_makes_high` medium areas count as one high."""

    code: Code
    version: Version
    title: Wording
    source: Wording
    instruction: Wording
    medium_makes_high: Annotated[int, Meta(ge=2)]
    levels: Annotated[tuple[LevelMeaning, ...], Meta(min_length=5, max_length=5)]
    areas: Annotated[tuple[NeedArea, ...], Meta(min_length=3, max_length=10)]
    consequences: Annotated[tuple[Consequence, ...], Meta(min_length=7, max_length=7)]


Instrument = OutcomeInstrument | NeedsInstrument


class AssessmentStage(StrEnum):
    """Why the outcomes were assessed at that time."""

    ENTRY = "entry"
    REVIEW = "review"
    EXIT = "exit"
    FOLLOW_UP = "follow_up"


Answer = int | Literal["not_applicable"] | None
"""A value of the scale; does not apply to this person; or not answered."""


class NewOutcomeAssessment(Input, frozen=True):
    """A new assessment: one answer per item code. An item left out is not answered."""

    instrument: Code
    version: Version
    stage: Annotated[AssessmentStage, Meta(extra={"remedy": "Choose why you assess now."})]
    assessed_on: Annotated[date, Meta(title="day of the assessment")]
    answers: Annotated[
        dict[Code, Answer], Meta(max_length=400, extra={"remedy": "Score at least one item."})
    ]
    note: Note = ""


class AreaAnswer(Input, frozen=True):
    """The level of one area, the factors that led to it and the action agreed."""

    level: Annotated[NeedLevel, Meta(extra={"remedy": "Choose a level for this area."})]
    factors: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    note: Note = ""
    action: Note = ""


class SafetyPlan(Input, frozen=True):
    """Risk and safety in short; looked at again at each review."""

    feared: Note = ""
    where: Note = ""
    sets_off: Note = ""
    agreed: Note = ""


class NewNeedsAssessment(Input, frozen=True):
    """A new assessment: one answer per area code. An area left out was not assessed."""

    instrument: Code
    version: Version
    assessed_on: Annotated[date, Meta(title="day of the assessment")]
    areas: Annotated[
        dict[Code, AreaAnswer],
        Meta(
            min_length=1, max_length=10, extra={"remedy": "Choose a level for at least one area."}
        ),
    ]
    safety_plan: SafetyPlan = SafetyPlan()


class OutcomeScores(Struct, frozen=True):
    """Exact scores of one assessment; None is *not assessed*, which is neither 0 nor an error.

    `stable` is None when there is no overall score.
    """

    instrument: str
    version: str
    domains: dict[str, Fraction | None]
    overall: Fraction | None
    stable: bool | None


class Improvement(StrEnum):
    """How much better, by the thresholds of the Cast study (2024), not validated for this instrument."""

    NONE = "none"
    MEASURABLE = "measurable"
    SUBSTANTIAL = "substantial"


class Change(Struct, frozen=True):
    """Later score minus earlier score; more is better."""

    difference: Fraction
    improvement: Improvement


class Changes(Struct, frozen=True):
    """From one assessment to a later one; None where either was not assessed."""

    domains: dict[str, Change | None]
    overall: Change | None


class Progress(Struct, frozen=True):
    """Against the last assessment and the first, of the same instrument; None where there is none."""

    since_last: Changes | None
    since_baseline: Changes | None
