"""The words and tones of the screens that cross rooms (pure).

The words carry the meaning; a tone only repeats it.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from outcomes.assessments.instruments import Instruments
from outcomes.assessments.labels import STAGES as ASSESSMENT_STAGES
from outcomes.assessments.models import AssessmentStage, OverallLevel
from outcomes.assessments.scoring import consequence_of
from outcomes.casework.labels import AGREED, ENTRIES
from outcomes.casework.models import Entry, EntryKind, Reason, ReasonKind, Summary, Urgency
from outcomes.check_ins.labels import (
    ACTIVITIES,
    ACTIVITY_CHANGES,
    ATTEMPT_OUTCOMES,
    CHANNELS,
    REASONS,
    WELLBEING,
)
from outcomes.check_ins.models import (
    ActivityChange,
    ActivityKind,
    AttemptOutcome,
    Channel,
    Wellbeing,
)
from outcomes.check_ins.models import Reason as NoAnswerReason
from outcomes.disengagement.labels import RESOLUTIONS, rule_words
from outcomes.disengagement.models import FlagRule, Resolution
from outcomes.disengagement.rules import Ladder
from outcomes.messaging.labels import STATES
from outcomes.messaging.lifecycle import MessageState
from outcomes.pathways.labels import DECISIONS as REVIEW_DECISIONS
from outcomes.pathways.labels import SERIES
from outcomes.pathways.models import ReviewDecision
from outcomes.pathways.schedule.cadence import Series
from outcomes.platform.web.pages.dates import day_with_year
from outcomes.prompts.inbox.replies import read_answer
from outcomes.prompts.labels import ANSWERS, REPLIES
from outcomes.prompts.models import MessageKind
from outcomes.prompts.reasons import why_not_sent
from outcomes.survivors.labels import DECISIONS as CONSENT_DECISIONS
from outcomes.survivors.labels import PURPOSES
from outcomes.survivors.models import Decision, Purpose
from outcomes.tasks.labels import TASKS
from outcomes.tasks.models import TaskKind


class TimelineItem(Struct, frozen=True):
    """A line of the timeline in words, with its icon and tone."""

    title: str
    icon: str
    tone: str = "calm"
    lines: tuple[str, ...] = ()


class Tag(Struct, frozen=True):
    """A few words with a tone."""

    words: str
    tone: str


def reason_tags(reasons: Sequence[Reason], today: date, ladder: Ladder) -> list[Tag]:
    """Why a survivor is on Today; several reasons of one kind share a tag."""
    alike: dict[tuple[str, str], list[Reason]] = {}
    for reason in reasons:
        alike.setdefault((reason.code, reason.urgency), []).append(reason)
    return [_tag(found, today, ladder) for found in alike.values()]


def _tag(reasons: Sequence[Reason], today: date, ladder: Ladder) -> Tag:
    """The tag of reasons of one code and urgency, oldest first; days are the survivor's."""
    oldest, count = reasons[0], len(reasons)
    if oldest.kind is ReasonKind.FLAG:
        return Tag(rule_words(FlagRule(oldest.code), ladder), "urgent")
    if oldest.kind is ReasonKind.TASK:
        words = TASKS[TaskKind(oldest.code)]
        return Tag(words + (f" ({count})" if count > 1 else ""), "urgent")
    what = AGREED if oldest.kind is ReasonKind.AGREED else SERIES[Series(oldest.code)]
    if oldest.urgency is Urgency.TODAY:
        return Tag(f"{what} due today" if oldest.on == today else f"{what} due", "soon")
    days = (today - oldest.on).days if oldest.on else 0
    if days == 0:
        return Tag(f"{what} due earlier today", "late")
    age = f"{days} day{'s' * (days > 1)}"
    if count > 1:
        return Tag(f"{count} {what.lower()}s overdue, oldest {age}", "late")
    return Tag(f"{what} {age} overdue", "late")


def outcomes_words(about: Summary, instruments: Instruments) -> str:
    """The latest and first outcomes: `3.20 of 4, 5 May 2026 (2.10 at the start)`."""
    if about.overall_on is None:
        return "Not assessed yet"
    day = day_with_year(about.overall_on)
    if about.overall is None:
        return f"Not enough answers, {day}"
    words = f"{_score(about.overall, about.overall_instrument, instruments)}, {day}"
    if about.baseline is None or about.baseline_on == about.overall_on:
        return words
    return f"{words} ({about.baseline:.2f} at the start)"


def needs_words(about: Summary, instruments: Instruments) -> str:
    """The latest level of needs, and its date."""
    if about.needs_level is None or about.needs_on is None:
        return "Not assessed yet"
    level = _level(about.needs_level, about.needs_instrument, instruments)
    return f"{level}, {day_with_year(about.needs_on)}"


def timeline_item(entry: Entry, ladder: Ladder, instruments: Instruments) -> TimelineItem:
    """A line of the timeline as people read it."""
    title, lines = ENTRIES[entry.kind], _texts(entry)
    match entry.kind:
        case EntryKind.CHECK_IN:
            return _check_in(entry, title, lines)
        case EntryKind.ATTEMPT:
            return _attempt(entry, title)
        case EntryKind.PROMPT:
            return _prompt(entry, title)
        case EntryKind.REPLY:
            return _reply(entry, title, lines)
        case EntryKind.ACTIVITY:
            return _activity(entry, title)
        case EntryKind.OUTCOMES:
            lines = (_overall(entry.score, entry.how or "", instruments),)
    title = title.format(**_words(entry, ladder, instruments))
    return TimelineItem(title, _ICONS[entry.kind], _TONES.get(entry.kind, "calm"), lines)


