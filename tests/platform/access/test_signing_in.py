"""Signing in and out, as a browser does it."""

import re

import pytest
from litestar import Litestar

from outcomes.platform.access.roles import Role
from outcomes.providers.accounts import service as accounts
from outcomes.providers.models import NewAccount
from tests.platform.access.people import COOKIE, PASSWORD, cookie, holding, make_person, sign_in
from tests.support import (
    Browser,
    Product,
    make_provider,
    new_key,
    recently_confirmed,
    session_token,
    signed_in,
)


async def test_the_cookie_is_bound_to_this_host_and_hidden_from_scripts(
    product: Product, app: Litestar
) -> None:
    name, _ = await make_person(product, await make_provider(product))

    answer = await sign_in(Browser(app), name)

    assert answer.status_code == 303
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert attributes == {"secure", "httponly", "samesite=strict", "path=/"}
    token = cookie(answer)
    assert len(token) >= 43  # 256 random bits
    assert (await holding(product, app, token).get("/account")).status_code == 200


async def test_a_session_chosen_before_signing_in_is_not_taken_over(
    product: Product, app: Litestar
) -> None:
    name, _ = await make_person(product, await make_provider(product))
    planted = "chosen-by-somebody-else-" + "x" * 20

    answer = await sign_in(Browser(app, planted), name)

    assert cookie(answer) != planted
    assert (await holding(product, app, planted).get("/account")).status_code == 303


async def test_signing_in_again_ends_the_session_that_the_browser_held(
    product: Product, app: Litestar
) -> None:
    name, _ = await make_person(product, await make_provider(product))
    first = cookie(await sign_in(Browser(app), name))

    second = cookie(await sign_in(Browser(app, first), name))

    assert first != second
    assert await product.scopes.session(first) is None
    assert await product.scopes.session(second) is not None


async def test_giving_the_password_again_changes_the_token_and_goes_back(
    product: Product, app: Litestar
) -> None:
    name, _ = await make_person(product, await make_provider(product))
    first = cookie(await sign_in(Browser(app), name))

    answer = await holding(product, app, first).post(
        "/confirm-password", data={"password": PASSWORD, "next": "/account"}
    )

    assert answer.headers["location"] == "/account"
    assert await product.scopes.session(first) is None
    assert await product.scopes.session(cookie(answer)) is not None


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", "", "a"])
async def test_signing_in_never_leads_elsewhere(
    product: Product, app: Litestar, target: str
) -> None:
    name, _ = await make_person(product, await make_provider(product))

    answer = await sign_in(Browser(app), name, then=target)

    assert answer.headers["location"] == "/"


async def test_a_wrong_password_and_an_unknown_name_get_the_same_page(
    product: Product, app: Litestar
) -> None:
    name, _ = await make_person(product, await make_provider(product))
    browser = Browser(app)

    wrong = await sign_in(browser, name, "not the password")
    unknown = await sign_in(browser, "nobody-" + name, "not the password")

    assert wrong.status_code == unknown.status_code == 400
    assert "set-cookie" not in wrong.headers
    assert wrong.text.replace(name, "NAME") == unknown.text.replace("nobody-" + name, "NAME")
    assert "not the password" not in wrong.text


async def test_the_form_token_of_one_session_is_refused_in_another(
    product: Product, app: Litestar
) -> None:
    provider = await make_provider(product)
    _, person = await make_person(product, provider)
    mine, theirs = await session_token(product, person), await session_token(product, person)
    path = "/account/sessions/00000000-0000-4000-8000-000000000000/end"

    right = await holding(product, app, mine).post(path)
    wrong = await Browser(app, mine, product.ring.installation.csrf(theirs)).post(path)
    none = await Browser(app, mine).post(path)

    assert right.status_code != 403
    assert (wrong.status_code, none.status_code) == (403, 403)


