"""What a page looks like to a browser: no violation, nothing refused, nothing cut, no side-scroll."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page

from tests.platform.web.test_site import JSON

SIZES = {"phone": (360, 740), "desktop": (1280, 800)}
_AXE = (
    "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
)
_WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
_SMALL_TARGETS = """[...document.querySelectorAll('a, button, summary, label, input, select, textarea')]
  .filter(one => one.checkVisibility({opacityProperty: true}) && !one.closest('.skip, dl, p, li > a')
    && !(one.matches('label') && !one.matches('.chip__label')) && !one.matches('.row__link'))
  .map(one => [one.outerHTML.slice(0, 60), one.getBoundingClientRect().height])
  .filter(([, height]) => height < 44)"""
_CUT_LABELS = """[...document.querySelectorAll('svg.chart')].flatMap(chart => {
  const edge = chart.getBoundingClientRect();
  const boxes = [...chart.querySelectorAll('text')].map(one => one.getBoundingClientRect());
  const cut = boxes.filter(box => box.left < edge.left || box.right > edge.right
    || box.top < edge.top || box.bottom > edge.bottom);
  const meet = boxes.filter((a, i) => boxes.slice(i + 1).some(b => a.left < b.right - 0.5
    && b.left < a.right - 0.5 && a.top + 4 < b.bottom && b.top + 4 < a.bottom));
  return [...cut, ...meet].map(box => [box.left, box.top, box.right, box.bottom]);
})"""


@asynccontextmanager
async def visiting(
    chromium: Browser, address: str, width: int, height: int
) -> AsyncIterator[tuple[Page, list[str]]]:
    """A signed-in page of that size, and what went wrong on it."""
    context = await chromium.new_context(viewport={"width": width, "height": height})
    page = await context.new_page()
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(address) else trouble.append(asked.url),
    )
    await page.goto(f"{address}/sign-in")
    assert page.url == f"{address}/today", "the __Host- cookie was not kept"
    yield page, trouble
    await context.close()


async def violations(page: Page) -> list[Any]:
    """What axe finds, on a window as tall as the page so that nothing lies under the bar."""
    size = page.viewport_size
    assert size is not None
    tall = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({"width": size["width"], "height": tall})
    await page.evaluate(AXE_SCRIPT)  # through the debugger, so that the CSP stays on
    found = await page.evaluate(_AXE)
    await page.set_viewport_size(size)
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
async def test_everything_is_accessible(
    chromium: Browser, address: str, size: str, direction: str
) -> None:
    async with visiting(chromium, address, *SIZES[size]) as (page, trouble):
        for path in ("/today", f"/everything?direction={direction}"):
            await page.goto(address + path)
            assert await violations(page) == []
            scroll, window = await page.evaluate(_WIDTHS)
            assert scroll == window
            assert await page.evaluate(_SMALL_TARGETS) == []
            assert await page.evaluate(_CUT_LABELS) == []
        assert trouble == []


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
async def test_large_text_on_a_narrow_phone_does_not_scroll_sideways(
    chromium: Browser, address: str, direction: str
) -> None:
    async with visiting(chromium, address, 320, 640) as (page, trouble):
        await page.goto(f"{address}/everything?direction={direction}")
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        scroll, window = await page.evaluate(_WIDTHS)
        assert scroll == window
        assert await violations(page) == []
        assert trouble == []


async def test_a_refused_form_points_at_each_field(chromium: Browser, address: str) -> None:
    async with visiting(chromium, address, *SIZES["phone"]) as (page, _):
        await page.goto(f"{address}/everything")
        await page.get_by_label("Place").fill("")
        await page.get_by_label("Worried").check()
        await page.get_by_role("button", name="Save check-in").click()
        assert await page.title() == "Error: Everything – Outcomes"
        assert await violations(page) == []
        summary = page.get_by_role("alert")
        links = summary.get_by_role("link")
        assert await links.all_inner_texts() == [
            "Enter the exit date as 24 11 2026.",
            "Enter the next contact date as 24 11 2026.",
            "Enter the place.",
        ]
        for index in range(await links.count()):
            target = (await links.nth(index).get_attribute("href") or "").removeprefix("#")
            assert await page.locator(f"[id='{target}']").count() == 1
        assert await page.get_by_label("Worried").is_checked()
        assert await page.evaluate("document.activeElement.getAttribute('role')") == "alert"


async def test_a_form_is_filled_with_a_keyboard_only(chromium: Browser, address: str) -> None:
    async with visiting(chromium, address, *SIZES["desktop"]) as (page, _):
        await page.goto(f"{address}/everything")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main-content"
        await page.get_by_label("Fine").focus()
        await page.keyboard.press("ArrowRight")
        assert await page.get_by_label("Not so good").is_checked()


async def test_every_page_prints_without_its_controls(chromium: Browser, address: str) -> None:
    async with visiting(chromium, address, *SIZES["desktop"]) as (page, _):
        await page.goto(f"{address}/everything")
        await page.emulate_media(media="print")
        assert not await page.get_by_role("navigation", name="Main").is_visible()
        assert not await page.get_by_role("button", name="Leave").is_visible()
        assert await page.locator("svg.chart").first.is_visible()


async def test_problems_are_accessible_too(chromium: Browser, address: str) -> None:
    async with visiting(chromium, address, *SIZES["phone"]) as (page, _):
        for path in ("/none", "/broken/fault", "/broken/conflict"):
            await page.goto(address + path)
            assert await violations(page) == []
        assert JSON not in await page.content()
