"""Another ladder, four tries or ten days: the rule follows, and so does every page that says it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from litestar import Litestar

from outcomes.assessments.instruments import shipped_instruments
from outcomes.disengagement.rules import Ladder
from outcomes.messaging.gateways.twilio import TwilioGateway
from outcomes_workers.jobs import JOBS
from outcomes_workers.tenant_run import TenantRun
from tests.casework.factories import enrolled, miss, now
from tests.support import (
    Product,
    Provider,
    make_provider,
    make_worker,
    running_app,
    signed_in,
)

LADDER = Ladder(tries=4, silent_days=10)
FOUR, TEN = "4 tries without an answer", "10 days without contact"
[RAISE_FLAGS] = [job for job in JOBS if job.name == "raise flags"]


@pytest.fixture
async def app(product: Product) -> AsyncIterator[Litestar]:
    async with running_app(product, ladder=LADDER) as started:
        yield started


async def _raise_flags(product: Product, provider: Provider, **ahead: int) -> None:
    caller = product.scopes.worker(provider.id)
    gateway = TwilioGateway("AC", "token", base_url="http://127.0.0.1:1")
    run = TenantRun(
        db=product.db,
        caller=caller,
        gateway=gateway,
        public_url=product.settings.public_url,
        ladder=LADDER,
        instruments=shipped_instruments(),
        now=await now(product, caller) + timedelta(**ahead),
        should_continue=lambda: True,
    )
    await RAISE_FLAGS.work(run)
    await gateway.close()


async def test_the_fourth_try_raises_the_flag_and_the_pages_say_four(
    product: Product, app: Litestar
) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    survivor_id = await enrolled(product, worker)
    browser, lead = (
        await signed_in(product, app, worker),
        await signed_in(product, app, provider.lead),
    )
    person = f"/people/{survivor_id}"

    for _ in range(3):
        await miss(product, worker, survivor_id)
    await _raise_flags(product, provider, minutes=1)
    assert "Look at it and resolve it" not in (await browser.get(person)).text
    assert (
        "This is try 4; after 4, you get a flag" in (await browser.get(f"{person}/no-answer")).text
    )

    await miss(product, worker, survivor_id)
    await _raise_flags(product, provider, minutes=1)
    shown = (await browser.get(person)).text
    assert FOUR in shown
    assert f"Flag: {FOUR}" in shown
    [flag] = (await browser.get(f"/api/v1/survivors/{survivor_id}/flags")).json()["items"]
    assert (flag["rule"], len(flag["evidence"]["tries"])) == ("unanswered_tries", 4)
    for page in ("/", f"{person}/flags", f"{person}/flags/{flag['id']}"):
        assert FOUR in (await browser.get(page)).text, page
    assert FOUR in (await lead.get("/team")).text


async def test_ten_days_of_silence_are_said_to_be_ten(product: Product, app: Litestar) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    survivor_id = await enrolled(product, worker)
    browser = await signed_in(product, app, worker)
    await _raise_flags(product, provider, days=9)
    assert TEN not in (await browser.get("/")).text
    await _raise_flags(product, provider, days=10, minutes=1)
    assert TEN in (await browser.get("/")).text
    assert TEN in (await browser.get(f"/people/{survivor_id}/flags")).text