async def test_another_site_can_neither_sign_somebody_in_nor_out(
    product: Product, app: Litestar
) -> None:
    name, person = await make_person(product, await make_provider(product))
    token = await session_token(product, person)
    foreign = {"Sec-Fetch-Site": "cross-site"}

    coming = await Browser(app).post(
        "/sign-in", data={"sign_in_name": name, "password": PASSWORD}, headers=foreign
    )
    going = await Browser(app, token).post("/sign-out", data={"how": "lock"}, headers=foreign)

    assert (coming.status_code, going.status_code) == (403, 403)
    assert await product.scopes.session(token) is not None


async def test_leaving_ends_the_session_and_wipes_and_locking_leads_to_sign_in(
    product: Product, app: Litestar
) -> None:
    _, person = await make_person(product, await make_provider(product))
    for how, leads_to, wiped in (
        ("leave", "/closed", '"cache", "storage"'),
        ("lock", "/sign-in", None),
    ):
        token = await session_token(product, person)

        answer = await holding(product, app, token).post("/sign-out", data={"how": how})

        assert answer.headers["location"] == leads_to
        assert answer.headers.get("clear-site-data") == wiped
        assert cookie(answer) == ""
        taken_back = answer.headers["set-cookie"].lower()
        assert all(one in taken_back for one in ("max-age=0", "secure", "path=/"))
        assert await product.scopes.session(token) is None


async def test_leaving_works_when_the_session_is_over_already(app: Litestar) -> None:
    answer = await Browser(app, "no-such-session").post("/sign-out", data={"how": "leave"})

    assert answer.headers["location"] == "/closed"


async def test_the_page_after_leaving_says_nothing_about_us(app: Litestar) -> None:
    page = (await Browser(app).get("/closed")).text

    assert not re.search(r"outcomes|survivor|slavery|support|sign", page, re.IGNORECASE)


async def test_a_link_sets_the_password_once(product: Product, app: Litestar) -> None:
    provider = await make_provider(product)
    admin = await recently_confirmed(product, provider.admin)
    new = NewAccount(name="New", sign_in_name=f"{provider.id.hex}-new", role=Role.SUPPORT_WORKER)
    link = await accounts.create_account(
        product.db, product.scopes, admin, new, new_key(admin, new)
    )
    path, browser = f"/sign-in/link/{link}", Browser(app)

    differ = await browser.post(path, data={"password": PASSWORD, "again": PASSWORD + "!"})
    short = await browser.post(path, data={"password": "eleven char", "again": "eleven char"})
    right = await browser.post(path, data={"password": PASSWORD, "again": PASSWORD})
    again = await browser.post(path, data={"password": PASSWORD, "again": PASSWORD})

    assert [differ.status_code, short.status_code] == [400, 400]
    assert right.status_code == 303
    assert await product.scopes.session(cookie(right)) is not None
    assert again.status_code == 404
    assert (await browser.get(path)).status_code == 404
    assert (await sign_in(browser, new.sign_in_name.upper())).status_code == 303


async def test_nobody_without_a_session_sees_a_page(app: Litestar) -> None:
    browser = Browser(app)

    page = await browser.get("/people")
    data = await browser.get("/api/v1/survivors")

    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Fpeople")
    assert (data.status_code, data.headers["www-authenticate"]) == (401, "Bearer")


async def test_every_page_tells_that_only_practice_data_may_be_entered(
    product: Product, app: Litestar
) -> None:
    _, person = await make_person(product, await make_provider(product))

    for page in (
        await Browser(app).get("/sign-in"),
        await (await signed_in(product, app, person)).get("/account"),
    ):
        assert "Practice only" in page.text
        assert page.headers["cache-control"] == "no-store"


async def test_two_cookies_of_the_same_name_are_no_session(product: Product, app: Litestar) -> None:
    _, person = await make_person(product, await make_provider(product))
    token = await session_token(product, person)
    browser = Browser(app)
    browser.headers["Cookie"] = f"{COOKIE}={token}; {COOKIE}={token}"

    assert (await browser.get("/account")).status_code == 303
