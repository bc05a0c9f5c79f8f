"""The KPI files: well formed, reading only, and the tables that they say."""

import re
from pathlib import Path

import pytest

from outcomes.kpis.figures.definitions import definitions_page
from outcomes.kpis.figures.sql_files import HEADER, catalogue, parse
from outcomes.kpis.models import Audience, Kpi
from outcomes.platform.sql import sql

DOCS = Path(__file__).parents[2] / "docs" / "kpis.md"
EXPECTED = {
    "survivors-supported",
    "nationalities",
    "call-pick-up",
    "no-answer-reasons",
    "reach",
    "regular-drop-ins",
    "started-work",
    "active-at-end",
    "reviews-on-time",
    "follow-up-completeness",
    "outcome-baseline",
    "outcome-latest",
    "outcome-change",
    "outcome-measurable",
    "outcome-substantial",
    "outcome-stable",
    "needs-reduced",
    "flags-raised",
    "safety-ascertained",
    "days-to-safety",
    "opt-outs",
    "undeliverable-messages",
    "caseload-per-worker",
    "overdue-per-worker",
}


def test_every_kpi_is_there_once() -> None:
    codes = [kpi.code for kpi in catalogue()]
    assert set(codes) == EXPECTED
    assert len(codes) == len(EXPECTED)
    assert all(len(code) <= 31 for code in codes), "a worksheet's name has at most 31 characters"


@pytest.mark.parametrize("kpi", catalogue(), ids=lambda kpi: kpi.code)
def test_a_statement_reads_what_it_says_and_writes_nothing(kpi: Kpi) -> None:
    words = set(re.findall(r"[A-Z]+", kpi.statement))
    assert not words & {"INSERT", "UPDATE", "DELETE", "TRUNCATE", "CREATE", "DROP", "ALTER", "SET"}
    assert "ciphertext" not in kpi.statement
    own = set(re.findall(r"(\w+) AS \(\n", kpi.statement))
    read = (
        set(re.findall(r"(?:(?<!epoch )FROM|JOIN)\s+([a-z_]+)\b", kpi.statement)) - own - {"unnest"}
    )
    assert read == kpi.needs


@pytest.mark.parametrize("kpi", catalogue(), ids=lambda kpi: kpi.code)
def test_a_statement_reads_the_clock_of_its_period_only(kpi: Kpi) -> None:
    assert not re.search(r"\bnow\(|current_|clock_timestamp|transaction_timestamp", kpi.statement)
    assert {"first_day", "day_after"} <= set(sql(kpi.statement).names)


def test_workers_figures_are_for_inside() -> None:
    inside = {kpi.code for kpi in catalogue() if kpi.audience is Audience.INTERNAL}
    assert inside == {"caseload-per-worker", "overdue-per-worker"}


def test_the_page_of_definitions_is_up_to_date() -> None:
    assert DOCS.read_text("utf-8") == definitions_page(), (
        "run: python -m outcomes.kpis.figures.definitions > docs/kpis.md"
    )


GOOD = "\n".join(
    [
        "-- code: a-b",
        "-- title: A",
        "-- counts: people",
        "-- shows: number",
        "-- numerator: long",
        "--   and longer",
        "-- denominator: none",
        "-- breakdown: none",
        "-- period: then",
        "-- empty: no data",
        "-- source: there",
        "-- needs: x, y",
        "-- audience: anybody",
        "",
        "SELECT 1;",
    ]
)


def test_a_value_may_run_on() -> None:
    kpi = parse("010_a_b.sql", GOOD)
    assert (kpi.numerator, kpi.statement) == ("long and longer", "SELECT 1;")
    assert kpi.needs == {"x", "y"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("010_other.sql", GOOD),
        ("010_a_b.sql", GOOD.replace("-- empty: no data\n", "")),
        ("010_a_b.sql", GOOD.replace("-- title: A\n", "-- title: A\n-- title: B\n")),
        ("010_a_b.sql", GOOD.replace("-- title: A", "-- title")),
        ("010_a_b.sql", GOOD.replace("counts: people", "counts: sheep")),
        ("010_a_b.sql", GOOD.replace("SELECT 1;", "")),
    ],
)
def test_a_malformed_file_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each case words its own message
        parse(name, text)
    assert len(HEADER) == 12
