"""A report as CSV: a zip of four plain files, so that figures are never passed on without their notes.

`figures.csv` is tidy and long: one figure a row. All files are UTF-8 with a byte order mark, which
spreadsheets need to recognise it, and lines end as RFC 4180 says. The bytes depend on the report
alone.
"""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from outcomes.kpis.exports.formulas import neutralise
from outcomes.kpis.exports.report import (
    DEFINITION_HEADINGS,
    Report,
    cover,
    definitions,
    numbered_notes,
)
from outcomes.kpis.labels import MARK_MEANINGS
from outcomes.kpis.models import Mark
from outcomes.kpis.wording import columns, row_words

FIGURE_HEADINGS = (
    "kpi",
    "title",
    "first_day",
    "last_day",
    "view",
    "group",
    "statistic",
    "unit",
    "value",
    "status",
)
UNITS = {"share": "per cent", "mean": "mean"}
EARLIEST_IN_A_ZIP = (1980, 1, 1, 0, 0, 0)


def write_csv_files(report: Report) -> bytes:
    """The report as the bytes of a `.zip` with cover, figures, definitions and notes."""
    shorthand = [(mark.value, meaning) for mark, meaning in MARK_MEANINGS.items()]
    contents = {
        "cover.csv": _csv(("what", "value"), cover(report)),
        "figures.csv": _csv(FIGURE_HEADINGS, _figures(report)),
        "definitions.csv": _csv(DEFINITION_HEADINGS, definitions(report)),
        "notes.csv": _csv(("note", "text"), [*numbered_notes(report), *shorthand]),
    }
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, text in contents.items():
            entry = ZipInfo(name, EARLIEST_IN_A_ZIP)
            archive.writestr(entry, text.encode("utf-8-sig"), ZIP_DEFLATED)
    return file.getvalue()


def _figures(report: Report) -> Iterable[Sequence[object]]:
    for table in report.tables:
        counted = table.kpi.counts.value
        for row in table.rows:
            for name, _ in columns(table.kpi):
                cell = getattr(row, name)
                yield (
                    table.kpi.code,
                    table.kpi.title,
                    report.period.first.isoformat(),
                    report.period.last.isoformat(),
                    report.view.value,
                    row_words(table, row),
                    name,
                    UNITS.get(name, counted),
                    "" if isinstance(cell, Mark) else cell,
                    cell.value if isinstance(cell, Mark) else "shown",
                )


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Numbers stay numbers, also negative ones; every text is escaped."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(neutralise(cell) if isinstance(cell, str) else cell for cell in row)
    return text.getvalue()