def _words(entry: Entry, ladder: Ladder, instruments: Instruments) -> dict[str, str]:
    """The values of the placeholders in an entry's title."""
    code, how = entry.code or "", entry.how or ""
    match entry.kind:
        case EntryKind.NEEDS:
            return {"level": _level(code, how, instruments).lower()}
        case EntryKind.OUTCOMES:
            return {"stage": ASSESSMENT_STAGES[AssessmentStage(code)].lower()}
        case EntryKind.REVIEW:
            return {"decision": REVIEW_DECISIONS[ReviewDecision(code)].lower()}
        case EntryKind.CONSENT:
            decision = CONSENT_DECISIONS[Decision(code)].lower()
            return {"purpose": PURPOSES[Purpose(how)].lower(), "decision": decision}
        case EntryKind.FLAG:
            return {"rule": rule_words(FlagRule(code), ladder).lower()}
        case EntryKind.RESOLUTION:
            return {"resolution": RESOLUTIONS[Resolution(code)].lower()}
    return {}


def _texts(entry: Entry) -> tuple[str, ...]:
    return tuple(entry.text[name] for name in _TEXTS if name in entry.text)


_TEXTS = ("worry", "note", "body", "what_changed", "goals", "how", "by_whom")
_ICONS = {
    EntryKind.REGISTERED: "person",
    EntryKind.ENROLLED: "calendar",
    EntryKind.ENDED: "calendar",
    EntryKind.NEEDS: "note",
    EntryKind.OUTCOMES: "chart",
    EntryKind.REVIEW: "note",
    EntryKind.DROP_IN: "people",
    EntryKind.CONSENT: "check",
    EntryKind.SAFE_CONTACT: "shield",
    EntryKind.FLAG: "flag",
    EntryKind.RESOLUTION: "flag",
}
_TONES = {
    EntryKind.REVIEW: "good",
    EntryKind.DROP_IN: "good",
    EntryKind.FLAG: "urgent",
    EntryKind.RESOLUTION: "good",
}


def _check_in(entry: Entry, title: str, lines: tuple[str, ...]) -> TimelineItem:
    channel, wellbeing = Channel(entry.how or ""), Wellbeing(entry.text["wellbeing"])
    title = title.format(channel=CHANNELS[channel], wellbeing=WELLBEING[wellbeing].lower())
    corrected = {"corrected": " (corrected since)", "correction": " (correction)"}
    title += corrected.get(entry.reason or "", "")
    tone = {Wellbeing.FINE: "good", Wellbeing.MIXED: "soon"}.get(wellbeing, "late")
    icon = "person" if channel is Channel.VISIT else "phone"
    return TimelineItem(title, icon, "paused" if entry.reason == "corrected" else tone, lines)


def _activity(entry: Entry, title: str) -> TimelineItem:
    change = ActivityChange(entry.code or "")
    activity = ACTIVITIES[ActivityKind(entry.how or "")].lower()
    title = title.format(change=ACTIVITY_CHANGES[change], activity=activity)
    return TimelineItem(title, "today", "good" if change is ActivityChange.STARTED else "calm")


def _attempt(entry: Entry, title: str) -> TimelineItem:
    outcome = ATTEMPT_OUTCOMES[AttemptOutcome(entry.code or "")]
    if entry.how == Channel.VISIT:
        outcome = f"{CHANNELS[Channel.VISIT]}, {outcome.lower()}"
    reason = REASONS[NoAnswerReason(entry.reason or "")].lower()
    return TimelineItem(title.format(outcome=outcome, reason=reason), "phone", "soon")


def _prompt(entry: Entry, title: str) -> TimelineItem:
    state = MessageState(entry.code or "")
    went_out = (MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.SENDING)
    why = (why_not_sent(state, entry.reason),) if entry.reason else ()
    tone = "calm" if state in went_out else "paused"
    return TimelineItem(title.format(state=STATES[state]), "message", tone, why)


def _reply(entry: Entry, title: str, lines: tuple[str, ...]) -> TimelineItem:
    kind = MessageKind(entry.code or "")
    tone = "late" if entry.reason == "needs_person" else "calm"
    title = title.format(reply=REPLIES[kind])
    if kind is MessageKind.ANSWER and (answer := read_answer(entry.text.get("body", ""))):
        return TimelineItem(f"{title}: {ANSWERS[answer].lower()}", "inbox", tone)
    return TimelineItem(title, "inbox", tone, lines)


def _overall(score: Decimal | None, instrument: str, instruments: Instruments) -> str:
    if score is None:
        return "not enough answers"
    return f"overall {_score(score, instrument, instruments)}"


def _score(score: Decimal, instrument: str | None, instruments: Instruments) -> str:
    """A score on its instrument's scale: `3.20 of 4`. Without the instrument, the score alone."""
    found = instruments.find_outcomes(*_code_and_version(instrument))
    return f"{score:.2f} of {found.scale[-1].value}" if found else f"{score:.2f}"


def _level(level: str, instrument: str | None, instruments: Instruments) -> str:
    """An overall level of needs in its instrument's words, or else in those of the one on offer."""
    found = instruments.find_needs(*_code_and_version(instrument)) or instruments.offered_needs
    return consequence_of(found, OverallLevel(level)).label["en"]


def _code_and_version(instrument: str | None) -> tuple[str, str]:
    code, _, version = (instrument or "").partition(" ")
    return code, version
