"""Results and exports over HTTP, in process."""

from uuid import UUID, uuid4

import pytest
from litestar import Litestar

from outcomes.assessments.instruments import shipped_instruments
from outcomes.kpis import service
from outcomes.platform.access.roles import Role
from tests.support import (
    Browser,
    Product,
    Provider,
    make_account,
    make_provider,
    make_worker,
    signed_in,
)

HALF_YEAR = "/results/external/2017-01-01/2017-06-30"
JSON = {
    "view": "external",
    "format": "csv",
    "first_day": "2017-01-01",
    "last_day": "2017-06-30",
    "purpose": "Report",
}


@pytest.fixture
async def provider(product: Product) -> Provider:
    return await make_provider(product)


@pytest.fixture
async def lead(product: Product, app: Litestar, provider: Provider) -> Browser:
    return await signed_in(product, app, provider.lead)


async def test_results_open_on_the_exact_view_for_leads(lead: Browser) -> None:
    start = await lead.get("/results")
    assert start.status_code == 303
    assert start.headers["location"].startswith("/results/internal/")
    page = await lead.get(start.headers["location"])
    assert page.status_code == 200
    assert "Internal (exact)" in page.text
    assert "Caseload of each support worker" in page.text


async def test_analysts_see_rounded_figures_only(
    product: Product, app: Litestar, provider: Provider
) -> None:
    analyst = await make_account(product, provider.admin, Role.ANALYST)
    browser = await signed_in(product, app, analyst)
    start = await browser.get("/results")
    assert start.headers["location"].startswith("/results/external/")
    page = await browser.get(start.headers["location"])
    assert page.status_code == 200
    assert "Caseload of each support worker" not in page.text
    exact = HALF_YEAR.replace("external", "internal")
    assert (await browser.get(exact)).status_code == 403


async def test_support_workers_have_no_results(
    product: Product, app: Litestar, provider: Provider
) -> None:
    browser = await signed_in(product, app, await make_worker(product, provider))
    for path in ("/results", HALF_YEAR, "/results/exports", "/api/v1/exports"):
        assert (await browser.get(path)).status_code == 403


async def test_an_export_from_form_to_file(
    product: Product, provider: Provider, lead: Browser
) -> None:
    form = await lead.get(f"{HALF_YEAR}/export")
    assert form.status_code == 200
    fields = {"format": "xlsx", "purpose": "Report", "idempotency_key": str(uuid4())}
    missing = await lead.post(f"{HALF_YEAR}/export", data={**fields, "purpose": ""})
    assert missing.status_code == 400
    assert "Enter what the file is for." in missing.text
    made = await lead.post(f"{HALF_YEAR}/export", data=fields)
    assert made.status_code == 303
    page = await lead.get(made.headers["location"])
    assert "Your export is being created" in page.text
    await service.build_pending_exports(
        product.db,
        product.scopes.worker(provider.id),
        instrument=shipped_instruments().offered_outcomes,
    )
    page = await lead.get(made.headers["location"])
    assert "Your export is ready" in page.text
    file = await lead.get(f"{made.headers['location']}/file")
    assert file.content.startswith(b"PK")
    assert file.headers["content-disposition"].startswith("attachment; filename=")
    assert file.headers["cache-control"] == "no-store"
    assert "Report" in (await lead.get("/results/exports")).text


async def test_an_export_over_the_api(product: Product, provider: Provider, lead: Browser) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    made = await lead.post("/api/v1/exports", json=JSON, headers=key)
    assert made.status_code == 201, made.text
    assert made.json()["id"] == key["Idempotency-Key"]
    await service.build_pending_exports(
        product.db,
        product.scopes.worker(provider.id),
        instrument=shipped_instruments().offered_outcomes,
    )
    address = f"/api/v1/exports/{made.json()['id']}"
    assert (await lead.get(address)).json()["state"] == "ready"
    file = await lead.get(f"{address}/file")
    assert file.headers["content-type"] == "application/zip"
    assert (await lead.get("/api/v1/exports")).json()["next"] is None


async def test_figures_over_the_api(lead: Browser) -> None:
    days = {"first_day": "2017-01-01", "last_day": "2017-06-30"}
    found = (await lead.get("/api/v1/kpis", params=days)).json()
    assert found["view"] == "external"
    assert any("nearest 5" in note for note in found["notes"])
    figures = {figure["code"]: figure for figure in found["figures"]}
    (row,) = figures["call-pick-up"]["rows"]
    assert (row["number"], row["share"]) == ("[x]", "[x]")


@pytest.mark.parametrize(
    "path",
    [
        "/results/public/2017-01-01/2017-06-30",
        "/results/external/2017-01-01/2017-02-30",
        "/results/elsewhere/days",
        f"/results/exports/{UUID(int=7)}",
        f"/results/exports/{UUID(int=7)}/file",
    ],
)
async def test_what_is_not_there(lead: Browser, path: str) -> None:
    assert (await lead.get(path)).status_code == 404


async def test_picking_other_days(lead: Browser) -> None:
    address = "/results/external/days"
    assert (await lead.get(address)).status_code == 200
    good = {"first_day": "2017-01-01", "last_day": "2017-06-30"}
    assert (await lead.get(address, params=good)).headers["location"] == HALF_YEAR
    refused = await lead.get(address, params={**good, "last_day": "2017-06-29"})
    assert refused.status_code == 400
    assert "whole months only" in refused.text
