"""The words for contact: how we tried, what came of it, and what fills somebody's week."""

from outcomes.check_ins.models import (
    ActivityChange,
    ActivityKind,
    AttemptOutcome,
    Channel,
    Reason,
    Wellbeing,
)

CHANNELS: dict[Channel, str] = {
    Channel.CALL: "Check-in",
    Channel.VISIT: "Visit",
}
ATTEMPT_OUTCOMES: dict[AttemptOutcome, str] = {
    AttemptOutcome.REACHED: "Reached",
    AttemptOutcome.THIRD_PARTY: "Somebody else answered",
    AttemptOutcome.NO_ANSWER: "No answer",
}
REASONS: dict[Reason, str] = {
    Reason.NO_REPLY: "Rang, no reply",
    Reason.VOICEMAIL: "Voicemail",
    Reason.PHONE_OFF: "Phone off",
    Reason.AT_WORK: "At work",
    Reason.IN_EDUCATION: "In education",
    Reason.ASKED_TO_CALL_BACK: "Asked to call back",
    Reason.NOT_SAFE_TO_TALK: "Not safe to talk",
    Reason.NUMBER_NOT_IN_USE: "Number not in use",
    Reason.NOT_KNOWN: "Not known",
}
"""In the order of the form: the likeliest first."""

WELLBEING: dict[Wellbeing, str] = {
    Wellbeing.FINE: "Fine",
    Wellbeing.MIXED: "Mixed",
    Wellbeing.NOT_GOOD: "Not good",
}
ACTIVITIES: dict[ActivityKind, str] = {
    ActivityKind.WORK: "Work",
    ActivityKind.EDUCATION: "Education",
    ActivityKind.TRAINING: "Training",
    ActivityKind.VOLUNTEERING: "Volunteering",
}
ACTIVITY_CHANGES: dict[ActivityChange, str] = {
    ActivityChange.STARTED: "Started",
    ActivityChange.STOPPED: "Stopped",
}
