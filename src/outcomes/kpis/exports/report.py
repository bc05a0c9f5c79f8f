"""The content of an export, whichever its format."""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from outcomes.kpis.labels import COUNTS, MARK_MEANINGS, VIEW_RULES
from outcomes.kpis.models import DisplayRow, Mark, Period, Table, View
from outcomes.kpis.wording import columns, note_marks, notes, period_words

TITLE = "Outcomes: key performance indicators"
DEFINITION_HEADINGS = (
    "Worksheet",
    "Title",
    "Counts",
    "Numerator",
    "Denominator",
    "Rows",
    "Period",
    "When there is no data",
    "Source",
)


class Report(Struct, frozen=True):
    """`made_at` is UTC and shown in the time of London; `provider` and `purpose` are free text."""

    provider: str
    purpose: str
    period: Period
    view: View
    made_at: datetime
    tables: tuple[Table, ...]


def cover(report: Report) -> tuple[tuple[str, str], ...]:
    """The lines of the cover: (what, value)."""
    made = report.made_at.astimezone(ZoneInfo("Europe/London"))
    return (
        ("Organisation", report.provider),
        ("Period", period_words(report.period)),
        ("View", VIEW_RULES[report.view]),
        ("Purpose", report.purpose),
        ("Made", f"{made.day} {made:%B %Y at %H:%M}, time of London"),
        ("Names", "This file contains no names, no contact details and no free text."),
        ("How to read it", "What each figure means is under Definitions; how figures are "
         "rounded and why some are hidden is under Notes."),
    )  # fmt: skip


def definitions(report: Report) -> tuple[tuple[str, ...], ...]:
    """One row for each KPI, under `DEFINITION_HEADINGS`."""
    return tuple(
        (
            kpi.code,
            kpi.title,
            COUNTS[kpi.counts],
            kpi.numerator,
            kpi.denominator,
            kpi.breakdown,
            kpi.period,
            kpi.empty,
            kpi.source,
        )
        for kpi in (table.kpi for table in report.tables)
    )


def numbered_notes(report: Report) -> tuple[tuple[str, str], ...]:
    """The notes, each with the mark that refers to it."""
    return tuple((f"[note {n}]", text) for n, text in enumerate(notes(report.view), start=1))


def headings(table: Table) -> tuple[str, ...]:
    """The header row of a KPI's table."""
    first = table.kpi.breakdown.capitalize() if broken_down(table) else "Group"
    return (first, *(heading for _, heading in columns(table.kpi)))


def broken_down(table: Table) -> bool:
    """Whether the table has rows for a breakdown, or only one for the whole."""
    return any(row.category is not None for row in table.rows)


def cells(table: Table, row: DisplayRow) -> tuple[object, ...]:
    """A row's figures in the order of the headings, without its name."""
    return tuple(getattr(row, name) for name, _ in columns(table.kpi))


def above_table(report: Report, table: Table) -> tuple[str, ...]:
    """The lines above a KPI's table, its title first."""
    lines = [
        f"{table.kpi.title}: {period_words(report.period)} {note_marks(report.view)}",
        "This worksheet contains one table. The notes that its title points to are on the "
        "worksheet Notes.",
        f"Counted: {table.kpi.numerator}.",
        f"Out of: {table.kpi.denominator}.",
    ]
    used = {cell for row in table.rows for cell in cells(table, row) if isinstance(cell, Mark)}
    if used:
        meanings = "; ".join(f"{mark} {MARK_MEANINGS[mark]}" for mark in Mark if mark in used)
        lines.append(f"Shorthand used in this table: {meanings}.")
    lines.append(f"Source: {table.kpi.source}.")
    return tuple(lines)
