"""An instrument is data: with a seventh domain and a longer scale, form, pages, KPIs and exports follow."""

import csv
from collections.abc import AsyncIterator
from datetime import date
from importlib.resources import files
from io import BytesIO, StringIO
from uuid import UUID, uuid4
from zipfile import ZipFile

import openpyxl
import pytest
from litestar import Litestar

from outcomes.assessments.instruments import Instruments, read_instrument, shipped_instruments
from outcomes.assessments.models import AssessmentStage, NewOutcomeAssessment, OutcomeInstrument
from outcomes.kpis import service as kpis
from outcomes.kpis.models import ExportFormat, NewExport, View
from outcomes.pathways.reviews import service as reviews
from outcomes.platform.access.models import Caller
from tests.support import (
    Product,
    Provider,
    make_provider,
    make_survivor,
    make_worker,
    new_key,
    recently_confirmed,
    running_app,
    signed_in,
)

FIRST, LATEST = date(2026, 10, 5), date(2026, 11, 20)
BY_DOMAIN = (
    "outcome-baseline",
    "outcome-latest",
    "outcome-change",
    "outcome-measurable",
    "outcome-substantial",
)
_FIFTH_POINT = """
[[scale]]
value = 5
label.en = "Thriving"
meaning.en = "Secure, and able to help others."
"""
_SEVENTH_DOMAIN = """
[[domains]]
code = "purpose"
title.en = "Sense of Purpose"
about.en = "Having something to live for."

[[domains.items]]
code = "own_aims"
text.en = "They have aims of their own."
guidance.en = "Ask what they look forward to."
"""


def _seven_domains() -> OutcomeInstrument:
    shipped = (files("outcomes.assessments") / "shipped" / "six-domains-1.0.toml").read_text(
        "utf-8"
    )
    before, mark, after = shipped.partition("\n[[domains]]")
    text = before + _FIFTH_POINT + mark + after + _SEVENTH_DOMAIN
    text = text.replace('code = "six-domains"\nversion = "1.0"', 'code = "seven"\nversion = "2.0"')
    instrument = read_instrument(text.encode())
    assert isinstance(instrument, OutcomeInstrument)
    return instrument


SEVEN = _seven_domains()
INSTRUMENTS = Instruments((SEVEN, *shipped_instruments().outcomes), shipped_instruments().needs)


@pytest.fixture
async def app(product: Product) -> AsyncIterator[Litestar]:
    async with running_app(product, instruments=INSTRUMENTS) as started:
        yield started


@pytest.fixture
async def provider(product: Product) -> Provider:
    return await make_provider(product)


@pytest.fixture
async def worker(product: Product, provider: Provider) -> Caller:
    return await make_worker(product, provider)


@pytest.fixture
async def survivor_id(product: Product, worker: Caller) -> UUID:
    """Somebody assessed twice with seven domains: 2 everywhere, then 4 in the seventh."""
    survivor_id = await make_survivor(product, worker)
    everywhere = {item.code: 2 for domain in SEVEN.domains for item in domain.items}
    await _assess(product, worker, survivor_id, SEVEN, FIRST, everywhere)
    await _assess(product, worker, survivor_id, SEVEN, LATEST, everywhere | {"own_aims": 4})
    return survivor_id


async def _assess(
    product: Product,
    worker: Caller,
    survivor_id: UUID,
    instrument: OutcomeInstrument,
    on: date,
    answers: dict[str, int],
) -> None:
    new = NewOutcomeAssessment(
        instrument=instrument.code,
        version=instrument.version,
        stage=AssessmentStage.REVIEW,
        assessed_on=on,
        answers=dict(answers),
    )
    await reviews.record_follow_up(
        product.db, worker, survivor_id, new_key(worker, new), new, instruments=INSTRUMENTS
    )


