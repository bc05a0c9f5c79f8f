"""Which rule of which KPI keeps which labelled rows of the City Hearts records out.

A test takes each rule away and sees the figure change.
"""

from msgspec import Struct


class Distractor(Struct, frozen=True):
    """Rows of `file` labelled `why` are kept out by `rule`, which weakened reads `without`."""

    file: str
    why: tuple[str, ...]
    code: str
    rule: str
    without: str = "true"

    def __str__(self) -> str:
        return f"{self.code}: {', '.join(self.why)}"


AFTER, BEFORE, LATE, LEFT = (
    "after the period",
    "before the period",
    "late enrolment",
    "left before the period",
)
IN_UTC = "greatest(:day_after::date::timestamp AT TIME ZONE 'UTC', :ends_at::timestamptz)"
"""Where a period of London's days would end by the days of UTC, in summer."""

ANY_INSTRUMENT = ":outcome_instrument::text IS NOT NULL"
ENROLLED = "p.enrolled_at < period.ends_at"
NOT_LEFT = "(p.ended_at IS NULL OR p.ended_at > period.starts_at)"
AT_END = "(p.ended_at IS NULL OR p.ended_at >= period.ends_at)"
FELL_DUE = "(c.closed_at IS NULL OR c.state = 'done' OR c.closed_at >= c.due_at)"
EARLIER = "(b.assessed_on, b.recorded_at) < (l.assessed_on, l.recorded_at)"
SAME_VERSION = "b.instrument_version = l.instrument_version"
REPLACED = "replaced before it fell due"
BETWEEN = "between the first and the last"
VERSION = "first under another version"
ONCE = "assessed once"


def bounds(file: str, code: str, column: str) -> list[Distractor]:
    """The two ends of a period of instants, and the zone in which they are meant."""
    return [
        Distractor(file, (BEFORE,), code, f"{column} >= period.starts_at"),
        Distractor(file, (AFTER,), code, f"{column} < period.ends_at"),
    ]


PEOPLE = [
    Distractor("survivors", (LATE,), "nationalities", ENROLLED),
    Distractor("survivors", (LEFT,), "nationalities", NOT_LEFT),
    Distractor(
        "survivors",
        ("never enrolled",),
        "nationalities",
        "s.id = p.survivor_id",
        "true",
    ),
    Distractor("enrolments", (LATE,), "survivors-supported", ENROLLED),
    Distractor("enrolments", (LATE,), "survivors-supported", ":ends_at::timestamptz", IN_UTC),
    Distractor("enrolments", (LEFT,), "survivors-supported", NOT_LEFT),
    Distractor(
        "enrolments", ("enrolled twice",), "survivors-supported", "SELECT DISTINCT", "SELECT"
    ),
    Distractor(
        "enrolments",
        ("left as the period ended: still enrolled at its end",),
        "active-at-end",
        "p.ended_at >= period.ends_at",
        "p.ended_at > period.ends_at",
    ),
    Distractor(
        "enrolments",
        ("left in the last second: not enrolled at the end",),
        "active-at-end",
        AT_END,
    ),
]

ATTEMPTS = [
    Distractor(
        "contact_attempts",
        ("a third party answered",),
        "call-pick-up",
        "a.outcome = 'reached'",
        "a.outcome <> 'no_answer'",
    ),
    *bounds("contact_attempts", "call-pick-up", "a.attempted_at"),
    Distractor(
        "contact_attempts",
        ("the first instant after",),
        "call-pick-up",
        "a.attempted_at < period.ends_at",
        "a.attempted_at <= period.ends_at",
    ),
    Distractor(
        "contact_attempts", ("1 July in London",), "call-pick-up", ":ends_at::timestamptz", IN_UTC
    ),
    Distractor(
        "contact_attempts",
        ("1 July in London",),
        "no-answer-reasons",
        ":ends_at::timestamptz",
        IN_UTC,
    ),
    Distractor("contact_attempts", ("not a call",), "call-pick-up", "a.channel = 'call'"),
    Distractor("contact_attempts", ("not a call",), "no-answer-reasons", "a.channel = 'call'"),
]

