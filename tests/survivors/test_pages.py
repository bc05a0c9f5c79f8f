"""Registering, safe contact, consents and the number, as forms."""

import re
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Role
from outcomes.survivors import service as survivors
from outcomes.survivors.models import Purpose
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.tasks.models import TaskKind
from tests.support import (
    Browser,
    Product,
    make_account,
    make_provider,
    make_survivor,
    make_worker,
    open_tasks,
    signed_in,
)

NEW = {
    "adult": "true",
    "told_not_emergency_line": "true",
    "name": "Práctice Pérson",
    "language": "sq",
    "zone": "Europe/London",
    "nationality": "AL",
    "exit_on.day": "10",
    "exit_on.month": "1",
    "exit_on.year": "2026",
    "phone": "07700 900123",
}


@pytest.fixture
async def worker(product: Product) -> Caller:
    return await make_worker(product, await make_provider(product))


@pytest.fixture
async def browser(product: Product, app: Litestar, worker: Caller) -> Browser:
    return await signed_in(product, app, worker)


async def _register(browser: Browser, **changes: str | list[str]) -> httpx.Response:
    fields = {"idempotency_key": str(uuid4()), **NEW, "agrees_to": ["call", "sms"], **changes}
    return await browser.post("/people/register", data=fields)


def _id(answer: httpx.Response) -> UUID:
    assert answer.status_code == 303, answer.text
    return UUID(answer.headers["location"].split("/")[2])


async def test_a_registration_leads_to_safe_contact_and_then_to_enrolling(
    product: Product, worker: Caller, browser: Browser
) -> None:
    registered = await _register(browser)
    survivor_id = _id(registered)
    assert registered.headers["location"] == f"/people/{survivor_id}/safe-contact?then=enrol"

    page = (await browser.get(registered.headers["location"])).text
    assert 'name="then" value="enrol"' in page
    saved = await browser.post(
        f"/people/{survivor_id}/safe-contact",
        data={
            "idempotency_key": str(uuid4()),
            "then": "enrol",
            "when": "daily",
            "daily.from": "09:00",
            "daily.until": "17:30",
            "may_text": "true",
            "code_word": "bluebell",
        },
    )

    assert saved.headers["location"] == f"/people/{survivor_id}/enrol"
    record = await survivors.get_survivor(product.db, worker, survivor_id)
    assert (record.name, record.language, str(record.exit_on)) == (
        "Práctice Pérson",
        "sq",
        "2026-01-10",
    )
    contact = await safe_contact.get_safe_contact(product.db, worker, survivor_id)
    assert contact is not None
    assert (contact.profile.may_text, contact.profile.may_call) == (True, False)
    assert contact.profile.code_word == "bluebell"
    assert contact.profile.hours.sunday[0].closes == 17 * 60 + 30
    decided = await survivors.list_consents(product.db, worker, survivor_id)
    assert {one.purpose for one in decided} == {Purpose.CALL, Purpose.SMS}


async def test_sending_a_registration_twice_registers_once(browser: Browser) -> None:
    key = str(uuid4())

    first = await _register(browser, idempotency_key=key)
    second = await _register(browser, idempotency_key=key)

    assert _id(first) == _id(second) == UUID(key)
    assert (await browser.get("/people")).text.count('class="row__link"') == 1


async def test_the_same_key_for_somebody_else_is_refused(browser: Browser) -> None:
    key = str(uuid4())
    _id(await _register(browser, idempotency_key=key))

    other = await _register(browser, idempotency_key=key, name="Somebody Else")

    assert other.status_code == 409


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"adult": "false"}, "duty to refer a child"),
        ({"told_not_emergency_line": ""}, "not an emergency line"),
        ({"name": " "}, "Enter the name."),
        ({"phone": "020 7946 0000"}, "Enter a mobile number"),
        ({"zone": "Mars/Base"}, "Choose a time zone"),
        ({"exit_on.day": "31", "exit_on.month": "2"}, "Enter the exit date"),
        ({"nationality": "Albania"}, "nationality"),
        ({"role": "team_lead"}, "not known here"),
        ({"agrees_to": "everything"}, "Choose one of the answers"),
    ],
)
async def test_what_is_refused_keeps_every_answer(
    browser: Browser, changes: dict[str, str], words: str
) -> None:
    answer = await _register(browser, **{"preferences": "A woman to talk to", **changes})

    assert answer.status_code == 400
    assert words in answer.text
    assert "A woman to talk to" in answer.text
    assert (await browser.get("/people")).text.count('class="row__link"') == 0


async def test_a_refused_page_carries_the_same_key(browser: Browser) -> None:
    key = str(uuid4())

    answer = await _register(browser, idempotency_key=key, name="")

    assert re.findall(r'name="idempotency_key" value="([^"]+)"', answer.text) == [key]


async def test_a_number_on_two_records_goes_to_the_team_lead_and_names_nobody(
    product: Product, app: Litestar
) -> None:
    provider = await make_provider(product)
    one, other = await make_worker(product, provider), await make_worker(product, provider)
    first = await make_survivor(product, one, phone="07700 900456", name="Ariadne Practice")
    browser = await signed_in(product, app, other)

    second = _id(await _register(browser, phone="+44 7700 900456"))

    page = (await browser.get(f"/people/{second}/safe-contact")).text
    assert "Your team lead will look at this number" in page
    async with product.db.transaction(one) as tx:
        tasks = await open_tasks(tx)
    assert "Ariadne" not in page
    assert str(first) not in page
    assert [(task.kind, task.survivor_id) for task in tasks] == [(TaskKind.SHARED_PHONE, second)]


