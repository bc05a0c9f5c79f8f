"""The words for the parts of the caseload and of Today, and the titles of the timeline.

A title in braces takes the words of what the entry records from the room that owns it.
"""

from outcomes.casework.models import EntryKind, Urgency
from outcomes.casework.people.models import Show

SHOW: dict[Show, str] = {
    Show.ALL: "All",
    Show.FLAGGED: "Flagged",
    Show.PAUSED: "Nothing planned",
}
URGENCIES: dict[Urgency, str] = {
    Urgency.SAFETY: "Safety first",
    Urgency.OVERDUE: "Overdue",
    Urgency.TODAY: "Due today",
}
AGREED = "Agreed contact"
ENTRIES: dict[EntryKind, str] = {
    EntryKind.REGISTERED: "Registered",
    EntryKind.ENROLLED: "Enrolled on the pathway",
    EntryKind.ENDED: "Follow-up ended",
    EntryKind.CHECK_IN: "{channel}: {wellbeing}",
    EntryKind.ATTEMPT: "{outcome}: {reason}",
    EntryKind.PROMPT: "Text {state}",
    EntryKind.REPLY: "{reply}",
    EntryKind.NEEDS: "Needs assessed: {level}",
    EntryKind.OUTCOMES: "Outcomes assessed: {stage}",
    EntryKind.REVIEW: "Review: {decision}",
    EntryKind.DROP_IN: "Came to a drop-in",
    EntryKind.ACTIVITY: "{change} {activity}",
    EntryKind.CONSENT: "Consent to {purpose}: {decision}",
    EntryKind.SAFE_CONTACT: "Safe contact agreed",
    EntryKind.FLAG: "Flag: {rule}",
    EntryKind.RESOLUTION: "Flag resolved: {resolution}",
}