DROP_INS = [
    Distractor(
        "drop_ins",
        ("outside the period",),
        "regular-drop-ins",
        "d.attended_on >= period.first_day",
    ),
    Distractor(
        "drop_ins", ("outside the period",), "regular-drop-ins", "d.attended_on < period.day_after"
    ),
    Distractor(
        "drop_ins",
        ("second in one month",),
        "regular-drop-ins",
        "count(DISTINCT m.month) AS months\n    FROM period",
        "count(*) AS months\n    FROM period",
    ),
    Distractor(
        "drop_ins",
        ("before enrolment",),
        "regular-drop-ins",
        "own.enrolled_at < m.ends_at",
    ),
    Distractor(
        "drop_ins",
        ("after leaving",),
        "regular-drop-ins",
        "own.ended_at > m.starts_at",
    ),
    Distractor(
        "drop_ins",
        (LATE,),
        "regular-drop-ins",
        "p.enrolled_at < least(m.ends_at, period.ends_at)",
    ),
]

ACTIVITIES = [
    Distractor(
        "activities",
        ("second job start",),
        "started-work",
        "count(DISTINCT survivor_id) FROM started",
        "count(survivor_id) FROM started",
    ),
    Distractor("activities", (BEFORE,), "started-work", "a.happened_on >= period.first_day"),
    Distractor("activities", (AFTER,), "started-work", "a.happened_on < period.day_after"),
    Distractor("activities", (AFTER,), "active-at-end", "a.happened_on < period.day_after"),
    Distractor("activities", ("before enrolment",), "started-work", "s.enrolled_at < d.ends_at"),
    Distractor(
        "activities",
        ("after leaving",),
        "started-work",
        "(s.ended_at IS NULL OR s.ended_at >= d.starts_at)",
    ),
    Distractor("activities", (LATE,), "started-work", ENROLLED),
    Distractor("activities", (LEFT,), "started-work", NOT_LEFT),
    Distractor(
        "activities",
        ("never enrolled",),
        "started-work",
        "a.survivor_id = s.survivor_id",
    ),
    Distractor("activities", ("stopped again",), "active-at-end", "change = 'started'"),
    Distractor(
        "activities",
        ("stopped on the last day",),
        "active-at-end",
        "a.happened_on < period.day_after",
        "a.happened_on < period.day_after - 1",
    ),
]

PLANNED = [
    Distractor(
        "planned_contacts",
        ("cancelled when overdue: fell due",),
        "reach",
        " OR c.closed_at >= c.due_at",
        "",
    ),
    Distractor("planned_contacts", (REPLACED, "cancelled before it fell due"), "reach", FELL_DUE),
    Distractor("planned_contacts", (REPLACED,), "reviews-on-time", FELL_DUE),
    Distractor(
        "planned_contacts", ("cancelled before it fell due",), "follow-up-completeness", FELL_DUE
    ),
    *bounds("planned_contacts", "reach", "c.due_at"),
    *bounds("planned_contacts", "follow-up-completeness", "c.due_at"),
    Distractor("planned_contacts", (AFTER,), "reach", ":ends_at::timestamptz", IN_UTC),
    Distractor(
        "planned_contacts",
        ("its seventh day is 31 December",),
        "reviews-on-time",
        "c.held_on >= period.first_day - 7",
    ),
    Distractor(
        "planned_contacts",
        ("its seventh day is 1 July",),
        "reviews-on-time",
        "c.held_on < period.day_after - 7",
    ),
    Distractor("reviews", ("held late",), "reviews-on-time", "r.held_on <= c.held_on + 7"),
]

