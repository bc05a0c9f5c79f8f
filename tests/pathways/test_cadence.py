"""Whole schedules as literal dates, checked against a printed calendar; nothing here computes one.

England's bank holidays from gov.uk's rules: 25 December 2026 (Friday), 28 December (substitute for
Boxing Day), 1 January 2027 (Friday), Good Friday 26 March, Easter Monday 29 March, 3 and 31 May,
30 August, 27 and 28 December 2027 (substitutes), 3 January 2028 (substitute).
"""

from datetime import date
from functools import partial
from typing import Any

import pytest

from outcomes.pathways.schedule.cadence import (
    Cadence,
    FollowUpStage,
    Occurrence,
    Series,
    follow_ups,
    plan,
)
from outcomes.platform.calendar import UkPart, is_working_day

ENGLAND = partial(is_working_day, UkPart.ENGLAND)
EVERY_DAY = frozenset(range(7))
EXIT = date(2026, 1, 10)


def held(schedule: list[Occurrence], series: Series) -> list[str]:
    """`planned` where the contact stays, `planned > held` where it moves, as the tables have it."""
    return [
        f"{item.planned_on}" + (f" > {item.held_on}" if item.held_on != item.planned_on else "")
        for item in schedule
        if item.series is series
    ]


def planned(anchor_on: date, exit_on: date | None, today: date | None = None) -> list[Occurrence]:
    return plan(anchor_on, exit_on, Cadence(), ENGLAND, EVERY_DAY, today or anchor_on)


class TestFirstPerson:
    """London, exit Saturday 10 January 2026, anchor Friday 20 November 2026."""

    schedule = planned(date(2026, 11, 20), EXIT)

    def test_29_calls(self) -> None:
        assert held(self.schedule, Series.CALL) == [
            "2026-12-04",
            "2026-12-18",
            "2027-01-01 > 2027-01-04",
            "2027-01-15",
            "2027-01-29",
            "2027-02-12",
            "2027-02-26",
            "2027-03-12",
            "2027-03-26 > 2027-03-30",
            "2027-04-09",
            "2027-04-23",
            "2027-05-07",
            "2027-05-21",
            "2027-06-04",
            "2027-06-18",
            "2027-07-02",
            "2027-07-16",
            "2027-07-30",
            "2027-08-13",
            "2027-08-27",
            "2027-09-10",
            "2027-09-24",
            "2027-10-08",
            "2027-10-22",
            "2027-11-05",
            "2027-11-19",
            "2027-12-03",
            "2027-12-17",
            "2027-12-31",
        ]

    def test_13_reviews(self) -> None:
        assert held(self.schedule, Series.REVIEW) == [
            "2026-12-20 > 2026-12-21",
            "2027-01-20",
            "2027-02-20 > 2027-02-22",
            "2027-03-20 > 2027-03-22",
            "2027-04-20",
            "2027-05-20",
            "2027-06-20 > 2027-06-21",
            "2027-07-20",
            "2027-08-20",
            "2027-09-20",
            "2027-10-20",
            "2027-11-20 > 2027-11-22",
            "2027-12-20",
        ]

    def test_29_prompts(self) -> None:
        assert held(self.schedule, Series.PROMPT) == [
            "2026-11-27",
            "2026-12-11",
            "2026-12-25 > 2026-12-29",
            "2027-01-08",
            "2027-01-22",
            "2027-02-05",
            "2027-02-19",
            "2027-03-05",
            "2027-03-19",
            "2027-04-02",
            "2027-04-16",
            "2027-04-30",
            "2027-05-14",
            "2027-05-28",
            "2027-06-11",
            "2027-06-25",
            "2027-07-09",
            "2027-07-23",
            "2027-08-06",
            "2027-08-20",
            "2027-09-03",
            "2027-09-17",
            "2027-10-01",
            "2027-10-15",
            "2027-10-29",
            "2027-11-12",
            "2027-11-26",
            "2027-12-10",
            "2027-12-24",
        ]

    def test_follow_ups(self) -> None:
        assert held(self.schedule, Series.FOLLOW_UP) == [
            "2027-01-10 > 2027-01-11",
            "2027-07-10 > 2027-07-12",
            "2028-01-10",
        ]
        assert [item.stage for item in self.schedule if item.stage] == [
            FollowUpStage.TWELVE_MONTHS,
            FollowUpStage.EIGHTEEN_MONTHS,
            FollowUpStage.TWENTY_FOUR_MONTHS,
        ]

    def test_points_before_enrolment_are_not_due(self) -> None:
        points = follow_ups(date(2026, 11, 20), EXIT, Cadence(), ENGLAND, EVERY_DAY)
        assert [(point.stage, point.planned_on, point.occurrence is None) for point in points] == [
            (FollowUpStage.EXIT, date(2026, 1, 10), True),
            (FollowUpStage.SIX_MONTHS, date(2026, 7, 10), True),
            (FollowUpStage.TWELVE_MONTHS, date(2027, 1, 10), False),
            (FollowUpStage.EIGHTEEN_MONTHS, date(2027, 7, 10), False),
            (FollowUpStage.TWENTY_FOUR_MONTHS, date(2028, 1, 10), False),
        ]

    def test_nothing_else_and_nothing_later(self) -> None:
        assert len(self.schedule) == 29 + 13 + 29 + 3
        assert self.schedule[-1].held_on == date(2028, 1, 10)
        assert max(item.held_on for item in self.schedule) == date(2028, 1, 10)


