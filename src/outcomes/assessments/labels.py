"""The words for assessments that no instrument brings: levels and scales are worded in its file."""

from outcomes.assessments.models import AssessmentStage, Improvement, TimeUnit

STAGES: dict[AssessmentStage, str] = {
    AssessmentStage.ENTRY: "Entry",
    AssessmentStage.REVIEW: "Review",
    AssessmentStage.EXIT: "Exit",
    AssessmentStage.FOLLOW_UP: "Follow-up after exit",
}
IMPROVEMENTS: dict[Improvement, str] = {
    Improvement.NONE: "not measurable",
    Improvement.MEASURABLE: "measurable",
    Improvement.SUBSTANTIAL: "substantial",
}
TIME_UNITS: dict[TimeUnit, str] = {
    TimeUnit.WORKING_HOURS: "working hours",
    TimeUnit.WORKING_DAYS: "working days",
}
NOT_APPLICABLE = "Does not apply"
NOT_ASSESSED = "not assessed"
