"""The pages of pathways and assessments: what forms do, and how they look to a browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Browser, Page

from outcomes.app import create_app
from outcomes.assessments import service as assessments
from outcomes.assessments.models import NeedLevel
from outcomes.pathways import service
from outcomes.pathways.models import NewPathway, ReviewDecision
from outcomes.pathways.reviews import service as reviews
from outcomes.platform.access.models import Caller
from outcomes.platform.web.requests.authentication import SESSION_COOKIE
from outcomes.prompts import service as prompts
from outcomes.survivors.models import ExitDate
from tests.platform.web.site import serving
from tests.platform.web.test_browser import _CUT_LABELS, _SMALL_TARGETS, _WIDTHS, SIZES, violations
from tests.support import (
    Browser as Client,
)
from tests.support import (
    Product,
    Provider,
    make_provider,
    make_survivor,
    make_worker,
    new_key,
    running_app,
    session_token,
    signed_in,
)

EXIT = date(2026, 1, 10)
OUTCOME_FIELDS = {
    "instrument": "six-domains",
    "version": "1.0",
    "stage": "entry",
    "assessed_on": "2026-11-20",
}
NEEDS_FIELDS = {"instrument": "needs-eight", "version": "1.0", "assessed_on": "2026-11-20"}


@asynccontextmanager
async def client_for(product: Product, caller: Caller) -> AsyncIterator[Client]:
    async with running_app(product) as app, await signed_in(product, app, caller) as client:
        yield client


async def fill(client: Client, path: str, **fields: str | list[str]) -> tuple[int, str]:
    """Send a form with a new key; the status, and where it leads or what the page says."""
    answer = await client.post(path, data={"idempotency_key": str(uuid4()), **fields})
    return answer.status_code, answer.headers.get("location", answer.text)


async def accept_wording(product: Product, provider: Provider) -> None:
    """The provider's admin agrees to the only prompt in English."""
    wording, _ = (await prompts.list_wordings(product.db, provider.admin))[0]
    await prompts.accept_wording(product.db, provider.admin, wording.code, wording.version)


class TestForms:
    async def test_enrol(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, exit_on=EXIT)
        async with client_for(november, worker) as client:
            path = f"/people/{survivor_id}"
            before = await client.get(f"{path}/schedule")
            assert "They are not enrolled yet." in before.text
            assert await fill(client, f"{path}/enrol") == (303, f"{path}/schedule")
            after = (await client.get(f"{path}/schedule")).text
        assert "Mon 21 Dec" in after
        assert "moved from Sun 20 Dec: weekend" in after
        assert "moved from Fri 25 Dec: bank holiday" in after
        assert "Until Mon 10 Jan 2028, two years after exit." in after
        assert "6 months after exit" in after

    async def test_what_comes_before_enrolling_is_said(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker, consents=())
        async with client_for(november, worker) as client:
            status, page = await fill(client, f"/people/{survivor_id}/enrol")
        assert status == 400
        assert "Record first that they agreed to calls or to texts." in page
        assert f"/people/{survivor_id}/consents" in page

    async def test_an_overtaken_exit_date_shows_both(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker)
        typed = {"exit_on.day": "3", "exit_on.month": "2", "exit_on.year": "2026"}
        async with client_for(november, worker) as client:
            path = f"/people/{survivor_id}/exit-date"
            theirs = ExitDate(EXIT, 1)
            await service.set_exit_date(november.db, worker, survivor_id, theirs)
            status, page = await fill(client, path, version="1", **typed)
            assert status == 409
            assert "Their exit date is now Sat 10 Jan 2026." in page
            assert 'name="exit_on.day" value="3"' in page
            assert 'name="version" value="2"' in page
            done = await fill(client, path, version="2", **typed)
        assert done == (303, f"/people/{survivor_id}/schedule")

    async def test_outcomes(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker)
        path = f"/people/{survivor_id}/outcomes"
        async with client_for(november, worker) as client:
            answers = {"answers.safe_home": "3", "answers.rest": "not_applicable"}
            status, page = await fill(client, path, **OUTCOME_FIELDS, note="Kept words")
            assert status == 400
            assert "Score at least one item." in page
            assert "Kept words" in page
            done = await fill(client, path, **OUTCOME_FIELDS, **answers, note="Kept words")
            again = (await client.get(path)).text
        assert done == (303, f"/people/{survivor_id}/progress")
        assert "Last time: 3 Mostly." in again
        assert "Last time: does not apply." in again
        (found,) = await assessments.list_outcomes(november.db, worker, survivor_id)
        assert found.answers == {"safe_home": 3, "rest": "not_applicable"}

    async def test_needs_lose_nothing_when_refused(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker)
        path = f"/people/{survivor_id}/needs"
        typed: dict[str, str | list[str]] = {
            "areas.safety.level": "high",
            "areas.safety.factors": ["online", "risky_offer"],
            "areas.money.note": "Owes an aunt",
            "areas.accommodation.note": "",  # as a browser sends what nobody touched
            "areas.accommodation.action": "",
            "safety_plan.agreed": "Call from the centre",
        }
        async with client_for(november, worker) as client:
            status, page = await fill(client, path, **NEEDS_FIELDS, **typed)
            assert status == 400
            assert page.count("Money: choose a level.") == 2, "in the summary and beside the field"
            assert page.count("choose a level.") == 2
            assert page.count(" checked>") == 3
            assert "Owes an aunt" in page
            typed["areas.money.level"] = "low"
            done = await fill(client, path, **NEEDS_FIELDS, **typed)
            again = (await client.get(path)).text
            progress = (await client.get(f"/people/{survivor_id}/progress")).text
        assert done == (303, f"/people/{survivor_id}/progress")
        (found,) = await assessments.list_needs(november.db, worker, survivor_id)
        assert found.areas["safety"].factors == ("online", "risky_offer")
        assert found.levels == {"safety": NeedLevel.HIGH, "money": NeedLevel.LOW}
        assert "Last time: High." in again
        assert "Call from the centre" in again, "the plan stands until it is changed"
        assert "For the support worker, within 2 working days." in progress

    async def test_review(self, november: Product) -> None:
        worker = await make_worker(november, await make_provider(november))
        survivor_id = await make_survivor(november, worker)
        path = f"/people/{survivor_id}/review"
        async with client_for(november, worker) as client:
            status, page = await fill(client, path, version="1", goals="A GP")
            assert status == 400
            assert "Choose what was decided." in page
            assert "A GP" in page
            done = await fill(
                client, path, version="1", what_changed="A room", decision="step_down"
            )
            again = (await client.get(path)).text
        assert done == (303, f"/people/{survivor_id}")
        (held,) = await reviews.list_reviews(november.db, worker, survivor_id)
        assert (held.held_on, held.decision) == (date(2026, 11, 20), ReviewDecision.STEP_DOWN)
        assert "A room" in again

    async def test_sending_now_is_offered_or_refused_with_its_reason(
        self, november: Product
    ) -> None:
        provider = await make_provider(november)
        worker = await make_worker(november, provider)
        survivor_id = await make_survivor(november, worker)
        new = NewPathway()
        await service.enrol(november.db, worker, survivor_id, new_key(worker, new), new)
        async with client_for(november, worker) as client:
            path = f"/people/{survivor_id}/schedule"
            refused = (await client.get(path)).text
            await accept_wording(november, provider)
            offered = (await client.get(path)).text
        assert "Your administrator has not accepted the wording yet." in refused
        assert "Send the next message now" not in refused
        assert "Hi, how are things? Reply 1 fine, 2 not so good, 3 please call" in offered
        assert f'action="/people/{survivor_id}/prompts"' in offered
        assert "No text can be sent now" not in offered


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


