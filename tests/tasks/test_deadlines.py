"""By when somebody has to act; every expected instant counted by hand on a calendar."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.platform.calendar import UkPart
from outcomes.tasks.deadlines import deadline
from outcomes.tasks.models import TASK_RULES, TaskKind, TaskRule

LONDON = ZoneInfo("Europe/London")
TWO_HOURS = TaskRule(timedelta(hours=2), working_hours=True, alerts=False)
A_DAY = TaskRule(timedelta(hours=8), working_hours=True, alerts=False)
QUARTER = TaskRule(timedelta(minutes=15), working_hours=False, alerts=True)


def london(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("rule", "raised", "due"),
    [
        # Tuesday 24 November 2026, inside working hours
        (TWO_HOURS, london(24, 10), london(24, 12)),
        (TWO_HOURS, london(24, 15), london(24, 17)),
        # over the evening: one hour today, one tomorrow
        (TWO_HOURS, london(24, 16), london(25, 10)),
        # before opening, and after closing
        (TWO_HOURS, london(24, 3), london(24, 11)),
        (TWO_HOURS, london(24, 17), london(25, 11)),
        (TWO_HOURS, london(24, 23, 59), london(25, 11)),
        # Friday afternoon: half an hour, then Monday
        (TWO_HOURS, london(27, 16, 30), london(30, 10, 30)),
        # Saturday and Sunday
        (TWO_HOURS, london(28, 12), london(30, 11)),
        (TWO_HOURS, london(29, 3), london(30, 11)),
        # a whole working day from Tuesday 13:00
        (A_DAY, london(24, 13), london(25, 13)),
        # Thursday 24 December 16:00; 25 is a holiday, 26 Boxing Day moved to Monday 28; Tuesday 29
        (TWO_HOURS, london(24, 16, month=12), london(29, 10, month=12)),
        # duress waits for nobody's working hours
        (QUARTER, london(29, 3), london(29, 3, 15)),
    ],
)
def test_deadlines_on_a_calendar(rule: TaskRule, raised: datetime, due: datetime) -> None:
    assert deadline(rule, UkPart.ENGLAND, raised.astimezone(UTC)) == due


def test_working_hours_follow_the_wall_clock_in_summer() -> None:
    """Monday 29 June 2026 at 15:30 UTC is 16:30 in London."""
    raised = datetime(2026, 6, 29, 15, 30, tzinfo=UTC)

    assert deadline(TWO_HOURS, UkPart.ENGLAND, raised) == london(30, 10, 30, month=6)


def test_a_part_of_the_kingdom_keeps_its_own_holidays() -> None:
    """Monday 30 November 2026 is Saint Andrew's Day: a holiday in Scotland only."""
    raised = london(27, 16, 30).astimezone(UTC)

    assert deadline(TWO_HOURS, UkPart.SCOTLAND, raised) == datetime(
        2026, 12, 1, 10, 30, tzinfo=LONDON
    )


def test_what_a_survivor_waits_for_has_the_deadlines_that_the_docs_promise() -> None:
    assert TASK_RULES[TaskKind.DURESS] == TaskRule(
        timedelta(minutes=15), working_hours=False, alerts=True
    )
    for kind in (TaskKind.ASKED_FOR_CALL, TaskKind.UNREAD_REPLY, TaskKind.URGENT_NEED):
        assert TASK_RULES[kind] == TaskRule(timedelta(hours=2), working_hours=True, alerts=True)
    assert set(TASK_RULES) == set(TaskKind)


@given(st.integers(0, 3 * 365 * 24 * 60), st.integers(1, 40 * 60))
def test_a_deadline_is_in_working_hours_and_never_early(after: int, minutes: int) -> None:
    raised = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=after)
    rule = TaskRule(timedelta(minutes=minutes), working_hours=True, alerts=False)

    due = deadline(rule, UkPart.ENGLAND, raised).astimezone(LONDON)

    assert due >= raised + rule.within
    assert due.weekday() < 5
    assert 9 <= due.hour <= 17
