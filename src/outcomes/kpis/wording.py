"""The texts for figures, on pages and in exports."""

from outcomes.kpis.labels import COUNTS, MARKS
from outcomes.kpis.models import Cell, DisplayRow, Kpi, Mark, Period, Shows, Table, View

INTERNAL_NOTES = (
    "These are exact figures for inside the organisation. They must not be passed on: "
    "create an external export for anybody else.",
    "Periods begin at 00:00 on the first day and end just before 00:00 on the day after the last "
    "day, in the time of London.",
    "No data is never shown as 0.",
)

EXTERNAL_NOTES = (
    "A count of people from 0 to 9 is shown as <10. Zero is included, because a zero also tells "
    "something about a group.",
    "Every other count of people, and every count of events such as calls, is rounded to the "
    "nearest 5. Whole numbers are never half way between two multiples of 5, so there are no ties. "
    "Rounded figures may not add up to rounded totals.",
    "A percentage is worked out from the rounded counts, and only when 20 or more people or events "
    "stand behind it; a mean is shown only for 20 people or more. Otherwise [c] is shown.",
    "Where a total stands beside hidden rows, more rows are hidden, so that a hidden row could "
    "still be any number from 0 to 9.",
    "A count of categories, such as nationalities, is shown without a breakdown when any category "
    "has fewer than 10 people.",
    "Periods begin at 00:00 on the first day and end just before 00:00 on the day after the last "
    "day, in the time of London.",
    "No data is never shown as 0.",
)


def notes(view: View) -> tuple[str, ...]:
    """The rules under which figures are shown, as notes; `[note 1]` is the first."""
    return INTERNAL_NOTES if view is View.INTERNAL else EXTERNAL_NOTES


def note_marks(view: View) -> str:
    """References to all notes of a view: `[note 1], [note 2]`."""
    return ", ".join(f"[note {n}]" for n in range(1, len(notes(view)) + 1))


def period_words(period: Period) -> str:
    """`1 January 2017 to 30 June 2017, both days included`."""
    first, last = (f"{day.day} {day:%B %Y}" for day in (period.first, period.last))
    return f"{first} to {last}, both days included"


def row_words(table: Table, row: DisplayRow) -> str:
    """The name of a row; `All` for the whole."""
    return "All" if row.category is None else table.names.get(row.category, row.category)


def columns(kpi: Kpi) -> tuple[tuple[str, str], ...]:
    """The columns that a KPI's table has: (name in `DisplayRow`, heading)."""
    counted = COUNTS[kpi.counts]
    if kpi.shows is Shows.SHARE:
        return (("number", counted), ("out_of", "Out of"), ("share", "Percentage"))
    if kpi.shows is Shows.MEAN:
        return (("mean", "Mean"), ("out_of", counted))
    return (("number", "Number"),)


def cell_words(cell: Cell, *, percent: bool = False) -> str:
    """A cell as a page shows it, thousands separated, a percentage with its sign."""
    if isinstance(cell, Mark):
        return MARKS[cell]
    return f"{cell:,}%" if percent else f"{cell:,}"
