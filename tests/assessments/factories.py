"""Factories of assessments."""

from datetime import date
from uuid import UUID

from outcomes.assessments import service
from outcomes.assessments.instruments import shipped_instruments
from outcomes.assessments.models import (
    Answer,
    AreaAnswer,
    AssessmentStage,
    NeedLevel,
    NewNeedsAssessment,
    NewOutcomeAssessment,
    SafetyPlan,
)
from outcomes.platform.access.models import Caller
from tests.support import Product, make_provider, make_survivor, make_worker, new_key

AREAS = (
    "accommodation",
    "physical_health",
    "mental_health",
    "legal_and_immigration",
    "money",
    "work_and_learning",
    "relationships_and_social_support",
    "safety",
)
ITEMS = (
    ("safe_home", "free_from_control", "sees_risk", "gets_help"),
    ("knows_rights", "settled_status", "legal_advice", "fair_process"),
    ("steady_days", "rest", "ways_of_coping", "hope"),
    ("enough_income", "work_or_learning", "own_money", "everyday_skills"),
    ("trusted_person", "belonging", "good_relationships", "finds_the_way"),
    ("treatment", "able_body", "food_and_warmth", "care_of_self"),
)
PLANTED = "planted-word-kestrel"
PLAN = SafetyPlan(feared=f"Her cousin {PLANTED}", agreed="Call from the centre")


def outcomes(
    *rows: str, on: date = date(2026, 3, 2), stage: AssessmentStage = AssessmentStage.REVIEW
) -> NewOutcomeAssessment:
    """Six rows of four marks: 1 to 4, `x` does not apply, `.` not answered."""
    answers: dict[str, Answer] = {}
    for items, row in zip(ITEMS, rows, strict=True):
        for item, mark in zip(items, row, strict=True):
            if mark != ".":
                answers[item] = "not_applicable" if mark == "x" else int(mark)
    return NewOutcomeAssessment("six-domains", "1.0", stage, on, answers, f"Note {PLANTED}")


def needs(**levels: NeedLevel) -> NewNeedsAssessment:
    """All eight areas, none where not said otherwise."""
    areas = {
        area: AreaAnswer(levels.get(area, NeedLevel.NONE), note=f"{PLANTED} {area}")
        for area in AREAS
    }
    return NewNeedsAssessment("needs-eight", "1.0", date(2026, 3, 2), areas, PLAN)


async def assess(
    product: Product, caller: Caller, survivor_id: UUID, new: NewOutcomeAssessment
) -> UUID:
    key = new_key(caller, new)
    return await service.record_outcomes(
        product.db, caller, survivor_id, key, new, instruments=shipped_instruments()
    )


async def assess_needs(
    product: Product, caller: Caller, survivor_id: UUID, new: NewNeedsAssessment
) -> UUID:
    return await service.record_needs(
        product.db,
        caller,
        survivor_id,
        new_key(caller, new),
        new,
        instruments=shipped_instruments(),
    )


async def a_survivor(product: Product) -> tuple[Caller, UUID]:
    worker = await make_worker(product, await make_provider(product))
    return worker, await make_survivor(product, worker)
