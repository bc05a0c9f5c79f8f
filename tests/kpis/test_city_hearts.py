"""The City Hearts figures, exactly, from records that nothing of ours has written.

Expected figures are literals: the case study's own, and for the other KPIs those that the scripts
in `city_hearts/` say they made.
"""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from shutil import copy

import pytest
from msgspec.structs import replace

from outcomes.assessments.instruments import shipped_instruments
from outcomes.kpis import service, store
from outcomes.kpis.figures.sql_files import catalogue, get_kpi
from outcomes.kpis.models import Cell, Kpi, Mark, Period, View
from outcomes.platform.access.models import Caller
from tests.kpis.distractors import COUNTED, DISTRACTORS, Distractor
from tests.kpis.records import FOLDER, Filled, rows
from tests.support import Product, make_provider

PERIOD = Period.days(date(2017, 1, 1), date(2017, 6, 30))
Figures = dict[str | None, tuple[int | None, int | None, Decimal | None]]


async def figures(product: Product, caller: Caller, kpi: Kpi, period: Period = PERIOD) -> Figures:
    async with product.db.transaction(caller) as tx:
        instrument = shipped_instruments().offered_outcomes
        values = (await store.list_values(tx, (kpi,), period, instrument))[kpi.code]
    return {v.category: (v.numerator, v.denominator, v.mean) for v in values}


def count(numerator: int, denominator: int | None = None) -> Figures:
    return {None: (numerator, denominator, None)}


def means(safety: str, others: str) -> Figures:
    shown: Figures = {domain: (None, 24, Decimal(others)) for domain in OTHER_DOMAINS}
    return {
        "safety": (None, 24, Decimal(safety)),
        **shown,
        "mental_wellbeing": (None, 20, Decimal(others)),
    }


def improved(safety: int) -> Figures:
    shown: Figures = dict.fromkeys(OTHER_DOMAINS, (0, 24, None))
    return {"safety": (safety, 24, None), **shown, "mental_wellbeing": (0, 20, None)}


OTHER_DOMAINS = (
    "legal_protection",
    "mental_wellbeing",
    "economic_empowerment_and_education",
    "social_support",
    "physical_wellbeing",
)
REASONS = {
    "at_work": 88,
    "no_reply": 57,
    "in_education": 46,
    "phone_off": 26,
    "voicemail": 21,
    "someone_else_answered": 14,
    "number_not_in_use": 8,
    "not_known": 7,
    "not_safe_to_talk": 3,
}
EXPECTED: dict[str, Figures] = {
    "survivors-supported": count(92),
    "call-pick-up": count(730, 1000),
    "no-answer-reasons": {
        None: (270, 270, None),
        **{reason: (times, 270, None) for reason, times in REASONS.items()},
    },
    "reach": count(41, 62),
    "regular-drop-ins": count(23, 92),
    "started-work": count(10, 92),
    "active-at-end": {
        None: (37, 87, None),
        "work": (11, 87, None),
        "education": (12, 87, None),
        "training": (6, 87, None),
        "volunteering": (11, 87, None),
    },
    "reviews-on-time": count(24, 30),
    "follow-up-completeness": {
        "exit": (6, 8, None),
        "6_months": (3, 5, None),
        "12_months": (None, None, None),
        "18_months": (None, None, None),
        "24_months": (None, None, None),
    },
    "outcome-baseline": means("2", "2"),
    "outcome-latest": means("2.5833", "2.25"),
    "outcome-change": means("0.5833", "0.25"),
    "outcome-measurable": improved(18),
    "outcome-substantial": improved(12),
    "outcome-stable": count(10, 25),
    "needs-reduced": count(11, 18),
    "flags-raised": count(9),
    "safety-ascertained": count(6, 9),
    "days-to-safety": {None: (None, 6, Decimal("2.5"))},
    "opt-outs": count(5),
    "undeliverable-messages": count(12, 200),
}
ELSEWHERE = {"nationalities", "caseload-per-worker", "overdue-per-worker"}


def rounded(found: Figures) -> Figures:
    four = Decimal("0.0001")
    return {
        key: (number, base, None if mean is None else mean.quantize(four).normalize())
        for key, (number, base, mean) in found.items()
    }


@pytest.mark.parametrize("code", EXPECTED)
async def test_the_internal_figures_are_exact(product: Product, filled: Filled, code: str) -> None:
    found = await figures(product, filled.provider.lead, get_kpi(code))
    assert rounded(found) == rounded(EXPECTED[code])


