"""What codes are called on the screens that cross rooms, and in which tone (pure).

The words carry the meaning; a tone only repeats it.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from outcomes.casework.models import Entry, EntryKind, Reason, ReasonKind, Urgency
from outcomes.prompts.models import WHY
from outcomes.prompts.service import read_answer

RULES = {
    "unanswered_tries": "3 tries without an answer",
    "no_contact": "28 days without contact",
    "raised_by_worker": "Somebody is worried",
}
TASKS = {
    "duress": "Urgent: not free to talk",
    "asked_for_call": "Asked for a call",
    "unread_reply": "A reply to read",
    "opted_out": "Texts were stopped",
    "wrong_number": "Wrong number",
    "urgent_need": "Urgent need",
    "prompt_unconfirmed": "A text that may not have gone out",
    "prompt_failed": "A text could not be sent",
    "alert_failed": "A colleague’s phone could not be alerted",
    "shared_phone": "One number, two people",
    "disengagement": "Safety flag",
}
DUE = {
    "call": "Call",
    "review": "Review",
    "follow_up": "Follow-up",
    "agreed": "Agreed contact",
}
SERIES = {"call": "Call", "review": "Review", "follow_up": "Follow-up", "prompt": "Text"}
STAGES = {
    "exit": "at exit",
    "6_months": "6 months after exit",
    "12_months": "12 months after exit",
    "18_months": "18 months after exit",
    "24_months": "24 months after exit",
}
LEVELS = {
    "support_worker": "the support worker",
    "team_lead": "the team lead",
    "safeguarding_lead": "the safeguarding lead",
}
NEEDS = {
    "independent": "Independent",
    "low": "Low",
    "medium": "Medium",
    "high": "High",
    "urgent_response": "Urgent response",
    "safeguarding_intervention": "Safeguarding intervention",
    "incomplete": "Incomplete",
}
ALERTS = {
    "scheduled": "alert to go out",
    "sending": "alert going out",
    "accepted": "alert sent",
    "delivered": "alert delivered",
    "undelivered": "alert not delivered",
    "failed": "alert failed",
    "unconfirmed": "alert may not have gone out",
    "cancelled": "alert taken back",
}
WELLBEING = {"fine": "Fine", "mixed": "Mixed", "not_good": "Not good"}
REASONS = {
    "at_work": "at work",
    "in_education": "at college",
    "no_reply": "it rang",
    "phone_off": "phone off",
    "voicemail": "voicemail",
    "number_not_in_use": "number not in use",
    "asked_to_call_back": "asked to call back",
    "not_safe_to_talk": "not safe to talk",
    "not_known": "not known why",
}
RESOLUTIONS = {
    "safe_and_in_touch": "safe and in touch",
    "busy": "busy",
    "disengaged_by_choice": "chose to stop",
    "moved": "moved, handed over",
    "reported_missing": "missing, reported",
}
DECISIONS = {
    "continue": "continue",
    "step_down": "step down",
    "move_on": "move on",
    "exit": "exit",
}
PROMPTS = {
    "sending": "Text going out",
    "accepted": "Text sent",
    "delivered": "Text delivered",
    "undelivered": "Text not delivered",
    "failed": "Text could not be sent",
    "unconfirmed": "Text that may not have gone out",
    "withheld": "No text: it was not safe",
    "cancelled": "Text taken back",
    "expired": "Text too late to send",
}
REPLIES = {
    "answer": "Answered our text",
    "opt_out": "Asked to stop texts",
    "duress": "Urgent reply",
    "wrong_number": "Said it is a wrong number",
}
ANSWERS = {"fine": "fine", "not_so_good": "not so good", "please_call": "please call"}
PURPOSES = {"call": "calls", "sms": "texts", "sharing": "sharing"}
ASSESSED = {
    "entry": "at entry",
    "review": "at a review",
    "exit": "at exit",
    "follow_up": "after exit",
}


class Shown(Struct, frozen=True):
    """A line of the timeline in words, with its icon and tone."""

    title: str
    icon: str
    tone: str = "calm"
    lines: tuple[str, ...] = ()


class Tag(Struct, frozen=True):
    """A few words with a tone."""

    words: str
    tone: str


def reason_tags(reasons: Sequence[Reason], today: date) -> list[Tag]:
    """Why somebody is on Today, in a few words each; the same reason several times is one tag."""
    alike: dict[tuple[str, str], list[Reason]] = {}
    for reason in reasons:
        alike.setdefault((reason.code, reason.urgency), []).append(reason)
    return [_tag(found, today) for found in alike.values()]


def _tag(reasons: Sequence[Reason], today: date) -> Tag:
    """For reasons of one code and urgency, the oldest first; lateness in the survivor's days."""
    oldest, count = reasons[0], len(reasons)
    if oldest.kind is ReasonKind.FLAG:
        return Tag(RULES[oldest.code], "urgent")
    if oldest.kind is ReasonKind.TASK:
        return Tag(TASKS[oldest.code] + (f" ({count})" if count > 1 else ""), "urgent")
    what = DUE[oldest.code]
    if oldest.urgency is Urgency.TODAY:
        return Tag(f"{what} due today" if oldest.on == today else f"{what} due", "soon")
    days = (today - oldest.on).days if oldest.on else 0
    if days == 0:
        return Tag(f"{what} due earlier today", "late")
    late = f"{days} day{'s' * (days > 1)} late"
    return Tag(f"{what} {late}" if count == 1 else f"{count} × {what.lower()}, {late}", "late")