ASSESSMENTS = [
    Distractor(
        "outcome_assessments",
        (BETWEEN,),
        "outcome-latest",
        "s.assessed_on DESC",
        "s.assessed_on",
    ),
    Distractor(
        "outcome_assessments", (AFTER,), "outcome-change", "o.assessed_on < period.day_after"
    ),
    Distractor(
        "outcome_assessments", (AFTER,), "outcome-stable", "o.assessed_on < period.day_after"
    ),
    Distractor(
        "outcome_assessments", (BEFORE,), "outcome-change", "s.assessed_on >= period.first_day"
    ),
    Distractor(
        "outcome_assessments", (BEFORE,), "outcome-stable", "o.assessed_on >= period.first_day"
    ),
    Distractor("outcome_assessments", (ONCE,), "outcome-change", EARLIER),
    Distractor("outcome_assessments", (VERSION,), "outcome-substantial", SAME_VERSION),
    Distractor(
        "outcome_assessments",
        ("another instrument",),
        "outcome-measurable",
        "o.instrument_code = :outcome_instrument",
        ANY_INSTRUMENT,
    ),
    Distractor(
        "outcome_assessments",
        ("another instrument",),
        "outcome-stable",
        "o.instrument_code = :outcome_instrument",
        ANY_INSTRUMENT,
    ),
    Distractor(
        "needs_assessments", ("incomplete",), "needs-reduced", "n.overall_level <> 'incomplete'"
    ),
    Distractor(
        "needs_assessments", (BETWEEN,), "needs-reduced", "c.assessed_on DESC", "c.assessed_on"
    ),
    Distractor("needs_assessments", (AFTER,), "needs-reduced", "n.assessed_on < period.day_after"),
    Distractor(
        "needs_assessments", (BEFORE,), "needs-reduced", "c.assessed_on >= period.first_day"
    ),
    Distractor("needs_assessments", (ONCE,), "needs-reduced", EARLIER),
    Distractor("needs_assessments", (VERSION,), "needs-reduced", SAME_VERSION),
]

OTHERS = [
    *bounds("flags", "flags-raised", "f.raised_at"),
    *bounds("flags", "safety-ascertained", "f.raised_at"),
    Distractor("flags", (BEFORE,), "days-to-safety", "f.raised_at >= period.starts_at"),
    Distractor(
        "opt_outs",
        ("the same person again",),
        "opt-outs",
        "SELECT DISTINCT coalesce",
        "SELECT coalesce",
    ),
    Distractor(
        "opt_outs", ("not a choice, and not to be seen",), "opt-outs", "o.source <> 'duress'"
    ),
    *bounds("opt_outs", "opt-outs", "o.opted_out_at"),
    Distractor("opt_outs", (AFTER,), "opt-outs", ":ends_at::timestamptz", IN_UTC),
    *bounds("messages", "undeliverable-messages", "m.due_at"),
    Distractor(
        "messages",
        ("not known to have been given over",),
        "undeliverable-messages",
        "m.state IN ('accepted', 'delivered', 'undelivered', 'failed')",
    ),
    Distractor(
        "caseloads",
        ("handed over",),
        "caseload-per-worker",
        "(assigned.until_at IS NULL OR assigned.until_at >= period.ends_at)",
    ),
    Distractor("caseloads", (LATE,), "caseload-per-worker", ENROLLED),
    Distractor("caseloads", (LEFT,), "caseload-per-worker", AT_END),
]

DISTRACTORS = [*PEOPLE, *ATTEMPTS, *DROP_INS, *ACTIVITIES, *PLANNED, *ASSESSMENTS, *OTHERS]

COUNTED = {
    ("enrolments", "enrolled in the last second"),
    ("enrolments", "left in the first second"),
    ("contact_attempts", "first instant: counts"),
    ("contact_attempts", "last second: counts"),
    ("opt_outs", "from a number that nobody is matched to"),
}
"""Rows at an edge that count; they are part of the expected figures."""
