"""The administrator's pages: people, links, roles, teams, who is on call, the words we text."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from litestar import Litestar

from outcomes.platform.access.roles import Role
from outcomes.prompts import service as prompts
from outcomes.providers import service as providers
from tests.platform.access.people import PASSWORD, cookie, holding, later, make_person, sign_in
from tests.support import (
    Browser,
    Product,
    Provider,
    make_provider,
    make_worker,
    running_app,
    session_token,
    signed_in,
)

LINK = re.compile(r"/sign-in/link/([\w-]{43})")


@pytest.fixture
async def provider(product: Product) -> Provider:
    return await make_provider(product)


@pytest.fixture
async def browser(product: Product, app: Litestar, provider: Provider) -> Browser:
    return await signed_in(product, app, provider.admin)


def _new(**changes: str) -> dict[str, str]:
    return {
        "idempotency_key": str(uuid4()),
        "name": "Nia New",
        "sign_in_name": f"nia-{uuid4().hex[:10]}",
        "role": "support_worker",
        **changes,
    }


async def test_a_new_colleague_gets_a_link_that_is_shown_once(
    product: Product, app: Litestar, provider: Provider, browser: Browser
) -> None:
    form = _new(team_id=str(provider.team_id))

    made = await browser.post("/staff/new", data=form)
    again = await browser.post("/staff/new", data=form)

    link = LINK.search(made.text)
    assert link is not None
    assert LINK.search(again.text) is None
    assert "exists already" in again.text
    answer = await Browser(app).post(link[0], data={"password": PASSWORD, "again": PASSWORD})
    caller = await product.scopes.session(cookie(answer))
    assert caller is not None
    assert (caller.actor.role, caller.actor.team_id) == (Role.SUPPORT_WORKER, provider.team_id)
    assert (await browser.get("/staff")).text.count("Nia New") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Enter the name."),
        ({"sign_in_name": "has space"}, "Enter a sign-in name of 3 to 80 characters"),
        ({"role": "owner"}, "Choose one of the answers for the role."),
        ({"phone": "0800 1111"}, "Enter a mobile number"),
    ],
)
async def test_a_refused_colleague_keeps_what_was_typed(
    browser: Browser, changes: dict[str, str], words: str
) -> None:
    answer = await browser.post("/staff/new", data=_new(**changes))

    assert answer.status_code == 400
    assert words in answer.text


async def test_a_name_in_use_anywhere_is_refused_without_saying_where(
    product: Product, browser: Browser
) -> None:
    taken, _ = await make_person(product, await make_provider(product))

    answer = await browser.post("/staff/new", data=_new(sign_in_name=taken.upper()))

    assert answer.status_code == 400
    assert "This cannot be used. Choose another." in answer.text


async def test_granting_a_role_leads_to_the_password_and_back(
    product: Product, provider: Provider
) -> None:
    _, admin = await make_person(product, provider, Role.PROVIDER_ADMIN)
    worker = await make_worker(product, provider)
    path = f"/staff/{worker.actor.account}/role"
    token = await session_token(product, admin)

    async with later(product, timedelta(minutes=6)) as ahead, running_app(ahead) as app:
        browser = holding(product, app, token)
        sent = await browser.get(path)
        assert sent.headers["location"] == f"/confirm-password?next={path.replace('/', '%2F')}"
        assert (await browser.post(path, data={"role": "team_lead"})).status_code == 303
        asked = await browser.get(sent.headers["location"])
        assert f'value="{path}"' in asked.text
        wrong = await browser.post("/confirm-password", data={"password": "no", "next": path})
        right = await browser.post("/confirm-password", data={"password": PASSWORD, "next": path})
        assert (wrong.status_code, right.headers["location"]) == (400, path)

        browser = holding(product, app, cookie(right))
        page = (await browser.get(path)).text
        assert re.search(r'value="support_worker" checked', page)
        changed = await browser.post(path, data={"role": "team_lead"})
        assert changed.status_code == 303
    async with product.db.transaction(admin) as tx:
        roles = {one.id: one.role for one in await providers.list_accounts(tx)}
    assert roles[worker.actor.account] is Role.TEAM_LEAD


async def test_disabling_asks_first_and_then_ends_the_account(
    product: Product, app: Litestar, provider: Provider, browser: Browser
) -> None:
    name, person = await make_person(product, provider)
    path = f"/staff/{person.actor.account}/disable"

    asked = await browser.get(path)
    done = await browser.post(path)

    assert "Deactivate the account of A Person?" in asked.text
    assert done.headers["location"] == "/staff"
    assert (await sign_in(Browser(app), name)).status_code == 400
    assert "Deactivated" in (await browser.get("/staff")).text
    assert (await browser.post(path)).status_code == 404


async def test_nobody_disables_themselves(provider: Provider, browser: Browser) -> None:
    answer = await browser.post(f"/staff/{provider.admin.actor.account}/disable")

    assert answer.status_code == 400
    assert "Ask another administrator" in answer.text


async def test_somebody_goes_on_call_with_a_number(
    product: Product, provider: Provider, browser: Browser
) -> None:
    worker = await make_worker(product, provider)
    chosen = {"account_id": str(worker.actor.account)}

    without = await browser.post("/staff/on-call", data=chosen)
    done = await browser.post("/staff/on-call", data={**chosen, "phone": "07700 900654"})

    assert without.status_code == 400
    assert "Enter the mobile number that alerts go to." in without.text
    assert done.status_code == 303
    async with product.db.transaction(provider.admin) as tx:
        assert (await providers.get_provider(tx)).on_call_account_id == worker.actor.account
    assert "900654" not in (await browser.get("/staff/on-call")).text


async def test_a_team_is_added_once(browser: Browser) -> None:
    form = {"idempotency_key": str(uuid4()), "name": "Northern team"}

    for _ in range(2):
        assert (await browser.post("/staff/teams", data=form)).status_code == 303
    assert (await browser.post("/staff/teams", data={**form, "name": ""})).status_code == 400

    assert (await browser.get("/staff")).text.count("Northern team") == 1


async def test_the_words_are_accepted_by_an_administrator_once(
    product: Product, provider: Provider, browser: Browser
) -> None:
    before = (await browser.get("/staff/wording")).text
    (wording, accepted), *_ = await prompts.list_wordings(product.db, provider.admin)
    assert not accepted
    assert wording.text in before

    for _ in range(2):
        answer = await browser.post(
            "/staff/wording", data={"code": wording.code, "version": wording.version}
        )
        assert answer.status_code == 303
    unknown = await browser.post("/staff/wording", data={"code": "mine", "version": "1.0"})

    assert unknown.status_code == 404
    assert "Accept this wording" not in (await browser.get("/staff/wording")).text


async def test_only_administrators_see_these_pages(
    product: Product, app: Litestar, provider: Provider
) -> None:
    for caller in (provider.lead, await make_worker(product, provider)):
        browser = await signed_in(product, app, caller)
        for path in ("/staff", "/staff/new", "/staff/on-call", "/staff/wording"):
            assert (await browser.get(path)).status_code == 403, path


async def test_everybody_sees_and_ends_their_own_sessions(
    product: Product, app: Litestar, provider: Provider
) -> None:
    worker = await make_worker(product, provider)
    here, elsewhere = await session_token(product, worker), await session_token(product, worker)
    browser = holding(product, app, here)

    page = (await browser.get("/account")).text
    ends = re.findall(r'action="(/account/sessions/[^"]+/end)"', page)
    assert len(ends) == 1
    await browser.post(ends[0])

    assert await product.scopes.session(elsewhere) is None
    assert await product.scopes.session(here) is not None


async def test_nobody_ends_a_colleagues_session(
    product: Product, app: Litestar, provider: Provider
) -> None:
    worker, colleague = await make_worker(product, provider), await make_worker(product, provider)
    theirs = await session_token(product, colleague)
    caller = await product.scopes.session(theirs)
    assert caller is not None
    browser = await signed_in(product, app, worker)

    await browser.post(f"/account/sessions/{caller.actor.session_id}/end")

    assert await product.scopes.session(theirs) is not None
