"""Figures as a page shows them: cards in sections, each with its definition one tap away."""

from msgspec import Struct

from outcomes.kpis.models import Cell, Counts, Kpi, Mark, ShownRow, Shows, Table
from outcomes.kpis.wording import category_words, cell_words, columns
from outcomes.web.charts import Slope

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
"""Shown together, as one picture."""


class Card(Struct, frozen=True):
    """One KPI. `headline` and `words` say the whole; `rows` are its breakdown, if it has one."""

    kpi: Kpi
    headline: str | None
    words: str
    done: int | None
    total: int | None
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
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
        {row.category: row.mean for row in table.rows}
        for code in CHANGE[:2]
        for table in tables
        if table.kpi.code == code
    )
    return tuple(
        Slope(category_words(domain), _number(first[domain]), _number(last[domain]))
        for domain in first
        if _number(first[domain]) is not None and _number(last[domain]) is not None
    )


def change_card(tables: tuple[Table, ...]) -> Card:
    """The definition of the mean change, and why it may be hidden; its rows are the people."""
    return _card(next(table for table in tables if table.kpi.code == CHANGE[2]), None)


def _card(table: Table, earlier: Table | None) -> Card:
    whole = next((row for row in table.rows if row.category is None), None)
    parts = [row for row in table.rows if row.category is not None]
    shown = [cell for row in table.rows for cell in (row.number, row.share, row.mean)]
    return Card(
        kpi=table.kpi,
        headline=None if whole is None else _headline(table.kpi, whole),
        words="" if whole is None else _words(table.kpi, whole),
        done=_count(whole, "number"),
        total=_count(whole, "out_of"),
        headings=_headings(table.kpi) if parts else (),
        rows=tuple(_cells(table.kpi, row) for row in parts),
        hidden=any(cell in (Mark.SMALL, Mark.HIDDEN) for cell in shown),
        before=_before(earlier),
    )


def _headline(kpi: Kpi, row: ShownRow) -> str:
    if kpi.shows is Shows.SHARE and not isinstance(row.share, Mark):
        return cell_words(row.share, percent=True)
    return cell_words(row.mean if kpi.shows is Shows.MEAN else row.number)


def _words(kpi: Kpi, row: ShownRow) -> str:
    counted = "" if kpi.counts is Counts.EVENTS else " people"
    if row.number is Mark.NO_DATA or row.mean is Mark.NO_DATA:
        return ""
    if kpi.shows is Shows.SHARE and not isinstance(row.share, Mark):
        return f"{cell_words(row.number)} of {cell_words(row.out_of)}{counted}"
    if kpi.shows is Shows.SHARE:
        return f"of {cell_words(row.out_of)}{counted}"
    return f"over {cell_words(row.out_of)}{counted}" if kpi.shows is Shows.MEAN else ""


def _count(row: ShownRow | None, name: str) -> int | None:
    cell = None if row is None else getattr(row, name)
    return cell if isinstance(cell, int) else None


def _number(cell: Cell) -> float | None:
    return None if isinstance(cell, Mark) else float(cell)


def _headings(kpi: Kpi) -> tuple[str, ...]:
    return (kpi.breakdown.capitalize(), *(heading for _, heading in columns(kpi)))


def _cells(kpi: Kpi, row: ShownRow) -> tuple[str, ...]:
    figures = (cell_words(getattr(row, name), percent=name == "share") for name, _ in columns(kpi))
    return (category_words(row.category), *figures)


def _before(earlier: Table | None) -> str | None:
    """The headline of the period before; nothing when it had no data."""
    whole = next((row for row in earlier.rows if row.category is None), None) if earlier else None
    if earlier is None or whole is None:
        return None
    headline = _headline(earlier.kpi, whole)
    return None if headline in (cell_words(Mark.NO_DATA), cell_words(Mark.HIDDEN)) else headline
