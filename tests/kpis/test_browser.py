"""Results in a browser: no violation, nothing refused, no side-scroll, at both sizes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page

from outcomes.app import create_app
from outcomes.assessments.instruments import shipped_instruments
from outcomes.kpis import service
from outcomes.platform.access.models import Caller
from outcomes.platform.web.requests.authentication import SESSION_COOKIE
from tests.kpis.records import Filled
from tests.platform.web.site import serving
from tests.platform.web.test_browser import _CUT_LABELS, _SMALL_TARGETS, _WIDTHS, SIZES, violations
from tests.support import Product, session_token

EXTERNAL = "/results/external/2017-01-01/2017-06-30"
INTERNAL = "/results/internal/2017-01-01/2017-06-30"


@pytest.fixture(scope="module")
async def address(product: Product) -> AsyncIterator[str]:
    """An application of its own, because the server ends its lifespan with itself."""
    app = create_app(product.settings, cipher=product.cipher, clock=product.clock)
    async with serving(app) as running:
        yield running


@asynccontextmanager
async def visiting(
    chromium: Browser, address: str, product: Product, caller: Caller, size: tuple[int, int]
) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page in a new session of the caller, and what went wrong on it."""
    context = await chromium.new_context(viewport={"width": size[0], "height": size[1]})
    token = await session_token(product, caller)
    await context.add_cookies(
        [{"name": SESSION_COOKIE, "value": token, "url": "https://127.0.0.1/", "secure": True}]
    )
    page = await context.new_page()
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(address) else trouble.append(asked.url),
    )
    yield page, trouble
    await context.close()


@pytest.mark.parametrize("size", SIZES)
async def test_every_page_of_results_is_accessible(
    chromium: Browser, address: str, product: Product, filled: Filled, size: str
) -> None:
    lead = filled.provider.lead
    async with visiting(chromium, address, product, lead, SIZES[size]) as (page, trouble):
        for path in (EXTERNAL, INTERNAL, "/results/external/days", f"{EXTERNAL}/export"):
            await page.goto(address + path)
            await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert await violations(page) == [], path
            scroll, window = await page.evaluate(_WIDTHS)
            assert scroll == window, path
            assert await page.evaluate(_SMALL_TARGETS) == [], path
            assert await page.evaluate(_CUT_LABELS) == [], path
        assert trouble == []


async def test_an_export_with_a_thumb(
    chromium: Browser, address: str, product: Product, filled: Filled
) -> None:
    lead = filled.provider.lead
    async with visiting(chromium, address, product, lead, SIZES["phone"]) as (page, trouble):
        await page.goto(address + EXTERNAL)
        await page.get_by_role("link", name="Export these figures").click()
        await page.get_by_label("Spreadsheet").check()
        await page.get_by_label("What is it for?").fill(f"Report {uuid4()}")
        await page.get_by_role("button", name="Create export").click()
        await page.get_by_role("heading", name="Your export is being created").wait_for()
        assert await violations(page) == []
        worker = product.scopes.worker(filled.provider.id)
        await service.build_pending_exports(
            product.db, worker, instrument=shipped_instruments().offered_outcomes
        )
        await page.get_by_role("link", name="Refresh").click()
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Download").click()
        name = (await download.value).suggested_filename
        assert name == "outcomes-external-2017-01-01-to-2017-06-30.xlsx"
        assert await violations(page) == []
        await page.get_by_role("link", name="My exports").click()
        await page.get_by_text("Ready").first.wait_for()
        assert await violations(page) == []
        assert trouble == []
