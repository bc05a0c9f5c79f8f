"""The pages as a browser gets them: nothing lost when refused, nothing shown to others."""

import re
from uuid import UUID, uuid4

from litestar import Litestar

from outcomes.check_ins import service as check_ins
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Role
from outcomes.platform.calendar import SafeHours
from outcomes.prompts import service as prompts
from outcomes.survivors.models import SafeContactProfile
from tests.casework.factories import enrolled, worry
from tests.support import (
    Product,
    make_account,
    make_provider,
    make_survivor,
    make_worker,
    signed_in,
)


async def test_today_leads_each_role_to_its_work(product: Product, app: Litestar) -> None:
    provider = await make_provider(product)
    analyst = await make_account(product, provider.admin, Role.ANALYST)
    worker = await make_worker(product, provider)
    for caller, where in ((provider.admin, "/team"), (analyst, "/results")):
        answer = await (await signed_in(product, app, caller)).get("/")
        assert (answer.status_code, answer.headers["location"]) == (303, where)
    page = await (await signed_in(product, app, worker)).get("/")
    assert page.status_code == 200
    assert "Nothing is due today" in page.text


async def test_a_check_in_goes_from_today_to_saved(product: Product, app: Litestar) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await enrolled(product, worker)
    browser = await signed_in(product, app, worker)
    path = f"/people/{survivor_id}/check-in"
    form = await browser.get(path)
    key = re.search(r'name="idempotency_key" value="([^"]+)"', form.text)
    assert key is not None
    sent = {"idempotency_key": key[1], "channel": "call", "wellbeing": "fine", "note": "Tea"}
    for _ in range(2):
        saved = await browser.post(path, data=sent)
        assert (saved.status_code, saved.headers["location"]) == (
            303,
            f"/people/{survivor_id}?saved=call",
        )
    assert len(await check_ins.list_check_ins(product.db, worker, survivor_id)) == 1
    page = await browser.get(saved.headers["location"])
    assert "Check-in saved." in page.text
    assert "Check-in: fine" in page.text


async def test_a_refused_form_keeps_everything_typed(product: Product, app: Litestar) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    browser = await signed_in(product, app, worker)
    key = str(uuid4())
    for name, sent, missing in (
        ("check-in", {"note": "Typed & kept", "worry": "Rent"}, "Choose how they are."),
        ("no-answer", {"outcome": "third_party"}, "Choose why, as far as you know."),
        ("activity", {"kind": "work", "happened_on": "pick"}, "Choose whether it started"),
        (
            "drop-in",
            {"attended_on": "pick", "attended_on.pick": "2098-01-01"},
            "Enter today or an earlier day",
        ),
    ):
        page = await browser.post(
            f"/people/{survivor_id}/{name}", data={"idempotency_key": key, **sent}
        )
        assert page.status_code == 400
        assert missing in page.text
        assert f'value="{key}"' in page.text
        assert "<title>Error: " in page.text
    page = await browser.post(
        f"/people/{survivor_id}/check-in",
        data={"idempotency_key": key, "note": "Typed & kept", "duress": "true"},
    )
    assert "Typed &amp; kept" in page.text
    assert re.search(r'id="duress"[^>]* checked', page.text)


async def test_pages_of_foreign_and_absent_people_look_alike(
    product: Product, app: Litestar
) -> None:
    provider = await make_provider(product)
    survivor_id = await make_survivor(product, await make_worker(product, provider))
    stranger = await make_worker(product, await make_provider(product))
    browser = await signed_in(product, app, stranger)
    for below in ("", "/check-in", "/visit", "/no-answer", "/drop-in", "/activity", "/flags"):
        foreign = await browser.get(f"/people/{survivor_id}{below}")
        absent = await browser.get(f"/people/{uuid4()}{below}")
        assert (foreign.status_code, absent.status_code) == (404, 404)
        assert foreign.content == absent.content


async def test_outside_the_hours_no_message_is_sent_and_the_page_says_why(
    product: Product, app: Litestar
) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    for wording, _ in await prompts.list_wordings(product.db, provider.admin):
        await prompts.accept_wording(product.db, provider.admin, wording.code, wording.version)
    browser = await signed_in(product, app, worker)
    open_ = await _person(product, worker, "07700 900401", SafeHours.every_day())
    closed = await _person(product, worker, "07700 900402", SafeHours())
    answers = {
        survivor_id: await browser.post(
            f"/people/{survivor_id}/prompts", data={"idempotency_key": str(uuid4())}
        )
        for survivor_id in (open_, closed)
    }
    assert answers[open_].headers["location"] == f"/people/{open_}?saved=prompt"
    assert answers[closed].status_code == 409
    assert "No message was sent" in answers[closed].text
    assert await prompts.list_prompts(product.db, worker, closed) == []
    assert len(await prompts.list_prompts(product.db, worker, open_)) == 1


async def test_a_flag_is_resolved_on_its_page(product: Product, app: Litestar) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    flag_id = await worry(product, worker, survivor_id)
    browser = await signed_in(product, app, worker)
    path = f"/people/{survivor_id}/flags/{flag_id}"
    assert "Whispered" in (await browser.get(path)).text
    sent = {
        "idempotency_key": str(uuid4()),
        "resolution": "moved",
        "how": "Typed",
        "by_whom": "Me",
        "ascertained_on": "2026-01-05",
    }
    refused = await browser.post(f"{path}/resolution", data=sent)
    assert refused.status_code == 400
    assert "Write who accepted them" in refused.text
    saved = await browser.post(f"{path}/resolution", data={**sent, "handed_to": "Others"})
    assert saved.status_code == 303
    assert "Moved, and handed over" in (await browser.get(path)).text


async def test_tasks_are_done_from_the_page(product: Product, app: Litestar) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    browser = await signed_in(product, app, worker)
    await browser.post(
        f"/people/{survivor_id}/check-in",
        data={"idempotency_key": str(uuid4()), "wellbeing": "fine", "duress": "true"},
    )
    page = await browser.get(f"/people/{survivor_id}")
    done = re.search(r'action="(/tasks/[^"]+/done)"', page.text)
    assert done is not None
    answer = await browser.post(done[1])
    assert answer.headers["location"] == f"/people/{survivor_id}?saved=task"
    assert "/tasks/" not in (await browser.get(f"/people/{survivor_id}")).text


async def _person(product: Product, worker: Caller, phone: str, hours: SafeHours) -> UUID:
    profile = SafeContactProfile(hours=hours, may_call=True, may_text=True)
    return await enrolled(product, worker, phone=phone, profile=profile)