class TestSecondPerson:
    """The same exit, anchor Friday 11 December 2026."""

    schedule = planned(date(2026, 12, 11), EXIT)

    def test_28_calls(self) -> None:
        assert held(self.schedule, Series.CALL) == [
            "2026-12-25 > 2026-12-29",
            "2027-01-08",
            "2027-01-22",
            "2027-02-05",
            "2027-02-19",
            "2027-03-05",
            "2027-03-19",
            "2027-04-02",
            "2027-04-16",
            "2027-04-30",
            "2027-05-14",
            "2027-05-28",
            "2027-06-11",
            "2027-06-25",
            "2027-07-09",
            "2027-07-23",
            "2027-08-06",
            "2027-08-20",
            "2027-09-03",
            "2027-09-17",
            "2027-10-01",
            "2027-10-15",
            "2027-10-29",
            "2027-11-12",
            "2027-11-26",
            "2027-12-10",
            "2027-12-24",
            "2028-01-07",
        ]

    def test_12_reviews_one_on_the_day_of_a_call(self) -> None:
        assert held(self.schedule, Series.REVIEW) == [
            "2027-01-11",
            "2027-02-11",
            "2027-03-11",
            "2027-04-11 > 2027-04-12",
            "2027-05-11",
            "2027-06-11",
            "2027-07-11 > 2027-07-12",
            "2027-08-11",
            "2027-09-11 > 2027-09-13",
            "2027-10-11",
            "2027-11-11",
            "2027-12-11 > 2027-12-13",
        ]

    def test_28_prompts(self) -> None:
        assert held(self.schedule, Series.PROMPT) == [
            "2026-12-18",
            "2027-01-01 > 2027-01-04",
            "2027-01-15",
            "2027-01-29",
            "2027-02-12",
            "2027-02-26",
            "2027-03-12",
            "2027-03-26 > 2027-03-30",
            "2027-04-09",
            "2027-04-23",
            "2027-05-07",
            "2027-05-21",
            "2027-06-04",
            "2027-06-18",
            "2027-07-02",
            "2027-07-16",
            "2027-07-30",
            "2027-08-13",
            "2027-08-27",
            "2027-09-10",
            "2027-09-24",
            "2027-10-08",
            "2027-10-22",
            "2027-11-05",
            "2027-11-19",
            "2027-12-03",
            "2027-12-17",
            "2027-12-31",
        ]

    def test_follow_ups(self) -> None:
        assert held(self.schedule, Series.FOLLOW_UP) == [
            "2027-01-10 > 2027-01-11",
            "2027-07-10 > 2027-07-12",
            "2028-01-10",
        ]
        assert len(self.schedule) == 28 + 12 + 28 + 3