async def test_27_nationalities_of_92_people(product: Product, filled: Filled) -> None:
    found = await figures(product, filled.provider.lead, get_kpi("nationalities"))
    assert found.pop(None) == (27, 92, None)
    assert sum(number or 0 for number, _, _ in found.values()) == 92
    assert len(found) == 27


@pytest.mark.parametrize(
    ("code", "expected"),
    [("caseload-per-worker", {"W1": 40, "W2": 47}), ("overdue-per-worker", {"W1": 9, "W2": 21})],
)
async def test_figures_of_each_worker(
    product: Product, filled: Filled, code: str, expected: dict[str, int]
) -> None:
    found = await figures(product, filled.provider.lead, get_kpi(code))
    ids = {name: str(worker.actor.account) for name, worker in filled.workers.items()}
    assert found == {ids[name]: (number, None, None) for name, number in expected.items()}


def test_every_kpi_is_compared() -> None:
    assert set(EXPECTED) | ELSEWHERE == {kpi.code for kpi in catalogue()}


EXTERNAL: dict[str, list[tuple[Cell, Cell]]] = {
    "survivors-supported": [(90, Mark.NOT_APPLICABLE)],
    "nationalities": [(27, Mark.NOT_APPLICABLE)],
    "started-work": [(10, Decimal(11))],
    "regular-drop-ins": [(25, Decimal(28))],
    "call-pick-up": [(730, Decimal(73))],
    "reach": [(40, Decimal(67))],
    "flags-raised": [(Mark.SMALL, Mark.NOT_APPLICABLE)],
}
"""Number and percentage: 10 of 90, 25 of 90, 730 of 1,000, and 40 of 60."""


async def test_the_external_figures(product: Product, filled: Filled) -> None:
    results = await service.get_results(
        product.db,
        filled.provider.lead,
        View.EXTERNAL,
        PERIOD,
        instrument=shipped_instruments().offered_outcomes,
    )
    shown = {t.kpi.code: [(row.number, row.share) for row in t.rows] for t in results.tables}
    assert {code: shown[code] for code in EXTERNAL} == EXTERNAL
    assert not set(shown) & {"caseload-per-worker", "overdue-per-worker"}
    reasons = next(t for t in results.tables if t.kpi.code == "no-answer-reasons")
    numbers = {row.category: row.number for row in reasons.rows}
    assert (numbers["at_work"], numbers["not_safe_to_talk"], numbers[None]) == (90, 5, 270)


async def test_all_in_one_statement_are_each_alone(product: Product, filled: Filled) -> None:
    lead, instrument = filled.provider.lead, shipped_instruments().offered_outcomes
    async with product.db.transaction(lead) as tx:
        together = await store.list_values(tx, catalogue(), PERIOD, instrument)
        alone = [
            (await store.list_values(tx, (kpi,), PERIOD, instrument))[kpi.code]
            for kpi in catalogue()
        ]
    assert list(together.values()) == alone
    assert sum(value.numerator or 0 for values in alone for value in values) > 1_000


async def test_an_empty_provider_has_no_data_anywhere(product: Product) -> None:
    lead = (await make_provider(product)).lead
    for kpi in catalogue():
        for value in (await figures(product, lead, kpi)).values():
            assert value == (None, None, None), kpi.code


@pytest.mark.parametrize("distractor", DISTRACTORS, ids=str)
async def test_each_rule_keeps_its_distractors_out(
    product: Product, filled: Filled, distractor: Distractor
) -> None:
    kpi = get_kpi(distractor.code)
    assert distractor.rule in kpi.statement
    text = kpi.statement.replace(distractor.rule, distractor.without)
    weakened = replace(kpi, statement=text)
    lead = filled.provider.lead
    assert await figures(product, lead, weakened) != await figures(product, lead, kpi)


def test_every_labelled_row_has_its_rule() -> None:
    labels = {
        (file.stem, row["why"])
        for file in FOLDER.glob("*.csv")
        for row in rows(file.stem)
        if row.get("why")
    }
    ruled = {(d.file, why) for d in DISTRACTORS for why in d.why}
    assert labels == ruled | COUNTED
    assert not ruled & COUNTED


def test_the_files_are_what_the_scripts_write(tmp_path: Path) -> None:
    for script in ("make_city_hearts.py", "make_more_records.py"):
        copy(FOLDER / script, tmp_path)
        subprocess.run([sys.executable, script], cwd=tmp_path, check=True)
    written = {file.name: file.read_bytes() for file in tmp_path.glob("*.csv")}
    assert written == {file.name: file.read_bytes() for file in FOLDER.glob("*.csv")}


def test_the_scripts_import_nothing_of_ours() -> None:
    for script in FOLDER.glob("make_*.py"):
        assert "outcomes." not in script.read_text("utf-8")
