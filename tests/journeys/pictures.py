"""Takes the pictures of the README: `python -m tests.journeys.pictures docs/images`.

They show the demo on the next Tuesday at half past ten, when people may be called.
"""

import asyncio
import shutil
import sys
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import BrowserContext, Page, async_playwright

from tests.journeys.staging import Stage, running_stage
from tests.moment import OFFSET, now
from tests.platform.web.conftest import CHROMIUM

LONDON = ZoneInfo("Europe/London")
PERSON = "Ana"


def until_tuesday() -> timedelta:
    """From now to the next Tuesday at 10:30 in London."""
    at = now().astimezone(LONDON)
    days = (1 - at.weekday()) % 7 or 7
    return OFFSET + (datetime.combine(at.date() + timedelta(days=days), time(10, 30), LONDON) - at)


async def take(stage: Stage, folder: Path) -> None:
    """Today on a phone, and somebody's progress on a desktop."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM
        )
        phone = await browser.new_context(
            viewport={"width": 360, "height": 740}, device_scale_factor=2
        )
        page = await sign_in_with_password(phone, stage)
        await page.screenshot(path=folder / "today.png")
        desktop = await browser.new_context(viewport={"width": 1280, "height": 800})
        page = await sign_in_with_password(desktop, stage)
        await page.goto(f"{stage.product}/people")
        await page.get_by_label("Find by name").fill(PERSON)
        await page.get_by_role("button", name="Search").click()
        await page.locator(".row__link").first.click()
        await page.goto(f"{page.url}/progress")
        await page.screenshot(path=folder / "progress.png")
        await browser.close()


async def sign_in_with_password(context: BrowserContext, stage: Stage) -> Page:
    page = await context.new_page()
    await page.goto(stage.product)
    await page.get_by_label("Sign-in name").fill("worker")
    await page.get_by_label("Password").fill(stage.password)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", level=1, name="Today").wait_for()
    return page


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="outcomes-pictures-") as home:
        Path(home).chmod(0o711)
        with running_stage(Path(home), ahead=until_tuesday()) as stage:
            asyncio.run(take(stage, folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