class TestThirdPerson:
    """No exit date, anchor and today Friday 11 December 2026: 90 days are to 10 March 2027."""

    def test_90_days(self) -> None:
        schedule = planned(date(2026, 12, 11), None)
        assert held(schedule, Series.CALL) == [
            "2026-12-25 > 2026-12-29",
            "2027-01-08",
            "2027-01-22",
            "2027-02-05",
            "2027-02-19",
            "2027-03-05",
        ]
        assert held(schedule, Series.PROMPT) == [
            "2026-12-18",
            "2027-01-01 > 2027-01-04",
            "2027-01-15",
            "2027-01-29",
            "2027-02-12",
            "2027-02-26",
        ]
        assert held(schedule, Series.REVIEW) == ["2027-01-11", "2027-02-11"]
        assert held(schedule, Series.FOLLOW_UP) == []

    def test_the_window_rolls_on(self) -> None:
        """A day later 11 March is inside; from 20 December on, so is Friday 19 March."""
        next_day = planned(date(2026, 12, 11), None, today=date(2026, 12, 12))
        assert held(next_day, Series.REVIEW) == ["2027-01-11", "2027-02-11", "2027-03-11"]
        assert len(held(next_day, Series.CALL)) == 6
        later = planned(date(2026, 12, 11), None, today=date(2026, 12, 20))
        assert held(later, Series.CALL)[6:] == ["2027-03-19"]
        assert held(later, Series.PROMPT)[6:] == ["2027-03-12"]

    def test_two_years_from_the_day_an_exit_date_is_entered(self) -> None:
        """Exit Monday 1 February 2027: to Thursday 1 February 2029, in place of the 90 days."""
        without = planned(date(2026, 12, 11), None)
        schedule = planned(date(2026, 12, 11), date(2027, 2, 1))
        assert set(without) < set(schedule)
        assert held(schedule, Series.FOLLOW_UP) == [
            "2027-02-01",
            "2027-08-01 > 2027-08-02",
            "2028-02-01",
            "2028-08-01",
            "2029-02-01",
        ]
        calls, reviews = held(schedule, Series.CALL), held(schedule, Series.REVIEW)
        assert (len(calls), calls[-1]) == (55, "2029-01-19")
        assert (len(reviews), reviews[-1]) == (25, "2029-01-11")
        assert held(schedule, Series.PROMPT)[-1] == "2029-01-12"


class TestTheEnd:
    """A moved contact never passes the end; it moves back instead."""

    def test_a_call_that_would_move_onto_the_end_date_moves_back(self) -> None:
        """End Monday 10 January 2028; the call of Saturday 8 January is held on Friday the 7th."""
        schedule = planned(date(2027, 12, 25), EXIT)
        assert held(schedule, Series.CALL) == ["2028-01-08 > 2028-01-07"]
        assert held(schedule, Series.PROMPT) == ["2028-01-01 > 2028-01-04"]
        assert held(schedule, Series.FOLLOW_UP) == ["2028-01-10"]

    def test_a_call_may_move_to_the_last_day_before_the_end(self) -> None:
        """End Tuesday 11 January 2028; the call of Saturday 8 January is held on Monday the 10th."""
        schedule = planned(date(2027, 12, 25), date(2026, 1, 11))
        assert held(schedule, Series.CALL) == ["2028-01-08 > 2028-01-10"]

    def test_a_contact_may_move_back_to_the_anchor_and_no_further(self) -> None:
        """End Saturday 10 January 2026: with the anchor on Friday it is held then; on Saturday,
        there is no day left."""
        on_friday = planned(date(2026, 1, 9), date(2024, 1, 10))
        assert held(on_friday, Series.FOLLOW_UP) == ["2026-01-10 > 2026-01-09"]
        on_saturday = planned(date(2026, 1, 10), date(2024, 1, 10))
        assert held(on_saturday, Series.FOLLOW_UP) == ["2026-01-10"]

    def test_a_follow_up_on_a_saturday_end_moves_back(self) -> None:
        """Exit 10 January 2024 ends on Saturday 10 January 2026; exit on the 9th, on Friday."""
        to_friday = planned(date(2026, 1, 1), date(2024, 1, 10))
        assert held(to_friday, Series.FOLLOW_UP) == ["2026-01-10 > 2026-01-09"]
        stays = planned(date(2026, 1, 1), date(2024, 1, 9))
        assert held(stays, Series.FOLLOW_UP) == ["2026-01-09"]

    def test_no_call_or_review_on_the_end_date_itself(self) -> None:
        """Anchor 10 December 2027 (Friday): a review would fall on the end, 10 January 2028."""
        schedule = planned(date(2027, 12, 10), EXIT)
        assert held(schedule, Series.REVIEW) == []
        assert held(schedule, Series.CALL) == ["2027-12-24", "2028-01-07"]
        on_the_end = planned(date(2027, 12, 27), EXIT)
        assert held(on_the_end, Series.CALL) == []

    def test_exit_longer_ago_than_two_years_plans_nothing(self) -> None:
        assert planned(date(2028, 1, 11), EXIT) == []


