"""A report as an XLSX workbook that follows the Government Analysis Function's checklist.

Cover, contents, definitions and notes; then one KPI a worksheet, as a named table with one header
row that starts in column A. No merged cells, no frozen panes, no filters, no empty cells, no colour.
The bytes depend on the report alone: the same report makes the same file.
"""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from outcomes.kpis.exports.formulas import neutralise
from outcomes.kpis.exports.report import (
    DEFINITION_HEADINGS,
    TITLE,
    Report,
    above_table,
    cells,
    cover,
    definitions,
    headings,
    numbered_notes,
)
from outcomes.kpis.models import Table
from outcomes.kpis.wording import row_words

OPTIONS = {
    "in_memory": True,  # nothing of a report touches the disk before it is encrypted
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
CREATOR = "Outcomes"
WIDE = 60
NARROW = 24


class _Book:
    """A workbook that is being written, and its formats."""

    def __init__(self, report: Report) -> None:
        self.file = BytesIO()
        self.book = Workbook(self.file, OPTIONS)
        self.book.formats[0].set_font_name("Arial")
        self.book.formats[0].set_font_size(12)
        made = report.made_at.replace(tzinfo=None, microsecond=0)
        self.book.set_properties({"title": TITLE, "author": CREATOR, "created": made})
        self.title = self._format(bold=True, font_size=16)
        self.bold = self._format(bold=True)
        self.text = self._format(text_wrap=True, valign="top")
        self.link = self._format(underline=True)
        self.number = self._format(num_format="#,##0", align="right")
        self.decimal = self._format(num_format="#,##0.0#", align="right")
        self.mark = self._format(align="right")

    def _format(self, **properties: object) -> Format:
        return self.book.add_format({"font_name": "Arial", "font_size": 12, **properties})

    def sheet(self, name: str, above: Sequence[str], widths: Sequence[int]) -> Worksheet:
        """A new worksheet with its lines of text above the table, the title first."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for row, line in enumerate(above):
            sheet.write_string(row, 0, neutralise(line), self.title if row == 0 else None)
        return sheet

    def table(
        self, sheet: Worksheet, top: int, name: str, header: Sequence[str], rows: int
    ) -> None:
        """Mark `rows` rows under row `top` as a named table and write its header row."""
        sheet.add_table(
            top,
            0,
            top + rows,
            len(header) - 1,
            {
                "name": name,
                "autofilter": False,
                "style": None,
                "columns": [{"header": text, "header_format": self.bold} for text in header],
            },
        )

    def close(self) -> bytes:
        self.book.close()
        return self.file.getvalue()


def write_workbook(report: Report) -> bytes:
    """The report as the bytes of an `.xlsx` file."""
    book = _Book(report)
    _cover(book, report)
    _text_table(
        book,
        "Contents",
        ("Worksheet", "Title"),
        [("Definitions", "What each figure means"), ("Notes", "How figures are shown and why")]
        + [(table.kpi.code, table.kpi.title) for table in report.tables],
        linked=True,
    )
    _text_table(book, "Definitions", DEFINITION_HEADINGS, definitions(report))
    _text_table(book, "Notes", ("Note", "Text"), numbered_notes(report))
    for table in report.tables:
        _kpi_table(book, report, table)
    return book.close()


def _cover(book: _Book, report: Report) -> None:
    lines = [f"{what}: {value}" for what, value in cover(report)]
    sheet = book.sheet("Cover", (TITLE,), (WIDE * 2,))
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, neutralise(line), book.text)


def _text_table(
    book: _Book,
    name: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    linked: bool = False,
) -> None:
    above = (name, "This worksheet contains one table.")
    sheet = book.sheet(name, above, (NARROW, *[WIDE] * (len(header) - 1)))
    top = len(above)
    book.table(sheet, top, f"{name.lower()}_table", header, len(rows))
    for row, texts in enumerate(rows, start=top + 1):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, neutralise(text), book.text)
        if linked:
            target = f"internal:'{texts[0]}'!A1"
            sheet.write_url(row, 0, target, book.link, string=texts[0])


def _kpi_table(book: _Book, report: Report, table: Table) -> None:
    header = headings(table)
    above = above_table(report, table)
    sheet = book.sheet(table.kpi.code, above, (NARROW * 2, *[NARROW] * (len(header) - 1)))
    top = len(above)
    book.table(sheet, top, table.kpi.code.replace("-", "_"), header, len(table.rows))
    for row, shown in enumerate(table.rows, start=top + 1):
        sheet.write_string(row, 0, neutralise(row_words(table, shown)), book.text)
        for column, cell in enumerate(cells(table, shown), start=1):
            _figure(book, sheet, row, column, cell)


def _figure(book: _Book, sheet: Worksheet, row: int, column: int, cell: object) -> None:
    if isinstance(cell, Decimal):
        sheet.write_number(row, column, float(cell), book.decimal)
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell, book.number)
    else:
        sheet.write_string(row, column, str(cell), book.mark)
