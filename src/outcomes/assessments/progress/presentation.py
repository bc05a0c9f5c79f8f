"""What the pages of assessments show (pure)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from outcomes.assessments.instruments import Instruments
from outcomes.assessments.labels import (
    IMPROVEMENTS,
    NOT_APPLICABLE,
    NOT_ASSESSED,
    STAGES,
    TIME_UNITS,
)
from outcomes.assessments.models import (
    Answer,
    Change,
    Consequence,
    Improvement,
    NeedLevel,
    NeedsInstrument,
    OutcomeInstrument,
    OverallLevel,
)
from outcomes.assessments.records import NeedLevels, OutcomeProgress, OutcomesBefore, ScoreProgress
from outcomes.assessments.scoring import consequence_of, formatted
from outcomes.platform.web.pages.charts import Slope, TrendPoint
from outcomes.platform.web.pages.dates import day_with_year
from outcomes.providers.labels import RESPONSIBLE

TONES = {
    OverallLevel.INDEPENDENT: "good",
    OverallLevel.LOW: "good",
    OverallLevel.MEDIUM: "soon",
    OverallLevel.HIGH: "late",
    OverallLevel.URGENT_RESPONSE: "urgent",
    OverallLevel.SAFEGUARDING_INTERVENTION: "urgent",
    OverallLevel.INCOMPLETE: "paused",
}


class OutcomesView(Struct, frozen=True):
    """Outcomes as the progress page shows them; scores as text, to 2 decimals.

    `since_last` has rows of domain, last time, now and change; empty until there are three
    assessments, as with two the baseline is the last time.
    """

    title: str
    sentence: str
    latest_on: date
    stage: str
    overall: str
    overall_change: str
    stable: bool | None
    low: int
    high: int
    slopes: tuple[Slope, ...]
    scores: tuple[tuple[str, str], ...]
    trend: tuple[TrendPoint, ...]
    since_last: tuple[tuple[str, str, str, str], ...]


class NeedsView(Struct, frozen=True):
    """Needs as the progress page shows them: rows of area, first and latest level; and the history."""

    latest_on: date
    label: str
    tone: str
    follows: str
    areas: tuple[tuple[str, str, str], ...]
    history: tuple[tuple[date, str, str], ...]


def outcomes_view(progress: OutcomeProgress, instruments: Instruments) -> OutcomesView:
    """The chart of `progress`, and the sentence that describes it."""
    instrument = instruments.get_outcomes(progress.instrument, progress.version)
    first, latest = progress.history[0], progress.history[-1]
    slopes = tuple(
        Slope(line.title, _float(line.baseline), _float(line.latest)) for line in progress.domains
    )
    lines = (*progress.domains, progress.overall)
    return OutcomesView(
        title=instrument.title["en"],
        sentence=_sentence(slopes, first.assessed_on, compared=len(progress.history) > 1),
        latest_on=latest.assessed_on,
        stage=STAGES[latest.stage],
        overall=_score(latest.overall),
        overall_change=_change(progress.overall.since_baseline),
        stable=latest.stable,
        low=instrument.scale[0].value,
        high=instrument.scale[-1].value,
        slopes=slopes,
        scores=tuple((line.title, _score(line.latest)) for line in progress.domains),
        trend=tuple(TrendPoint(one.assessed_on, _float(one.overall)) for one in progress.history),
        since_last=tuple(map(_since_last, lines)) if len(progress.history) > 2 else (),
    )


def needs_view(history: Sequence[NeedLevels], instruments: Instruments) -> NeedsView:
    """The latest of `history` (oldest first, at least one), what follows from it, and before it."""
    first, latest = history[0], history[-1]
    instrument = instruments.get_needs(latest.instrument, latest.version)
    consequence = consequence_of(instrument, latest.overall)
    return NeedsView(
        latest_on=latest.assessed_on,
        label=consequence.label["en"],
        tone=TONES[latest.overall],
        follows=_follows(consequence),
        areas=tuple(
            (
                area.title["en"],
                level_label(instrument, first.levels.get(area.code)),
                level_label(instrument, latest.levels.get(area.code)),
            )
            for area in instrument.areas
        ),
        history=tuple(
            (
                one.assessed_on,
                consequence_of(instrument, one.overall).label["en"],
                TONES[one.overall],
            )
            for one in reversed(history)
        ),
    )


def last_scores(before: OutcomesBefore) -> dict[str, str]:
    """The last score of each domain that had one."""
    domains = before.latest.domains if before.latest else {}
    return {code: _score(score) for code, score in domains.items() if score is not None}


def last_answers(instrument: OutcomeInstrument, before: OutcomesBefore) -> dict[str, str]:
    """What was answered to each item last time, in the instrument's words."""
    labels: dict[Answer, str] = {
        point.value: f"{point.value} {point.label['en']}" for point in instrument.scale
    }
    answers = before.latest.answers if before.latest else {}
    return {
        item: labels.get(answer, NOT_APPLICABLE.lower())
        for item, answer in answers.items()
        if answer is not None
    }


def level_label(instrument: NeedsInstrument, level: NeedLevel | None) -> str:
    """The level in the instrument's words."""
    labels = {meaning.level: meaning.label["en"] for meaning in instrument.levels}
    return NOT_ASSESSED if level is None else labels[level]


def _follows(consequence: Consequence) -> str:
    unit = TIME_UNITS[consequence.unit]
    who = RESPONSIBLE[consequence.who]
    return f"{consequence.action['en']} For {who}, within {consequence.within} {unit}."


def _sentence(slopes: Sequence[Slope], since: date, *, compared: bool) -> str:
    if not compared:
        return f"First assessed on {day_with_year(since)}. Change shows from the next time on."
    both = [slope for slope in slopes if slope.change is not None]
    counts = {way: sum(one.direction == way for one in both) for way in ("up", "down", "same")}
    said = f"better in {counts['up']}, worse in {counts['down']}, the same in {counts['same']}"
    missing = len(slopes) - len(both)
    rest = f" {missing} could not be compared." if missing else ""
    return f"Since {day_with_year(since)}: {said} of {len(both)} domains.{rest}"


def _since_last(line: ScoreProgress) -> tuple[str, str, str, str]:
    return line.title, _score(line.previous), _score(line.latest), _change(line.since_last)


def _score(score: Decimal | None) -> str:
    return NOT_ASSESSED if score is None else formatted(Fraction(score))


def _change(change: Change | None) -> str:
    """Such as `+0.50, measurable`."""
    if change is None:
        return "–"
    words = formatted(change.difference)
    sign = "+" if change.difference > 0 else ""
    changed = f"{sign}{words}".replace("-", "−")
    if change.improvement is Improvement.NONE:
        return changed
    return f"{changed}, {IMPROVEMENTS[change.improvement]}"


def _float(score: Decimal | None) -> float | None:
    return None if score is None else float(score)
