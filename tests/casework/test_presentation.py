"""What codes and answers are called on the timeline."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from outcomes.assessments.instruments import shipped_instruments
from outcomes.casework.models import Entry, EntryKind
from outcomes.casework.presentation import timeline_item
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
