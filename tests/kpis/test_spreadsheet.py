"""The workbook, opened with another library, against the Analysis Function's checklist."""

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from outcomes.kpis.exports.spreadsheet import write_workbook
from outcomes.kpis.models import View
from tests.kpis.report_sample import EXACT, sample


@pytest.fixture(scope="module")
def book() -> Workbook:
    return load_workbook(BytesIO(write_workbook(sample())))


def sheets(book: Workbook) -> Iterator[Worksheet]:
    return iter(book.worksheets)


def texts(book: Workbook) -> Iterator[str]:
    for sheet in sheets(book):
        for row in sheet.iter_rows(values_only=True):
            yield from (value for value in row if isinstance(value, str))


def figures(book: Workbook, name: str) -> list[tuple[object, ...]]:
    """The rows below the header of a worksheet's one table."""
    sheet = book[name]
    (table,) = sheet.tables.values()
    return [tuple(cell.value for cell in row) for row in sheet[table.ref]][1:]


def test_worksheets_in_their_order(book: Workbook) -> None:
    assert book.sheetnames == ["Cover", "Contents", "Definitions", "Notes", *EXACT]
    assert book.active is not None
    assert book.active.title == "Cover"
    assert book.properties.title == "Outcomes: key performance indicators"


def test_the_checklist(book: Workbook) -> None:
    for sheet in sheets(book):
        assert not sheet.merged_cells.ranges
        assert sheet.freeze_panes is None
        assert sheet.auto_filter.ref is None
        assert isinstance(sheet["A1"].value, str), "each worksheet begins with its title"
        assert sheet["A1"].font.b
        assert not any(d.hidden for d in sheet.row_dimensions.values())
        assert not any(d.hidden for d in sheet.column_dimensions.values())
        assert sheet.oddHeader is None or not sheet.oddHeader.center.text
        assert all(cell.fill.fgColor.rgb == "00000000" for row in sheet.rows for cell in row)
        view = sheet.sheet_view.selection[0]
        assert (view.activeCell, view.sqref) == ("A1", "A1")


def test_one_named_table_a_worksheet_at_the_left_edge(book: Workbook) -> None:
    names = []
    for sheet in list(sheets(book))[1:]:
        (table,) = sheet.tables.values()
        names.append(table.name)
        assert table.ref.startswith("A")
        assert table.headerRowCount in (None, 1)
        assert table.autoFilter is None
        rows = list(sheet[table.ref])
        assert sheet.max_row == rows[-1][0].row, "nothing stands below the table"
        assert sheet.max_column == len(rows[0])
        assert all(cell.value not in (None, "") for row in rows for cell in row), "no empty cells"
        assert "This worksheet contains one table." in str(sheet["A2"].value)
    assert len(set(names)) == len(names)
    assert "survivors_supported" in names


def test_notes_are_pointed_to_in_titles_and_not_in_cells(book: Workbook) -> None:
    notes = [str(row[0]) for row in figures(book, "Notes")]
    assert notes == [f"[note {n}]" for n in range(1, len(notes) + 1)]
    for code in EXACT:
        assert "[note 1]" in str(book[code]["A1"].value)
        assert not any("[note" in str(cell) for row in figures(book, code) for cell in row)


def test_the_policy_stands_in_the_notes(book: Workbook) -> None:
    policy = " ".join(str(row[1]) for row in figures(book, "Notes"))
    for part in ("0 to 9", "nearest 5", "20 or more", "categories", "ties", "London"):
        assert part in policy


def test_shorthand_is_explained_above_each_table_that_uses_it(book: Workbook) -> None:
    for code in EXACT:
        sheet = book[code]
        (table,) = sheet.tables.values()
        used = {str(c) for row in figures(book, code) for c in row} & {"<10", "[c]", "[x]", "[z]"}
        top = int(re.findall(r"\d+", table.ref)[0])
        above = " ".join(str(sheet.cell(row, 1).value) for row in range(1, top))
        assert all(f"{mark} " in above for mark in used)


def test_figures_are_numbers_under_the_rule(book: Workbook) -> None:
    assert figures(book, "survivors-supported") == [("All", 90)]
    assert figures(book, "nationalities") == [("All", 27)]
    assert figures(book, "call-pick-up") == [("All", 730, 1000, 73)]
    assert figures(book, "regular-drop-ins") == [("All", 25, 90, 28)]
    assert figures(book, "started-work") == [("All", "<10", 90, "[c]")]
    assert figures(book, "outcome-change")[0] == ("Safety", "[x]", "[x]")


def test_the_internal_view_is_exact_and_says_so() -> None:
    book = load_workbook(BytesIO(write_workbook(sample(View.INTERNAL))))
    assert figures(book, "regular-drop-ins") == [("All", 23, 92, 25)]
    assert figures(book, "nationalities")[1] == ("Albania", 14)
    assert any("not to leave the organisation" in text for text in texts(book))


def test_contents_link_to_each_worksheet(book: Workbook) -> None:
    cells = [row[0] for row in book["Contents"].iter_rows()]
    links = {cell.hyperlink.location for cell in cells if cell.hyperlink}
    assert links == {f"'{name}'!A1" for name in ["Definitions", "Notes", *EXACT]}


def test_nothing_is_a_formula(book: Workbook) -> None:
    for sheet in sheets(book):
        assert all(cell.data_type in {"s", "n"} for row in sheet.rows for cell in row)
    assert not any(text.lstrip("\ufeff ")[:1] in set("=+-@") for text in texts(book))
    harmful = write_workbook(sample(provider="=1+1"))
    with ZipFile(BytesIO(harmful)) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name)


def test_the_same_report_makes_the_same_bytes() -> None:
    assert write_workbook(sample()) == write_workbook(sample())
    assert write_workbook(sample()) != write_workbook(sample(provider="another"))
