"""API tokens: narrowed, short-lived, dead with the account, and never on a page."""

from datetime import timedelta

import pytest
from litestar import Litestar

from outcomes.errors import Invalid, NotFound
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.providers import service as providers
from outcomes.providers.accounts import service as accounts
from tests.platform.access.people import later, make_person
from tests.support import (
    Browser,
    Product,
    Provider,
    make_provider,
    make_survivor,
    session_token,
)

SEE = frozenset({Permission.SEE_SURVIVORS})


async def _with_token(
    product: Product, permissions: frozenset[Permission] = SEE
) -> tuple[Provider, Caller, str]:
    provider = await make_provider(product)
    name, person = await make_person(product, provider)
    operator = product.scopes.operator(provider.id)
    token = await accounts.issue_token(
        product.db, product.scopes, operator, name, permissions, timedelta(days=30)
    )
    return provider, person, token


def _program(app: Litestar, token: str) -> Browser:
    browser = Browser(app)
    browser.headers["Authorization"] = f"Bearer {token}"
    return browser


async def test_it_sees_the_accounts_caseload_and_no_more(product: Product, app: Litestar) -> None:
    provider, person, token = await _with_token(product)
    colleague = (await make_person(product, provider))[1]
    own = await make_survivor(product, person)
    foreign = await make_survivor(product, colleague, phone="07700 900321")
    program = _program(app, token)

    listed = (await program.get("/api/v1/survivors")).json()

    assert [line["id"] for line in listed["items"]] == [str(own)]
    assert (await program.get(f"/api/v1/survivors/{own}")).status_code == 200
    assert (await program.get(f"/api/v1/survivors/{foreign}")).status_code == 404


async def test_it_does_only_what_it_was_given(product: Product, app: Litestar) -> None:
    _, person, token = await _with_token(product)
    survivor_id = await make_survivor(product, person)

    answer = await _program(app, token).post(
        f"/api/v1/survivors/{survivor_id}/consents",
        json={"purpose": "call", "decision": "withdrawn"},
        headers={"Idempotency-Key": "6b1d1c3c-9f5e-4f0e-8d1a-1f0f7f3e2a11"},
    )

    assert answer.status_code == 403


async def test_it_opens_no_page_and_no_step_that_asks_for_the_password(
    product: Product, app: Litestar
) -> None:
    _, _, token = await _with_token(product, SEE | {Permission.OWN_ACCOUNT})
    program = _program(app, token)

    for path in ("/people", "/account", "/confirm-password"):
        assert (await program.get(path)).status_code == 403, path
    as_cookie = Browser(app, token)
    assert (await as_cookie.get("/people")).status_code == 303
    assert (await as_cookie.get("/api/v1/survivors")).status_code == 401


async def test_a_session_is_no_bearer_token(product: Product, app: Litestar) -> None:
    _, person, _ = await _with_token(product)

    answer = await _program(app, await session_token(product, person)).get("/api/v1/survivors")

    assert answer.status_code == 401


async def test_it_expires_and_a_year_is_the_longest(product: Product) -> None:
    provider, person, token = await _with_token(product)
    name = await _name_of(product, person)
    operator = product.scopes.operator(provider.id)
    decade = await accounts.issue_token(
        product.db, product.scopes, operator, name, SEE, timedelta(days=3650)
    )

    async with later(product, timedelta(days=29)) as ahead:
        assert await ahead.scopes.api_token(token) is not None
    async with later(product, timedelta(days=30, minutes=1)) as ahead:
        assert await ahead.scopes.api_token(token) is None
        assert await ahead.scopes.api_token(decade) is not None
    async with later(product, timedelta(days=365, minutes=1)) as ahead:
        assert await ahead.scopes.api_token(decade) is None


async def test_it_cannot_be_given_what_the_role_does_not_have(product: Product) -> None:
    provider, person, _ = await _with_token(product)
    operator = product.scopes.operator(provider.id)
    name = await _name_of(product, person)

    with pytest.raises(Invalid):
        await accounts.issue_token(
            product.db,
            product.scopes,
            operator,
            name,
            SEE | {Permission.MANAGE_PEOPLE},
            timedelta(days=1),
        )
    with pytest.raises(NotFound):
        await accounts.issue_token(
            product.db, product.scopes, operator, "nobody", SEE, timedelta(days=1)
        )


async def test_the_audit_names_account_and_token(product: Product, app: Litestar) -> None:
    _, person, token = await _with_token(product)
    survivor_id = await make_survivor(product, person)
    await _program(app, token).get(f"/api/v1/survivors/{survivor_id}")

    async with product.db.transaction(person) as tx:
        row = await tx.conn.fetchrow(
            """SELECT account_id, token_id, session_id FROM audit_events
               WHERE action = 'survivor.viewed' AND $1 = ANY(subject_ids)""",
            survivor_id,
        )
        token_id = await tx.conn.fetchval(
            "SELECT id FROM api_tokens WHERE account_id = $1", person.actor.account
        )
    assert row is not None
    assert (row["account_id"], row["token_id"]) == (person.actor.account, token_id)
    assert row["session_id"] is None


async def _name_of(product: Product, person: Caller) -> str:
    async with product.db.transaction(person) as tx:
        staff = await providers.list_accounts(tx)
    return next(one.sign_in_name for one in staff if one.id == person.actor.account)
