"""The small site of `tests.platform.web.site`, in process and in a browser."""

import shutil
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import Browser, async_playwright

from tests.platform.web.site import TOKEN, csrf_token_for, in_process, make_app, serving

CHROMIUM = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def site() -> Litestar:
    return make_app()


@pytest.fixture
async def visitor(site: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is not signed in."""
    async with in_process(site) as client:
        yield client


@pytest.fixture
async def person(site: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with a session, in a browser that says where requests come from."""
    headers = {
        "Cookie": f"theme=x; __Host-outcomes={TOKEN}",
        "X-CSRF-Token": csrf_token_for(TOKEN),
        "Sec-Fetch-Site": "same-origin",
    }
    async with in_process(site) as client:
        client.headers.update(headers)
        yield client


@pytest.fixture(scope="session")
async def address(site: Litestar) -> AsyncIterator[str]:
    async with serving(site) as running:
        yield running


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is not on PATH: install Debian's chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        await browser.close()
