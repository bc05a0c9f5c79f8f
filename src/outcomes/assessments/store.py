"""The SQL of assessments. Answers are encrypted and decrypted here."""

from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from msgspec.structs import asdict

from outcomes.assessments.models import (
    AssessmentStage,
    NeedLevel,
    NewNeedsAssessment,
    NewOutcomeAssessment,
    OutcomeScores,
    OverallLevel,
)
from outcomes.assessments.records import (
    NeedLevels,
    NeedsAnswers,
    NeedsAssessment,
    OutcomeAnswers,
    OutcomeAssessment,
    ScoredOutcomes,
)
from outcomes.assessments.scoring import stored
from outcomes.platform.access.caseload import AuthorisedSurvivor
from outcomes.platform.db import Row, Transaction
from outcomes.platform.encryption import Field
from outcomes.platform.paging import RecordedDay, position_args
from outcomes.platform.sql import sql

OUTCOME_ANSWERS = Field("outcome_assessments", "answers_ciphertext")
NEEDS_ANSWERS = Field("needs_assessments", "answers_ciphertext")

_OUTCOMES = """SELECT a.id, a.instrument_code, a.instrument_version, a.stage, a.assessed_on,
        a.overall, a.stable, a.answers_ciphertext, a.recorded_at,
        array_agg(d.outcome_domain) AS names, array_agg(d.score) AS scores
    FROM outcome_assessments a
    JOIN domain_scores d ON d.provider_id = :provider_id AND d.outcome_assessment_id = a.id
    WHERE a.provider_id = :provider_id AND a.survivor_id = :survivor_id"""
_NEEDS = """SELECT a.id, a.instrument_code, a.instrument_version, a.assessed_on, a.overall_level,
        a.answers_ciphertext, a.recorded_at,
        array_agg(l.area) AS names, array_agg(l.level) AS levels
    FROM needs_assessments a
    JOIN need_levels l ON l.provider_id = :provider_id AND l.needs_assessment_id = a.id
    WHERE a.provider_id = :provider_id AND a.survivor_id = :survivor_id"""
_NEWEST_FIRST = """AND (:after_on::date IS NULL OR (a.assessed_on, a.recorded_at, a.id) <
        (:after_on, :after_at::timestamptz, :after_id::uuid))
    GROUP BY a.provider_id, a.id
    ORDER BY a.assessed_on DESC, a.recorded_at DESC, a.id DESC LIMIT :limit"""
_OLDEST_FIRST = "GROUP BY a.provider_id, a.id ORDER BY a.assessed_on, a.recorded_at, a.id"


_INSERT_OUTCOMES = sql("""
    INSERT INTO outcome_assessments (provider_id, id, survivor_id, instrument_code,
        instrument_version, stage, assessed_on, overall, stable, answers_ciphertext,
        recorded_at, recorded_by)
    VALUES (:provider_id, :assessment_id, :survivor_id, :instrument_code, :instrument_version,
        :stage, :assessed_on, :overall, :stable, :answers_ciphertext, :now, :recorded_by)
""")


_INSERT_SCORE = sql("""
    INSERT INTO domain_scores (provider_id, outcome_assessment_id, outcome_domain, score)
    VALUES (:provider_id, :assessment_id, :outcome_domain, :score)
""")


async def insert_outcomes(
    tx: Transaction,
    opened: AuthorisedSurvivor,
    assessment_id: UUID,
    new: NewOutcomeAssessment,
    scores: OutcomeScores,
) -> None:
    """The answers as one blob; overall, stable and a score for each domain in plain columns."""
    answers = OutcomeAnswers(dict(new.answers), new.note)
    await tx.execute(
        _INSERT_OUTCOMES,
        assessment_id=assessment_id,
        survivor_id=opened.survivor_id,
        instrument_code=new.instrument,
        instrument_version=new.version,
        stage=new.stage,
        assessed_on=new.assessed_on,
        overall=_stored(scores.overall),
        stable=scores.stable,
        answers_ciphertext=opened.key.encrypt_json(OUTCOME_ANSWERS, assessment_id, answers),
        now=opened.now,
        recorded_by=tx.caller.actor.account,
    )
    await tx.execute_many(
        _INSERT_SCORE,
        [
            {"assessment_id": assessment_id, "outcome_domain": code, "score": _stored(score)}
            for code, score in scores.domains.items()
        ],
    )


_INSERT_NEEDS = sql("""
    INSERT INTO needs_assessments (provider_id, id, survivor_id, instrument_code,
        instrument_version, assessed_on, overall_level, answers_ciphertext, recorded_at,
        recorded_by)
    VALUES (:provider_id, :assessment_id, :survivor_id, :instrument_code, :instrument_version,
        :assessed_on, :overall, :answers_ciphertext, :now, :recorded_by)
""")


_INSERT_LEVEL = sql("""
    INSERT INTO need_levels (provider_id, needs_assessment_id, area, level)
    VALUES (:provider_id, :assessment_id, :area, :level)
""")


