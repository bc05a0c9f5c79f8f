"""Safe hours as a form asks for them, and back (pure).

`when` says how: `always`, `daily` (one window, the same every day) or `weekly`. A window is two wall
times, `daily.from` and `daily.until`, or `monday.0.from` and so on; 00:00 as an end is midnight.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import count, takewhile

from outcomes.errors import FieldProblem, Invalid
from outcomes.platform.calendar import DAY_MINUTES, DayHours, SafeHours
from outcomes.platform.web.pages.forms import Form
from outcomes.survivors.choices import WEEKDAYS

FIELDS = frozenset({"when", "daily", *WEEKDAYS})
"""The names, before their dots, of what belongs to the hours."""

_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


def read_hours(form: Form) -> SafeHours:
    """The hours that the form says are safe.

    Raises:
        Invalid: nothing was chosen, or a window does not begin before it ends.
    """
    problems: list[FieldProblem] = []
    match form.value("when"):
        case "always":
            return SafeHours.every_day()
        case "daily":
            days = [list(_windows(form, "daily", ("daily",), problems))] * len(WEEKDAYS)
        case "weekly":
            days = [list(_windows(form, day, _names(form, day), problems)) for day in WEEKDAYS]
        case _:
            raise Invalid.field("when", "Choose when it is safe.")
    if not problems and not any(days):
        problems.append(FieldProblem("when", "Enter at least one time when it is safe."))
    if problems:
        raise Invalid(*problems)
    return SafeHours(*(tuple(day) for day in days))


def hours_fields(hours: SafeHours) -> dict[str, str]:
    """The form fields of `hours`."""
    if hours == SafeHours.every_day():
        return {"when": "always"}
    first = hours.by_weekday[0]
    if len(first) == 1 and all(day == first for day in hours.by_weekday):
        return {"when": "daily", **_window_fields("daily", first[0])}
    fields = {"when": "weekly"}
    for name, day in zip(WEEKDAYS, hours.by_weekday, strict=True):
        for number, window in enumerate(day):
            fields |= _window_fields(f"{name}.{number}", window)
    return fields


def window_count(form: Form, day: str) -> int:
    """How many windows of a weekday to offer: two, or as many as there are."""
    return max(2, _sent(form, day))


def _windows(
    form: Form, day: str, names: Sequence[str], problems: list[FieldProblem]
) -> Iterator[DayHours]:
    """The windows of one day in order; what is wrong is added to `problems`."""
    until = 0
    for name in names:
        typed = form.value(f"{name}.from").strip(), form.value(f"{name}.until").strip()
        if not any(typed):
            continue
        opens, closes = map(_minute, typed)
        closes = closes or DAY_MINUTES if closes is not None else None
        if opens is None or closes is None or opens >= closes:
            problems.append(
                FieldProblem(
                    name, f"Enter a start and a later end{_on(day)}, such as 09:00 and 17:00."
                )
            )
        elif opens < until:
            problems.append(FieldProblem(name, f"Enter the later time second{_on(day)}."))
        else:
            until = closes
            yield DayHours(opens, closes)


def _names(form: Form, day: str) -> list[str]:
    return [f"{day}.{number}" for number in range(_sent(form, day))]


def _sent(form: Form, day: str) -> int:
    return sum(1 for _ in takewhile(lambda n: f"{day}.{n}.from" in form.fields, count()))


def _minute(typed: str) -> int | None:
    """The minute of the day; None for what is no time."""
    found = _TIME.fullmatch(typed)
    return int(found[1]) * 60 + int(found[2]) if found else None


def _window_fields(name: str, window: DayHours) -> dict[str, str]:
    return {f"{name}.from": _time(window.opens), f"{name}.until": _time(window.closes)}


def _time(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def _on(day: str) -> str:
    return "" if day == "daily" else f" for {day.title()}"