async def test_the_form_asks_about_it_and_takes_the_answer(
    product: Product, app: Litestar, worker: Caller
) -> None:
    survivor_id = await make_survivor(product, worker)
    browser = await signed_in(product, app, worker)
    form = await browser.get(f"/people/{survivor_id}/outcomes")
    assert "Sense of Purpose" in form.text
    assert "5 Thriving" in form.text
    sent = {
        "idempotency_key": str(uuid4()),
        "instrument": "seven",
        "version": "2.0",
        "stage": "entry",
        "assessed_on": LATEST.isoformat(),
        "answers.own_aims": "5",
    }
    saved = await browser.post(f"/people/{survivor_id}/outcomes", data=sent)
    assert saved.status_code == 303


async def test_the_pages_of_the_person_show_it_on_its_scale(
    product: Product, app: Litestar, worker: Caller, survivor_id: UUID
) -> None:
    shipped = shipped_instruments().offered_outcomes
    answers = {item.code: 3 for domain in shipped.domains for item in domain.items}
    await _assess(product, worker, survivor_id, shipped, date(2026, 9, 1), answers)
    browser = await signed_in(product, app, worker)
    person = (await browser.get(f"/people/{survivor_id}")).text
    assert "2.29 of 5" in person
    assert "overall 3.00 of 4" in person, (
        "what the shipped instrument scored stays on its own scale"
    )
    progress = (await browser.get(f"/people/{survivor_id}/progress")).text
    assert "Sense of Purpose" in progress
    assert "overall, of 5" in progress


async def test_the_kpis_count_it(
    product: Product, app: Litestar, provider: Provider, survivor_id: UUID
) -> None:
    assert survivor_id
    browser = await signed_in(product, app, provider.lead)
    query = {"view": "internal", "first_day": "2026-11-01", "last_day": LATEST.isoformat()}
    answer = (await browser.get("/api/v1/kpis", params=query)).json()
    figures = {figure["code"]: figure for figure in answer["figures"]}
    for code in BY_DOMAIN:
        categories = [row["category"] for row in figures[code]["rows"]]
        assert categories == [domain.code for domain in SEVEN.domains], code
    rows = {code: figures[code]["rows"][-1] for code in BY_DOMAIN}
    assert [rows[code]["mean"] for code in BY_DOMAIN[:3]] == ["2.00", "4.00", "2.00"]
    assert [rows[code]["number"] for code in BY_DOMAIN[3:]] == [1, 1]
    assert figures["outcome-stable"]["rows"][0]["out_of"] == 1
    page = await browser.get(f"/results/internal/2026-11-01/{LATEST}")
    assert "Sense of Purpose" in page.text
    assert "Mean scores from 1, most vulnerable, to 5" in page.text
    assert "with the instrument seven; scores run from 1, most vulnerable, to 5" in page.text


@pytest.mark.parametrize("kind", ExportFormat)
async def test_the_exports_have_it(
    product: Product, provider: Provider, survivor_id: UUID, kind: ExportFormat
) -> None:
    assert survivor_id
    lead = await recently_confirmed(product, provider.lead)
    new = NewExport(View.INTERNAL, kind, date(2026, 11, 1), LATEST, "Report")
    export = await kpis.request_export(product.db, lead, new_key(lead, new), new)
    ours = product.scopes.worker(provider.id)
    await kpis.build_pending_exports(product.db, ours, instrument=SEVEN)
    content = (await kpis.download_export(product.db, lead, export.id)).content
    read = _workbook if kind is ExportFormat.XLSX else _csv
    assert read(content) == {code: [d.title["en"] for d in SEVEN.domains] for code in BY_DOMAIN}


def _csv(content: bytes) -> dict[str, list[str]]:
    """The groups of each KPI, once each."""
    text = ZipFile(BytesIO(content)).read("figures.csv").decode("utf-8-sig")
    found: dict[str, list[str]] = {}
    for row in csv.DictReader(StringIO(text, newline="")):
        groups = found.setdefault(row["kpi"], [])
        if row["group"] not in groups:
            groups.append(row["group"])
    return {code: found[code] for code in BY_DOMAIN}


def _workbook(content: bytes) -> dict[str, list[str]]:
    book = openpyxl.load_workbook(BytesIO(content))
    return {
        code: [
            str(row[0].value)
            for table in book[code].tables.values()
            for row in book[code][table.ref][1:]
        ]
        for code in BY_DOMAIN
    }