async def insert_needs(
    tx: Transaction,
    opened: AuthorisedSurvivor,
    assessment_id: UUID,
    new: NewNeedsAssessment,
    overall: OverallLevel,
) -> None:
    """The answers and the safety plan as one blob; the levels in plain columns."""
    answers = NeedsAnswers(dict(new.areas), new.safety_plan)
    await tx.execute(
        _INSERT_NEEDS,
        assessment_id=assessment_id,
        survivor_id=opened.survivor_id,
        instrument_code=new.instrument,
        instrument_version=new.version,
        assessed_on=new.assessed_on,
        overall=overall,
        answers_ciphertext=opened.key.encrypt_json(NEEDS_ANSWERS, assessment_id, answers),
        now=opened.now,
        recorded_by=tx.caller.actor.account,
    )
    await tx.execute_many(
        _INSERT_LEVEL,
        [
            {"assessment_id": assessment_id, "area": code, "level": answer.level}
            for code, answer in new.areas.items()
        ],
    )


_LIST_OUTCOMES = sql(f"{_OUTCOMES} {_NEWEST_FIRST}")


async def list_outcomes(
    tx: Transaction, opened: AuthorisedSurvivor, *, after: RecordedDay | None, limit: int
) -> list[OutcomeAssessment]:
    """With answers and note, newest first, from the one after the position."""
    rows = await tx.fetch(
        _LIST_OUTCOMES,
        survivor_id=opened.survivor_id,
        limit=limit,
        **position_args(RecordedDay, after),
    )
    return [_outcome_assessment(opened, row) for row in rows]


_GET_OUTCOMES = sql(f"{_OUTCOMES} AND a.id = :assessment_id GROUP BY a.provider_id, a.id")


async def get_outcomes(
    tx: Transaction, opened: AuthorisedSurvivor, assessment_id: UUID
) -> OutcomeAssessment:
    """One of this survivor's. Raises NotFound."""
    row = await tx.get_row(
        _GET_OUTCOMES, survivor_id=opened.survivor_id, assessment_id=assessment_id
    )
    return _outcome_assessment(opened, row)


_LIST_SCORES = sql(f"{_OUTCOMES} {_OLDEST_FIRST}")


async def list_scores(tx: Transaction, survivor_id: UUID) -> list[ScoredOutcomes]:
    """The scores of every assessment, oldest first; nothing is decrypted."""
    rows = await tx.fetch(_LIST_SCORES, survivor_id=survivor_id)
    return [_scored(row) for row in rows]


_LIST_NEEDS = sql(f"{_NEEDS} {_NEWEST_FIRST}")


async def list_needs(
    tx: Transaction, opened: AuthorisedSurvivor, *, after: RecordedDay | None, limit: int
) -> list[NeedsAssessment]:
    """With factors, notes and safety plan, newest first, from the one after the position."""
    rows = await tx.fetch(
        _LIST_NEEDS,
        survivor_id=opened.survivor_id,
        limit=limit,
        **position_args(RecordedDay, after),
    )
    return [_needs_assessment(opened, row) for row in rows]


_GET_NEEDS = sql(f"{_NEEDS} AND a.id = :assessment_id GROUP BY a.provider_id, a.id")


async def get_needs(
    tx: Transaction, opened: AuthorisedSurvivor, assessment_id: UUID
) -> NeedsAssessment:
    """One of this survivor's. Raises NotFound."""
    row = await tx.get_row(_GET_NEEDS, survivor_id=opened.survivor_id, assessment_id=assessment_id)
    return _needs_assessment(opened, row)


_LIST_LEVELS = sql(f"{_NEEDS} {_OLDEST_FIRST}")


async def list_levels(tx: Transaction, survivor_id: UUID) -> list[NeedLevels]:
    """The levels of every needs assessment, oldest first; nothing is decrypted."""
    rows = await tx.fetch(_LIST_LEVELS, survivor_id=survivor_id)
    return [_levels(row) for row in rows]


def _stored(score: Fraction | None) -> Decimal | None:
    return None if score is None else stored(score)


def _outcome_assessment(opened: AuthorisedSurvivor, row: Row) -> OutcomeAssessment:
    blob = row["answers_ciphertext"]
    sealed = opened.key.decrypt_json(OUTCOME_ANSWERS, row["id"], blob, OutcomeAnswers)
    return OutcomeAssessment(
        **asdict(_scored(row)),
        answers=sealed.answers,
        note=sealed.note,
        recorded_at=row["recorded_at"],
    )


def _scored(row: Row) -> ScoredOutcomes:
    return ScoredOutcomes(
        id=row["id"],
        instrument=row["instrument_code"],
        version=row["instrument_version"],
        stage=AssessmentStage(row["stage"]),
        assessed_on=row["assessed_on"],
        domains=dict(zip(row["names"], row["scores"], strict=True)),
        overall=row["overall"],
        stable=row["stable"],
    )


def _needs_assessment(opened: AuthorisedSurvivor, row: Row) -> NeedsAssessment:
    blob = row["answers_ciphertext"]
    sealed = opened.key.decrypt_json(NEEDS_ANSWERS, row["id"], blob, NeedsAnswers)
    return NeedsAssessment(
        **asdict(_levels(row)),
        areas=sealed.areas,
        safety_plan=sealed.safety_plan,
        recorded_at=row["recorded_at"],
    )


def _levels(row: Row) -> NeedLevels:
    levels = zip(row["names"], row["levels"], strict=True)
    return NeedLevels(
        id=row["id"],
        instrument=row["instrument_code"],
        version=row["instrument_version"],
        assessed_on=row["assessed_on"],
        overall=OverallLevel(row["overall_level"]),
        levels={area: NeedLevel(level) for area, level in levels},
    )
