"""Safe hours typed into a form and back; nothing gets wider than what was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.errors import Invalid
from outcomes.platform.calendar import DayHours, SafeHours
from outcomes.platform.web.pages.forms import Form
from outcomes.survivors.choices import WEEKDAYS
from outcomes.survivors.safe_contact.hours_form import hours_fields, read_hours, window_count


def typed(**fields: str) -> Form:
    return Form({name.replace("__", "."): (value,) for name, value in fields.items()})


def test_any_time_is_all_seven_days_round() -> None:
    hours = read_hours(typed(when="always"))

    assert [day[0].closes - day[0].opens for day in hours.by_weekday] == [1440] * 7


def test_the_same_hours_every_day() -> None:
    hours = read_hours(typed(when="daily", daily__from="09:30", daily__until="17:00"))

    assert hours.by_weekday == ((DayHours(570, 1020),),) * 7


def test_midnight_as_an_end_is_the_end_of_the_day() -> None:
    hours = read_hours(typed(when="daily", daily__from="18:00", daily__until="00:00"))

    assert hours.monday == (DayHours(1080, 1440),)


def test_a_day_left_empty_is_never_safe() -> None:
    form = typed(
        when="weekly",
        tuesday__0__from="10:00",
        tuesday__0__until="12:00",
        tuesday__1__from="18:00",
        tuesday__1__until="20:15",
        monday__0__from="",
        monday__0__until="",
    )

    hours = read_hours(form)

    assert hours.tuesday == (DayHours(600, 720), DayHours(1080, 1215))
    assert hours.weekdays == {1}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, "when"),
        ({"when": "sometimes"}, "when"),
        ({"when": "daily"}, "when"),
        ({"when": "weekly"}, "when"),
        ({"when": "daily", "daily__from": "17:00", "daily__until": "09:00"}, "daily"),
        ({"when": "daily", "daily__from": "09:00", "daily__until": "09:00"}, "daily"),
        ({"when": "daily", "daily__from": "09:00"}, "daily"),
        ({"when": "daily", "daily__until": "09:00"}, "daily"),
        ({"when": "daily", "daily__from": "25:00", "daily__until": "26:00"}, "daily"),
        ({"when": "daily", "daily__from": "nine", "daily__until": "17:00"}, "daily"),
        (
            {
                "when": "weekly",
                "friday__0__from": "12:00",
                "friday__0__until": "14:00",
                "friday__1__from": "13:00",
                "friday__1__until": "15:00",
            },
            "friday.1",
        ),
    ],
)
def test_what_cannot_be_hours_is_refused_beside_its_field(
    fields: dict[str, str], where: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read_hours(typed(**fields))

    assert [problem.field for problem in refused.value.problems] == [where]


def test_what_another_choice_left_behind_does_not_count() -> None:
    form = typed(
        when="daily",
        daily__from="09:00",
        daily__until="10:00",
        sunday__0__from="00:00",
        sunday__0__until="00:00",
    )

    assert read_hours(form).sunday == (DayHours(540, 600),)


def _days(edges: list[int]) -> tuple[DayHours, ...]:
    ordered = sorted(edges)
    pairs = zip(ordered[::2], ordered[1::2], strict=False)
    return tuple(DayHours(opens, closes) for opens, closes in pairs)


DAY = st.lists(st.integers(0, 1440), max_size=8, unique=True).map(_days)


@given(st.tuples(*[DAY] * 7).filter(any))
def test_what_a_profile_says_comes_back_from_its_form(
    week: tuple[tuple[DayHours, ...], ...],
) -> None:
    hours = SafeHours(*week)
    form = Form.of(**hours_fields(hours))

    assert read_hours(form) == hours
    assert all(
        window_count(form, day) >= len(windows)
        for day, windows in zip(WEEKDAYS, week, strict=True)
        if form.value("when") == "weekly"
    )