class TestMonths:
    def test_months_clamp_and_return_to_the_anchor_day(self) -> None:
        """From Saturday 31 January 2026, with an end on 10 January 2028 (weekdays by calendar)."""
        assert held(planned(date(2026, 1, 31), EXIT), Series.REVIEW)[:14] == [
            "2026-02-28 > 2026-03-02",
            "2026-03-31",
            "2026-04-30",
            "2026-05-31 > 2026-06-01",
            "2026-06-30",
            "2026-07-31",
            "2026-08-31 > 2026-09-01",
            "2026-09-30",
            "2026-10-31 > 2026-11-02",
            "2026-11-30",
            "2026-12-31",
            "2027-01-31 > 2027-02-01",
            "2027-02-28 > 2027-03-01",
            "2027-03-31",
        ]

    def test_leap_day_exit(self) -> None:
        """Exit 29 February 2024: 29 August, 28 February 2025, 29 August, 28 February 2026 (Sat)."""
        schedule = planned(date(2024, 2, 29), date(2024, 2, 29))
        assert held(schedule, Series.FOLLOW_UP) == [
            "2024-02-29",
            "2024-08-29",
            "2025-02-28",
            "2025-08-29",
            "2026-02-28 > 2026-02-27",
        ]


class TestAllowedWeekdays:
    def test_only_tuesdays_and_saturdays_are_safe(self) -> None:
        """Saturday is no working day, so each Friday's call waits for Tuesday."""
        schedule = plan(
            date(2026, 11, 20), EXIT, Cadence(), ENGLAND, frozenset({1, 5}), date(2026, 11, 20)
        )
        assert held(schedule, Series.CALL)[:4] == [
            "2026-12-04 > 2026-12-08",
            "2026-12-18 > 2026-12-22",
            "2027-01-01 > 2027-01-05",
            "2027-01-15 > 2027-01-19",
        ]

    def test_only_mondays_over_two_substitute_holidays(self) -> None:
        """27 December 2027 and 3 January 2028 are Mondays off; 10 January is the end: so back."""
        schedule = plan(
            date(2027, 12, 3), EXIT, Cadence(), ENGLAND, frozenset({0}), date(2027, 12, 3)
        )
        assert held(schedule, Series.CALL) == [
            "2027-12-17 > 2027-12-20",
            "2027-12-31 > 2027-12-20",
        ]

    @pytest.mark.parametrize("weekdays", [frozenset[int](), frozenset({6})])
    def test_with_no_day_left_contact_stays_where_it_was_planned(
        self, weekdays: frozenset[int]
    ) -> None:
        schedule = plan(date(2026, 11, 20), EXIT, Cadence(), ENGLAND, weekdays, date(2026, 11, 20))
        assert len(schedule) == 29 + 13 + 29 + 3
        assert all(item.held_on == item.planned_on for item in schedule)


@pytest.mark.parametrize(
    "wrong",
    [
        {"call_every_days": 0},
        {"review_every_months": 0},
        {"prompt_days_before_call": 14},
        {"prompt_days_before_call": -1},
        {"follow_up_months": (6, 0)},
        {"follow_up_months": (0, 7)},
    ],
)
def test_a_cadence_that_makes_no_sense_cannot_exist(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^(Enter|Send|Choose) "):
        Cadence(**wrong)