async def a_life(product: Product, caller: Caller) -> UUID:
    """Somebody with two assessments of each kind, a review and a schedule, made by forms."""
    survivor_id = await make_survivor(product, caller, exit_on=EXIT)
    path = f"/people/{survivor_id}"
    async with client_for(product, caller) as client:
        await fill(client, f"{path}/enrol")
        for on, score, level in (("2026-03-02", "1", "urgent"), ("2026-11-02", "3", "low")):
            page = (await client.get(f"{path}/outcomes")).text
            items = {part.split('"')[0] for part in page.split('name="answers.')[1:]}
            outcome_fields = {**OUTCOME_FIELDS, "assessed_on": on}
            scores = {f"answers.{item}": score for item in items}
            assert (await fill(client, f"{path}/outcomes", **outcome_fields, **scores))[0] == 303
            page = (await client.get(f"{path}/needs")).text
            names = {part.split('"')[0] for part in page.split('name="areas.')[1:]}
            levels = {f"areas.{name}": level for name in names if name.endswith("level")}
            needs_fields = {**NEEDS_FIELDS, "assessed_on": on, "areas.money.action": "Ask"}
            assert (await fill(client, f"{path}/needs", **needs_fields, **levels))[0] == 303
        await fill(client, f"{path}/review", what_changed="A room", decision="continue")
    return survivor_id


@pytest.mark.parametrize("size", SIZES)
async def test_every_page_in_a_browser(chromium: Browser, february: Product, size: str) -> None:
    provider = await make_provider(february)
    worker = await make_worker(february, provider)
    await accept_wording(february, provider)
    fresh = await make_survivor(february, worker, consents=(), phone="07700 900711")
    lived = await a_life(february, worker)
    pages = ("enrol", "schedule", "needs", "outcomes", "progress", "review", "exit-date")
    app = create_app(february.settings, cipher=february.cipher, clock=february.clock)
    async with (
        serving(app) as address,
        visiting(chromium, address, february, worker, SIZES[size]) as (page, trouble),
    ):
        for path in [f"/people/{who}/{name}" for who in (fresh, lived) for name in pages]:
            answer = await page.goto(address + path)
            assert answer is not None
            assert answer.status == 200, path
            await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert await violations(page) == [], path
            scroll, window = await page.evaluate(_WIDTHS)
            assert scroll == window, path
            assert await page.evaluate(_SMALL_TARGETS) == [], path
            assert await page.evaluate(_CUT_LABELS) == [], path
        assert trouble == []


async def test_an_assessment_with_a_thumb(chromium: Browser, february: Product) -> None:
    """Needs filled in by tapping, and the refusal with its summary, both without a violation."""
    worker = await make_worker(february, await make_provider(february))
    survivor_id = await make_survivor(february, worker)
    app = create_app(february.settings, cipher=february.cipher, clock=february.clock)
    async with (
        serving(app) as address,
        visiting(chromium, address, february, worker, SIZES["phone"]) as (page, trouble),
    ):
        await page.goto(f"{address}/people/{survivor_id}/needs")
        await page.get_by_role("button", name="Save needs").click()
        await page.get_by_role("heading", name="There is a problem").wait_for()
        assert await violations(page) == []
        for group in await page.get_by_role("group", name="Level").all():
            await group.get_by_label("Medium").check()
        await page.get_by_role("button", name="Save needs").click()
        await page.get_by_role("heading", name="Progress").wait_for()
        assert "High" in await page.get_by_label("Latest needs").inner_text()
        assert ["status of 400" in words for words in trouble] == [True]
