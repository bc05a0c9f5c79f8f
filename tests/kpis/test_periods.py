"""Periods, against dates written down by hand."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.errors import Invalid
from outcomes.kpis.figures.periods import Preset, before, check_period, preset, today_in_london
from outcomes.kpis.models import Period, View


@pytest.mark.parametrize(
    ("name", "today", "first", "last"),
    [
        (Preset.LAST_MONTH, date(2026, 11, 22), date(2026, 10, 1), date(2026, 10, 31)),
        (Preset.LAST_MONTH, date(2027, 1, 1), date(2026, 12, 1), date(2026, 12, 31)),
        (Preset.THREE_MONTHS, date(2027, 2, 28), date(2026, 11, 1), date(2027, 1, 31)),
        (Preset.SIX_MONTHS, date(2017, 7, 3), date(2017, 1, 1), date(2017, 6, 30)),
        (Preset.TWELVE_MONTHS, date(2024, 3, 1), date(2023, 3, 1), date(2024, 2, 29)),
        (Preset.SO_FAR, date(2026, 11, 22), date(2026, 8, 25), date(2026, 11, 22)),
    ],
)
def test_periods_by_name(name: Preset, today: date, first: date, last: date) -> None:
    period = preset(name, today)
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        ((date(2017, 1, 1), date(2017, 6, 30)), (date(2016, 7, 1), date(2016, 12, 31))),
        ((date(2024, 3, 1), date(2024, 3, 31)), (date(2024, 2, 1), date(2024, 2, 29))),
        ((date(2026, 11, 10), date(2026, 11, 16)), (date(2026, 11, 3), date(2026, 11, 9))),
    ],
)
def test_the_period_before(period: tuple[date, date], earlier: tuple[date, date]) -> None:
    found = before(Period.days(*period))
    assert (found.first, found.last) == earlier


def test_today_is_londons() -> None:
    assert today_in_london(datetime(2017, 6, 30, 23, 0, tzinfo=UTC)) == date(2017, 7, 1)
    assert today_in_london(datetime(2017, 12, 31, 23, 59, tzinfo=UTC)) == date(2017, 12, 31)


@given(today=st.dates(date(2002, 1, 1), date(2100, 1, 1)), name=st.sampled_from(Preset))
def test_every_named_period_may_be_seen_inside_and_whole_months_outside(
    today: date, name: Preset
) -> None:
    period = preset(name, today)
    check_period(period, View.INTERNAL, today)
    if name is not Preset.SO_FAR:
        check_period(period, View.EXTERNAL, today)
        assert period.last < today


def test_a_month_that_is_not_over_is_for_inside() -> None:
    period = Period.days(date(2026, 11, 1), date(2026, 11, 30))
    for view in View:
        with pytest.raises(Invalid):
            check_period(period, view, date(2026, 11, 29))


def test_a_period_has_at_least_a_day() -> None:
    with pytest.raises(Invalid):
        Period.days(date(2017, 6, 30), date(2017, 6, 29))
    assert Period.days(date(2017, 6, 30), date(2017, 6, 30)).last == date(2017, 6, 30)