async def test_a_search_finds_by_name_and_leaves_it_out_of_the_address(
    product: Product, worker: Caller, browser: Browser
) -> None:
    await make_survivor(product, worker, name="Đặng Thị Hà")
    await make_survivor(product, worker, name="Somebody Else", phone="07700 900124")

    found = await browser.post("/people/search", data={"name": "dang thi"})

    assert "Đặng Thị Hà" in found.text
    assert "Somebody Else" not in found.text
    assert found.url.query == b""
    assert (await browser.get("/people/search")).status_code in (404, 405)
    assert (await browser.post("/people/search", data={"name": " "})).status_code == 400


async def test_the_list_shows_references_and_no_names(
    product: Product, worker: Caller, browser: Browser
) -> None:
    await make_survivor(product, worker, name="Zenobia Practice")

    page = (await browser.get("/people")).text

    assert "Zenobia" not in page
    assert re.search(r"[A-HJ-NP-Z][2-9]-[2-9]{3}", page)
    assert page.count("Nothing planned") == 2, "the filter, and the tag of their row"


async def test_the_list_goes_on_where_a_page_ended(
    product: Product, worker: Caller, browser: Browser
) -> None:
    for n in range(52):
        await make_survivor(product, worker, phone=None, name=f"Person {n}")

    first = (await browser.get("/people")).text
    link = re.search(r'href="(/people\?after=[^"]+)"', first)
    assert link is not None
    second = (await browser.get(link[1])).text

    pattern = r'class="row__link" href="/people/([^"]+)"'
    ids = [*re.findall(pattern, first), *re.findall(pattern, second)]
    assert (len(re.findall(pattern, first)), len(ids), len(set(ids))) == (50, 52, 52)


async def test_a_profile_is_confirmed_again_only_in_the_version_that_was_shown(
    product: Product, worker: Caller, browser: Browser
) -> None:
    survivor_id = await make_survivor(product, worker)
    path = f"/people/{survivor_id}/safe-contact/confirm"

    assert (await browser.post(path, data={"version": "1"})).status_code == 303
    for other in ("2", "0", "", "one", "9" * 40):
        assert (await browser.post(path, data={"version": other})).status_code == 409


async def test_a_consent_is_withdrawn_and_the_history_stays(
    product: Product, worker: Caller, browser: Browser
) -> None:
    survivor_id = await make_survivor(product, worker, consents=(Purpose.SMS,))
    path = f"/people/{survivor_id}/consents"

    answer = await browser.post(
        path,
        data={"idempotency_key": str(uuid4()), "purpose": "sms", "decision": "withdrawn"},
    )

    assert answer.headers["location"] == path
    page = (await browser.get(path)).text
    assert "Texts: withdrawn" in page
    assert "Texts: agreed" in page
    async with product.db.transaction(worker) as tx:
        assert (await safe_contact.get_contactability(tx, survivor_id)).consents == frozenset()


async def test_the_number_is_shown_on_request_only(
    product: Product, worker: Caller, browser: Browser
) -> None:
    survivor_id = await make_survivor(product, worker, phone="07700 900777")
    path = f"/people/{survivor_id}/number"

    before = (await browser.get(path)).text
    shown = (await browser.post(f"{path}/show")).text

    assert "900777" not in before
    assert "07700 900777" in shown
    assert (await browser.get(f"{path}/show")).status_code == 405


async def test_our_number_is_withheld_unless_a_profile_says_that_it_need_not_be(
    product: Product, worker: Caller, browser: Browser
) -> None:
    survivor_id = await make_survivor(product, worker, phone="07700 900777")

    shown = (await browser.post(f"/people/{survivor_id}/number/show")).text

    assert 'href="tel:+447700900777"' in shown
    await browser.post(
        f"/people/{survivor_id}/safe-contact",
        data={
            "idempotency_key": str(uuid4()),
            "when": "always",
            "may_call": "true",
            "withhold_our_number": "true",
        },
    )
    hidden = (await browser.post(f"/people/{survivor_id}/number/show")).text
    assert 'href="tel:14107700900777"' in hidden


async def test_who_must_not_be_called_has_no_button_to_call(
    product: Product, worker: Caller, browser: Browser
) -> None:
    survivor_id = await make_survivor(product, worker, consents=())

    shown = (await browser.post(f"/people/{survivor_id}/number/show")).text

    assert "Do not call now" in shown
    assert "tel:" not in shown


async def test_a_changed_number_replaces_the_old_one(
    product: Product, worker: Caller, browser: Browser
) -> None:
    survivor_id = await make_survivor(product, worker, phone="07700 900777")
    path = f"/people/{survivor_id}/number"

    wrong = await browser.post(path, data={"idempotency_key": str(uuid4()), "phone": "12345"})
    right = await browser.post(
        path, data={"idempotency_key": str(uuid4()), "phone": "07700 900778"}
    )

    assert (wrong.status_code, right.status_code) == (400, 303)
    assert "12345" in wrong.text
    assert await survivors.show_number(product.db, worker, survivor_id) == "+447700900778"


async def test_who_sees_figures_only_sees_no_people(product: Product, app: Litestar) -> None:
    provider = await make_provider(product)
    for caller in (
        provider.admin,
        await make_account(product, provider.admin, Role.ANALYST),
    ):
        browser = await signed_in(product, app, caller)
        for path in ("/people", "/people/register", "/api/v1/survivors"):
            assert (await browser.get(path)).status_code == 403, path