def shown(entry: Entry) -> Shown:
    """A line of the timeline as people read it."""
    lines = tuple(entry.text[name] for name in _TEXTS if name in entry.text)
    match entry.kind:
        case EntryKind.CHECK_IN:
            return _check_in(entry, lines)
        case EntryKind.ATTEMPT:
            return _attempt(entry)
        case EntryKind.PROMPT:
            tone = "calm" if entry.code in ("accepted", "delivered", "sending") else "paused"
            return Shown(PROMPTS[entry.code or ""], "message", tone, _why(entry))
        case EntryKind.REPLY:
            tone = "late" if entry.reason == "needs_person" else "calm"
            if entry.code == "answer" and (answer := read_answer(entry.text.get("body", ""))):
                return Shown(f"Answered our text: {ANSWERS[answer]}", "inbox", tone)
            return Shown(REPLIES.get(entry.code or "", "Replied"), "inbox", tone, lines)
        case EntryKind.REVIEW:
            return Shown(f"Review: {DECISIONS[entry.code or '']}", "note", "good", lines)
        case EntryKind.FLAG:
            return Shown(f"Flag: {RULES[entry.code or '']}", "flag", "urgent", lines)
        case EntryKind.RESOLUTION:
            return Shown(f"Flag resolved: {RESOLUTIONS[entry.code or '']}", "flag", "good", lines)
    return _plain(entry)


_TEXTS = ("worry", "note", "body", "what_changed", "goals", "how", "by_whom")


def _check_in(entry: Entry, lines: tuple[str, ...]) -> Shown:
    how = "Visit" if entry.how == "visit" else "Check-in"
    wellbeing = entry.text["wellbeing"]
    corrected = {"corrected": " (corrected since)", "correction": " (correction)"}
    title = f"{how}: {WELLBEING[wellbeing].lower()}{corrected.get(entry.reason or '', '')}"
    tone = {"fine": "good", "mixed": "soon"}.get(wellbeing, "late")
    icon = "person" if entry.how == "visit" else "phone"
    return Shown(title, icon, "paused" if entry.reason == "corrected" else tone, lines)


def _attempt(entry: Entry) -> Shown:
    if entry.code == "third_party":
        title = "Somebody else answered"
    else:
        title = "Visited, not there" if entry.how == "visit" else "No answer"
    return Shown(f"{title}: {REASONS[entry.reason or '']}", "phone", "soon")


def _why(entry: Entry) -> tuple[str, ...]:
    return (WHY[entry.reason],) if entry.reason else ()


def _plain(entry: Entry) -> Shown:
    score = "not enough answers" if entry.score is None else f"overall {entry.score:.2f} of 4"
    activity = f"{(entry.code or '').capitalize()} {entry.how}"
    agreed = "Agreed to" if entry.code == "given" else "No longer agrees to"
    return {
        EntryKind.REGISTERED: Shown("Registered", "person"),
        EntryKind.ENROLLED: Shown("Enrolled on the pathway", "calendar"),
        EntryKind.ENDED: Shown("Follow-up came to its end", "calendar"),
        EntryKind.NEEDS: Shown(f"Needs assessed: {NEEDS.get(entry.code or '', '')}", "note"),
        EntryKind.OUTCOMES: Shown(
            f"Outcomes assessed {ASSESSED.get(entry.code or '', '')}", "chart", lines=(score,)
        ),
        EntryKind.DROP_IN: Shown("Came to a drop-in", "people", "good"),
        EntryKind.ACTIVITY: Shown(activity, "today", "good" if entry.code == "started" else "calm"),
        EntryKind.CONSENT: Shown(f"{agreed} {PURPOSES.get(entry.how or '', '')}", "check"),
        EntryKind.SAFE_CONTACT: Shown("Safe contact agreed", "shield"),
    }[entry.kind]
