"""The words for what is planned, and for what a review decides."""

from outcomes.pathways.models import CancelReason, Moved, PlannedState, ReviewDecision
from outcomes.pathways.schedule.cadence import FollowUpStage, Series

SERIES: dict[Series, str] = {
    Series.CALL: "Call",
    Series.REVIEW: "Review",
    Series.FOLLOW_UP: "Follow-up",
    Series.PROMPT: "Text",
}
STAGES: dict[FollowUpStage, str] = {
    FollowUpStage.EXIT: "At exit",
    FollowUpStage.SIX_MONTHS: "6 months after exit",
    FollowUpStage.TWELVE_MONTHS: "12 months after exit",
    FollowUpStage.EIGHTEEN_MONTHS: "18 months after exit",
    FollowUpStage.TWENTY_FOUR_MONTHS: "24 months after exit",
}
PLANNED_STATES: dict[PlannedState, str] = {
    PlannedState.PLANNED: "Planned",
    PlannedState.DONE: "Done",
    PlannedState.SUPERSEDED: "Replaced by a later one",
    PlannedState.CANCELLED: "Cancelled",
}
CANCEL_REASONS: dict[CancelReason, str] = {
    CancelReason.AFTER_THE_END: "After the end of follow-up",
}
MOVED: dict[Moved, str] = {
    Moved.WEEKEND: "weekend",
    Moved.BANK_HOLIDAY: "bank holiday",
    Moved.NO_SAFE_HOURS: "no safe hours on that day",
}
DECISIONS: dict[ReviewDecision, str] = {
    ReviewDecision.CONTINUE: "Continue",
    ReviewDecision.STEP_DOWN: "Step down",
    ReviewDecision.MOVE_ON: "Move on",
    ReviewDecision.EXIT: "Exit",
}
DECISION_HINTS: dict[ReviewDecision, str] = {
    ReviewDecision.CONTINUE: "The same contact as now",
    ReviewDecision.STEP_DOWN: "Less contact from here on",
    ReviewDecision.MOVE_ON: "Another service takes over, or they no longer need us",
    ReviewDecision.EXIT: "Government-funded support ends; follow-up continues for two years",
}
