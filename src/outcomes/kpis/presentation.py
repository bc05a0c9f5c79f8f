"""Figures as a page shows them: cards in sections, each with its definition."""

from msgspec import Struct
from msgspec.structs import replace

from outcomes.kpis.models import Cell, Counts, DisplayRow, Kpi, Mark, Shows, Table
from outcomes.kpis.wording import cell_words, row_words
from outcomes.platform.web.pages.charts import Slope

SECTIONS = {
    "Who we supported": (
        "survivors-supported",
        "nationalities",
        "regular-drop-ins",
        "started-work",
        "active-at-end",
    ),
    "Staying in touch": (
        "call-pick-up",
        "no-answer-reasons",
        "reach",
        "reviews-on-time",
        "follow-up-completeness",
        "undeliverable-messages",
        "opt-outs",
    ),
    "How people are doing": (
        "outcome-measurable",
        "outcome-substantial",
        "outcome-stable",
        "needs-reduced",
    ),
    "When contact is lost": ("flags-raised", "safety-ascertained", "days-to-safety"),
    "Support workers": ("caseload-per-worker", "overdue-per-worker"),
}
CHANGE = ("outcome-baseline", "outcome-latest", "outcome-change")
"""Shown together as one chart."""


class Line(Struct, frozen=True):
    """A figure in words: `28%`, `25 of 90 people`. Its bar is `done` of `total`, if it has one."""

    name: str
    headline: str
    words: str
    done: int | None
    total: int | None


class Card(Struct, frozen=True):
    """One KPI: the whole, if it has one, and its breakdown, if it has one."""

    kpi: Kpi
    whole: Line | None
    parts: tuple[Line, ...]
    hidden: bool
    before: str | None


class Section(Struct, frozen=True):
    """Cards that belong together."""

    title: str
    cards: tuple[Card, ...]


def sections(tables: tuple[Table, ...], earlier: tuple[Table, ...]) -> tuple[Section, ...]:
    """All cards in their sections; a section without cards is left out.

    `earlier` are the tables of the period before, for comparison.
    """
    by_code = {table.kpi.code: table for table in tables}
    past = {table.kpi.code: table for table in earlier}
    every = [
        Section(
            title,
            tuple(_card(by_code[code], past.get(code)) for code in codes if code in by_code),
        )
        for title, codes in SECTIONS.items()
    ]
    return tuple(section for section in every if section.cards)


def slopes(tables: tuple[Table, ...]) -> tuple[Slope, ...]:
    """The mean of each outcome domain at baseline and latest, where both may be shown."""
    first, last = (
        {row_words(table, row): _number(row.mean) for row in table.rows}
        for code in CHANGE[:2]
        for table in tables
        if table.kpi.code == code
    )
    return tuple(
        Slope(domain, first[domain], last[domain])
        for domain in first
        if first[domain] is not None and last[domain] is not None
    )


def change_card(tables: tuple[Table, ...]) -> Card:
    """The definition of the mean change, and why it may be hidden; its rows are the people."""
    return _card(next(table for table in tables if table.kpi.code == CHANGE[2]), None)


def _card(table: Table, earlier: Table | None) -> Card:
    whole = table.whole
    shown = [cell for row in table.rows for cell in (row.number, row.share, row.mean)]
    return Card(
        kpi=table.kpi,
        whole=None if whole is None else _line(table, whole),
        parts=tuple(_line(table, row) for row in table.rows if row.category is not None),
        hidden=any(cell in (Mark.SMALL, Mark.HIDDEN) for cell in shown),
        before=_before(earlier),
    )


def _line(table: Table, row: DisplayRow) -> Line:
    kpi = table.kpi
    if row.category is None and kpi.breakdown != "none" and row.number == row.out_of:
        row = replace(row, share=Mark.NOT_APPLICABLE, out_of=Mark.NOT_APPLICABLE)
    return Line(
        name=row_words(table, row),
        headline=_headline(kpi, row),
        words=_words(kpi, row),
        done=_count(row.number) if kpi.shows is Shows.SHARE else None,
        total=_count(row.out_of),
    )


def _headline(kpi: Kpi, row: DisplayRow) -> str:
    if kpi.shows is Shows.SHARE and not isinstance(row.share, Mark):
        return cell_words(row.share, percent=True)
    return cell_words(row.mean if kpi.shows is Shows.MEAN else row.number)


def _words(kpi: Kpi, row: DisplayRow) -> str:
    counted = "" if kpi.counts is Counts.EVENTS else " people"
    if Mark.NO_DATA in (row.number, row.mean) or isinstance(row.out_of, Mark):
        return ""
    if kpi.shows is Shows.MEAN:
        return f"over {cell_words(row.out_of)}{counted}"
    if isinstance(row.share, Mark):
        return f"of {cell_words(row.out_of)}{counted}"
    return f"{cell_words(row.number)} of {cell_words(row.out_of)}{counted}"


def _count(cell: Cell) -> int | None:
    return cell if isinstance(cell, int) else None


def _number(cell: Cell) -> float | None:
    return None if isinstance(cell, Mark) else float(cell)


def _before(earlier: Table | None) -> str | None:
    """The headline of the period before, where there is one of the same kind."""
    if earlier is None or (whole := earlier.whole) is None:
        return None
    kind = {Shows.NUMBER: whole.number, Shows.SHARE: whole.share, Shows.MEAN: whole.mean}
    if kind[earlier.kpi.shows] in (Mark.NO_DATA, Mark.HIDDEN):
        return None
    return _line(earlier, whole).headline
