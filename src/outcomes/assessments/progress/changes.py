"""How scores have changed (pure)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from outcomes.assessments.instruments import Instruments
from outcomes.assessments.models import Change, Changes, OutcomeScores, Progress
from outcomes.assessments.records import OutcomeProgress, ScoredOutcomes, ScoreProgress
from outcomes.assessments.scoring import progress

OVERALL = "overall"


def outcome_progress(scores: Sequence[ScoredOutcomes], instruments: Instruments) -> OutcomeProgress:
    """The latest of `scores` (oldest first, at least one) against those of its instrument version.

    Stored scores have 4 decimals. That is exact enough: thresholds of change are whole multiples of
    0.5, and two scores that differ by one round alike.
    """
    latest = scores[-1]
    instrument = instruments.get_outcomes(latest.instrument, latest.version)
    kind = instrument.code, instrument.version
    same = tuple(one for one in scores if (one.instrument, one.version) == kind)
    changed = progress(instrument, _exact(latest), [_exact(one) for one in same[:-1]])
    domains = tuple(
        _line(domain.code, domain.title["en"], same, changed) for domain in instrument.domains
    )
    return OutcomeProgress(*kind, domains, _line(OVERALL, "Overall", same, changed), same)


def _line(
    code: str, title: str, same: Sequence[ScoredOutcomes], changed: Progress
) -> ScoreProgress:
    return ScoreProgress(
        code=code,
        title=title,
        baseline=_score(same[0], code),
        previous=_score(same[-2], code) if len(same) > 1 else None,
        latest=_score(same[-1], code),
        since_last=_change(changed.since_last, code),
        since_baseline=_change(changed.since_baseline, code),
    )


def _score(scored: ScoredOutcomes, code: str) -> Decimal | None:
    return scored.overall if code == OVERALL else scored.domains.get(code)


def _change(changes: Changes | None, code: str) -> Change | None:
    if changes is None:
        return None
    return changes.overall if code == OVERALL else changes.domains[code]


def _exact(scored: ScoredOutcomes) -> OutcomeScores:
    return OutcomeScores(
        instrument=scored.instrument,
        version=scored.version,
        domains={code: _fraction(score) for code, score in scored.domains.items()},
        overall=_fraction(scored.overall),
        stable=scored.stable,
    )


def _fraction(score: Decimal | None) -> Fraction | None:
    return None if score is None else Fraction(score)
