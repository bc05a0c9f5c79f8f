"""The CSV files, read back with the standard library's reader."""

import csv
from io import BytesIO, StringIO
from zipfile import ZipFile

from outcomes.kpis.exports.tables import write_csv_files
from outcomes.kpis.models import View
from tests.kpis.report_sample import sample


def read(content: bytes, name: str) -> list[dict[str, str]]:
    with ZipFile(BytesIO(content)) as archive:
        raw = archive.read(name)
    assert raw.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark to see UTF-8"
    return list(csv.DictReader(StringIO(raw.decode("utf-8-sig"), newline="")))


def test_figures_are_tidy_and_long() -> None:
    rows = read(write_csv_files(sample()), "figures.csv")
    keys = [(row["kpi"], row["group"], row["statistic"]) for row in rows]
    assert len(set(keys)) == len(keys), "one figure a row"
    assert {(row["first_day"], row["last_day"]) for row in rows} == {("2017-01-01", "2017-06-30")}
    found = {key: (row["value"], row["status"]) for key, row in zip(keys, rows, strict=True)}
    assert found["survivors-supported", "All", "number"] == ("90", "shown")
    assert found["regular-drop-ins", "All", "share"] == ("28", "shown")
    assert found["started-work", "All", "number"] == ("", "<10")
    assert found["started-work", "All", "share"] == ("", "[c]")
    assert found["outcome-change", "Safety", "mean"] == ("", "[x]")


def test_the_internal_view_is_exact() -> None:
    rows = read(write_csv_files(sample(View.INTERNAL)), "figures.csv")
    values = {(row["kpi"], row["group"], row["statistic"]): row["value"] for row in rows}
    assert values["started-work", "All", "number"] == "4"
    assert values["nationalities", "Albania", "number"] == "14"


def test_figures_never_travel_without_cover_definitions_and_policy() -> None:
    content = write_csv_files(sample())
    assert any(row["what"] == "Period" for row in read(content, "cover.csv"))
    definitions = {row["Worksheet"] for row in read(content, "definitions.csv")}
    assert definitions == {row["kpi"] for row in read(content, "figures.csv")}
    policy = " ".join(row["text"] for row in read(content, "notes.csv"))
    assert "nearest 5" in policy


def test_text_is_neutralised_in_every_file() -> None:
    content = write_csv_files(sample())
    cover = {row["what"]: row["value"] for row in read(content, "cover.csv")}
    assert cover["Organisation"] == '\'=HYPERLINK("x")'
    assert cover["Purpose"].startswith("'\ufeff=")


def test_the_same_report_makes_the_same_bytes() -> None:
    assert write_csv_files(sample()) == write_csv_files(sample())
