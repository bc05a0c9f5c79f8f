"""What codes and answers are called on the timeline."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from outcomes.assessments.instruments import shipped_instruments
from outcomes.casework.models import Entry, EntryKind
from outcomes.casework.presentation import shown
from outcomes.disengagement.models import DEFAULT_LADDER


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
    entry = Entry(
        kind=EntryKind.REPLY,
        id=uuid4(),
        at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        whole_day=False,
        recorded_by=None,
        code="answer",
        how=None,
        reason=None,
        score=None,
        text={"body": body},
    )
    line = shown(entry, DEFAULT_LADDER, shipped_instruments())
    assert (line.title, line.lines) == (title, lines)
