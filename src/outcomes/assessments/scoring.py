"""Scoring of answers, in exact fractions, so that thresholds are compared exactly."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from outcomes.assessments.models import (
    Answer,
    AreaAnswer,
    Change,
    Changes,
    Consequence,
    Improvement,
    NeedLevel,
    NeedsInstrument,
    OutcomeDomain,
    OutcomeInstrument,
    OutcomeRules,
    OutcomeScores,
    OverallLevel,
    Progress,
)
from outcomes.errors import FieldProblem, Invalid


def check_outcome_answers(instrument: OutcomeInstrument, answers: Mapping[str, Answer]) -> None:
    """Raises Invalid, naming each answer that the instrument does not know."""
    items = {item.code for domain in instrument.domains for item in domain.items}
    known: set[Answer] = {point.value for point in instrument.scale} | {None}
    if instrument.not_applicable:
        known.add("not_applicable")
    _refuse(
        FieldProblem(f"answers.{code}", "Choose an item of this instrument and a value it offers.")
        for code, answer in answers.items()
        if code not in items or answer not in known
    )


def check_area_answers(instrument: NeedsInstrument, areas: Mapping[str, AreaAnswer]) -> None:
    """Raises Invalid, naming each area or factor that the instrument does not know."""
    factors = {area.code: {factor.code for factor in area.factors} for area in instrument.areas}
    _refuse(
        FieldProblem(f"areas.{code}", "Choose an area of this instrument and its own factors.")
        for code, answer in areas.items()
        if not factors.get(code, set()) >= set(answer.factors) or code not in factors
    )


def _refuse(problems: Iterable[FieldProblem]) -> None:
    if found := tuple(problems):
        raise Invalid(*found)


def score_outcomes(instrument: OutcomeInstrument, answers: Mapping[str, Answer]) -> OutcomeScores:
    """Domain scores, overall and whether it is stable, by the instrument's rules.

    *Not applicable* is not an answer: it counts neither in a mean nor towards the share of items
    that a domain needs. A domain that was not assessed does not prevent *stable*.
    """
    rules = instrument.rules
    domains = {domain.code: _domain(domain, answers, rules) for domain in instrument.domains}
    assessed = [score for score in domains.values() if score is not None]
    overall = _mean(assessed) if len(assessed) >= rules.domains_needed else None
    stable = None if overall is None else _is_stable(overall, assessed, rules)
    return OutcomeScores(instrument.code, instrument.version, domains, overall, stable)


def _is_stable(overall: Fraction, domains: Sequence[Fraction], rules: OutcomeRules) -> bool:
    weakest = min(domains)
    return overall >= Fraction(rules.stable_overall) and weakest >= Fraction(rules.stable_domain)


def _domain(
    domain: OutcomeDomain, answers: Mapping[str, Answer], rules: OutcomeRules
) -> Fraction | None:
    given = [answers.get(item.code) for item in domain.items]
    values = [answer for answer in given if isinstance(answer, int)]
    enough = Fraction(len(values), len(given)) >= Fraction(rules.answered_share)
    return _mean(values) if enough else None


def _mean(values: Sequence[int | Fraction]) -> Fraction:
    return Fraction(sum(values, Fraction(0))) / len(values)


def overall_level(instrument: NeedsInstrument, areas: Mapping[str, NeedLevel]) -> OverallLevel:
    """The overall level of the areas.

    Urgent and high (also high from several medium areas) count even if areas are missing, because a
    missing area could only raise the level. Lower levels need all areas.
    """
    present = {area.code: areas[area.code] for area in instrument.areas if area.code in areas}
    levels = list(present.values())
    grave = {area.code for area in instrument.areas if area.safeguarding}
    if any(level is NeedLevel.URGENT for code, level in present.items() if code in grave):
        return OverallLevel.SAFEGUARDING_INTERVENTION
    if NeedLevel.URGENT in levels:
        return OverallLevel.URGENT_RESPONSE
    medium = levels.count(NeedLevel.MEDIUM)
    if NeedLevel.HIGH in levels or medium >= instrument.medium_makes_high:
        return OverallLevel.HIGH
    if len(present) < len(instrument.areas):
        return OverallLevel.INCOMPLETE
    if medium:
        return OverallLevel.MEDIUM
    return OverallLevel.LOW if NeedLevel.LOW in levels else OverallLevel.INDEPENDENT


def consequence_of(instrument: NeedsInstrument, level: OverallLevel) -> Consequence:
    """Who acts on that level, and by when. Every instrument names one for each level."""
    return next(entry for entry in instrument.consequences if entry.level is level)


def progress(
    instrument: OutcomeInstrument, current: OutcomeScores, earlier: Sequence[OutcomeScores]
) -> Progress:
    """Change since the last and since the first of `earlier` (oldest first).

    Only assessments with the same instrument and version are compared; others are skipped.
    """
    same = [scores for scores in earlier if _comparable(scores, current)]
    if not same:
        return Progress(None, None)
    first, last = same[0], same[-1]
    return Progress(
        _changes(instrument.rules, last, current), _changes(instrument.rules, first, current)
    )


def _comparable(one: OutcomeScores, other: OutcomeScores) -> bool:
    return (one.instrument, one.version) == (other.instrument, other.version)


def _changes(rules: OutcomeRules, earlier: OutcomeScores, later: OutcomeScores) -> Changes:
    domains = {
        code: _change(rules, earlier.domains[code], score) for code, score in later.domains.items()
    }
    return Changes(domains, _change(rules, earlier.overall, later.overall))


def _change(rules: OutcomeRules, before: Fraction | None, after: Fraction | None) -> Change | None:
    if before is None or after is None:
        return None
    difference = after - before
    if difference >= Fraction(rules.substantial_change):
        return Change(difference, Improvement.SUBSTANTIAL)
    if difference >= Fraction(rules.measurable_change):
        return Change(difference, Improvement.MEASURABLE)
    return Change(difference, Improvement.NONE)


def stored(score: Fraction) -> Decimal:
    """To 4 decimals, half away from zero, for `numeric(6, 4)`.

    The difference of two stored scores, rounded to 3 decimals, is on the same side of a threshold
    as the exact one: exact differences of our instrument are whole multiples of 1/360.
    """
    return _rounded(score, Decimal("0.0001"))


def formatted(score: Fraction) -> str:
    """To 2 decimals, half away from zero, as pages and exports print a score or a difference."""
    return str(_rounded(score, Decimal("0.01")))


def _rounded(score: Fraction, step: Decimal) -> Decimal:
    exact = Decimal(score.numerator) / Decimal(score.denominator)
    return exact.quantize(step, rounding=ROUND_HALF_UP) + 0  # no minus before a zero
