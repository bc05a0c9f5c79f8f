"""Somebody at a browser: a user without scripts that does the work, and an checker that checks pages.

The checker has the same cookies and allows scripts, which axe needs. It opens each page that the user
stands on, at both sizes. Everything either of them asks for or complains about is kept.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Locator, Page, ViewportSize
from playwright.async_api import TimeoutError as TooLate

from tests.platform.web.test_browser import _AXE, _CUT_LABELS, _SMALL_TARGETS, _WIDTHS, SIZES

PHONE: ViewportSize = {"width": 360, "height": 740}
_OVERFLOWING = """[...document.querySelectorAll('main *')].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width > 1 && box.right > document.documentElement.clientWidth + 1
    && getComputedStyle(one).position !== 'absolute' && !one.closest('svg, .govuk-visually-hidden');
}).map(one => one.outerHTML.slice(0, 80))"""

_VIOLATIONS = f"""{_AXE}.then(found => found.violations.map(
  one => [one.id, one.nodes.map(node => node.html.slice(0, 200))]))"""


class Walker:
    """A person signed in, or about to be, on a phone."""

    def __init__(self, user: Page, checker: Page, shots: Path) -> None:
        self.page = user
        self.taps = 0
        self.trouble: list[str] = []
        self._checker = checker
        self._shots = shots
        for page in (user, checker):
            self._listen(page)

    def _listen(self, page: Page) -> None:
        page.on("console", lambda said: self._complain(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("request", lambda asked: self._requested(asked.url))

    def _complain(self, words: str) -> None:
        if "status of 400" not in words:
            self.trouble.append(words)

    def _requested(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:")):
            self.trouble.append(url)

    async def tap(self, what: Locator) -> None:
        """One tap of the thumb, counted."""
        self.taps += 1
        await what.click()

    async def button(self, name: str) -> None:
        await self.tap(self.page.get_by_role("button", name=name, exact=True))

    async def link(self, name: str, *, exact: bool = True) -> None:
        await self.tap(self.page.get_by_role("link", name=name, exact=exact).first)

    def row(self, words: str) -> Locator:
        """The card of a list that has those words."""
        return self.page.locator(".row").filter(has_text=words)

    async def choose(self, question: str, answer: str) -> None:
        """Tap an answer of a question that has a few."""
        group = self.page.get_by_role("group", name=question, exact=True)
        await self.tap(group.get_by_label(re.compile(f"^{re.escape(answer)}")))

    async def tick(self, label: str) -> None:
        await self.tap(self.page.get_by_role("checkbox", name=label, exact=True))

    async def write(self, label: str, words: str) -> None:
        await self.page.get_by_label(label, exact=True).fill(words)

    async def headed(self, heading: str) -> None:
        """Wait for the page of that heading; fails with what is there instead."""
        try:
            await self.page.get_by_role("heading", level=1, name=heading).wait_for()
        except TooLate as error:
            raise AssertionError(await self._words()) from error

    async def _words(self) -> str:
        return f"{self.page.url}:\n{await self.page.locator('main').inner_text()}"

    async def until(self, sight: Locator, seconds: int = 20) -> None:
        """Load the page anew until it shows that."""
        for _ in range(seconds * 2):
            if await sight.count():
                return
            await self.page.wait_for_timeout(500)
            await self.page.reload()
        raise AssertionError(await self._words())

    async def look(self, name: str) -> None:
        """Check the page where the user is, at both sizes, and keep a picture of each."""
        held: Any = await self.page.context.cookies()
        await self._checker.context.add_cookies(held)
        await self._checker.goto(self.page.url)
        await self._checker.evaluate(AXE_SCRIPT)  # through the debugger, so that the CSP stays on
        for size, (width, height) in SIZES.items():
            await self._checker.set_viewport_size({"width": width, "height": height})
            scroll, window = await self._checker.evaluate(_WIDTHS)
            assert scroll == window, (name, size)
            await _photograph(self._checker, self._shots / f"{name}-{size}.png")
            for look in (_OVERFLOWING, _SMALL_TARGETS, _CUT_LABELS, _VIOLATIONS):
                assert (found := await self._checker.evaluate(look)) == [], (name, size, found)
        assert self.trouble == [], name

    async def picture(self, name: str) -> None:
        """Keep pictures of a page that came by POST and cannot be opened again."""
        for size, (width, height) in SIZES.items():
            await self.page.set_viewport_size({"width": width, "height": height})
            await _photograph(self.page, self._shots / f"{name}-{size}.png")
        await self.page.set_viewport_size(PHONE)


async def _photograph(page: Page, path: Path) -> None:
    """The whole page, on a window that is made as tall as it: so nothing lies under the bar."""
    size = page.viewport_size
    assert size is not None
    tall = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({"width": size["width"], "height": max(tall, size["height"])})
    await page.screenshot(path=path)


@asynccontextmanager
async def walking(chromium: Browser, shots: Path) -> AsyncIterator[Walker]:
    """Somebody with an empty browser."""
    user = await chromium.new_context(viewport=PHONE, java_script_enabled=False)
    checker = await chromium.new_context(viewport=PHONE)
    for context in (user, checker):
        context.set_default_timeout(10_000)
    yield Walker(await user.new_page(), await checker.new_page(), shots)
    await user.close()
    await checker.close()
