"""What codes and answers are called on the timeline."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from outcomes.assessments.instruments import shipped_instruments
from outcomes.casework.models import Entry, EntryKind, Reason, ReasonKind, Urgency
from outcomes.casework.presentation import reason_tags, timeline_item
from outcomes.disengagement.rules import DEFAULT_LADDER


@pytest.mark.parametrize(
    ("body", "title", "lines"),
    [
        ("1", "Answered our text: fine", ()),
        (" ٣ ", "Answered our text: please call", ()),
        ("②", "Answered our text: not so good", ()),
        ("7", "Answered our text", ("7",)),
    ],
)
def test_an_answer_is_told_in_words(body: str, title: str, lines: tuple[str, ...]) -> None:
    entry = _entry(EntryKind.REPLY, "answer", text={"body": body})
    line = timeline_item(entry, DEFAULT_LADDER, shipped_instruments())
    assert (line.title, line.lines) == (title, lines)


@pytest.mark.parametrize(
    ("how", "score", "line"),
    [
        ("six-domains 1.0", "3.2", "overall 3.20 of 4"),
        ("six-domains 1.0", None, "not enough answers"),
        ("not-installed 1.0", "3.2", "overall 3.20"),
    ],
)
def test_a_score_is_out_of_its_own_scale(how: str, score: str | None, line: str) -> None:
    entry = _entry(
        EntryKind.OUTCOMES, "follow_up", how=how, score=Decimal(score) if score else None
    )
    found = timeline_item(entry, DEFAULT_LADDER, shipped_instruments())
    assert (found.title, found.lines) == ("Outcomes assessed: follow-up after exit", (line,))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((19, 12, 5), "3 calls overdue, oldest 19 days"),
        ((2, 1), "2 calls overdue, oldest 2 days"),
        ((1,), "Call 1 day overdue"),
        ((0,), "Call due earlier today"),
    ],
)
def test_overdue_contacts_of_one_series_are_one_tag(days: tuple[int, ...], words: str) -> None:
    today = date(2026, 11, 25)
    reasons = [_overdue_call(date(2026, 11, 25 - ago)) for ago in days]
    assert [tag.words for tag in reason_tags(reasons, today, DEFAULT_LADDER)] == [words]


def _overdue_call(on: date) -> Reason:
    due_at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    return Reason(ReasonKind.PLANNED, Urgency.OVERDUE, "call", uuid4(), None, due_at, on)


def _entry(
    kind: EntryKind,
    code: str,
    *,
    how: str | None = None,
    score: Decimal | None = None,
    text: dict[str, str] | None = None,
) -> Entry:
    return Entry(
        kind=kind,
        id=uuid4(),
        at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        whole_day=False,
        recorded_by=None,
        code=code,
        how=how,
        reason=None,
        score=score,
        text=text or {},
    )
