"""For each type of JSON body that the API takes: one that succeeds."""

from typing import Any
from uuid import UUID

_DAY = "2026-01-05"
_SAFETY = {"how": "Spoken to", "by_whom": "Their worker", "ascertained_on": _DAY}
_RIGHT: dict[str, dict[str, Any]] = {
    "NewSurvivor": {
        "name": "Practice Person",
        "language": "en",
        "adult": True,
        "told_not_emergency_line": True,
    },
    "NewConsent": {"purpose": "sharing", "decision": "given"},
    "SafeContactProfile": {"hours": {"monday": [{"opens": 540, "closes": 1020}]}},
    "NewPathway": {},
    "ExitDate": {"exit_on": "2026-01-10", "version": 1},
    "NewNeedsAssessment": {
        "instrument": "needs-eight",
        "version": "1.0",
        "assessed_on": _DAY,
        "areas": {"money": {"level": "low"}},
    },
    "NewOutcomeAssessment": {
        "instrument": "six-domains",
        "version": "1.0",
        "stage": "entry",
        "assessed_on": _DAY,
        "answers": {"rest": 3},
    },
    "NewReview": {"what_changed": "A new flat", "decision": "continue"},
    "NewCheckIn": {"wellbeing": "fine"},
    "NewAttempt": {"reason": "at_work"},
    "NewActivity": {"kind": "work", "change": "started", "happened_on": _DAY},
    "DropInAttended": {"attended_on": _DAY},
    "NewFlag": {"note": "Low"},
    "FlagResolution": {"resolution": "busy", **_SAFETY},
    "NewExport": {
        "view": "external",
        "format": "csv",
        "first_day": "2026-01-01",
        "last_day": "2026-03-31",
        "purpose": "Board",
    },
}


def right_body(kind: type, survivor_id: UUID) -> dict[str, Any]:
    """A body of this type that nobody would refuse. Raises KeyError for a type that is new here."""
    named = {"survivor_id": str(survivor_id)} if kind.__name__ == "DropInAttended" else {}
    return {**_RIGHT[kind.__name__], **named}
