"""How long a session lives, and what ends it."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from outcomes.errors import Invalid, NotFound, ReauthenticationNeeded, TooManyTries
from outcomes.platform.access.password_tries import wait_after
from outcomes.platform.access.passwords import Passwords
from outcomes.platform.access.roles import Role
from outcomes.platform.access.sessions import reauthenticate, require_recent_password, sign_in
from outcomes.providers.accounts import links
from outcomes.providers.accounts import service as accounts
from outcomes.providers.models import AccountRole
from tests.platform.access.people import PASSWORD, later, make_person
from tests.support import (
    Product,
    make_account,
    make_provider,
    make_worker,
    recently_confirmed,
    session_token,
)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


async def test_a_session_locks_when_it_was_not_used_for_a_quarter_of_an_hour(
    product: Product,
) -> None:
    token = await session_token(product, await make_worker(product, await make_provider(product)))

    async with later(product, minutes(14.5)) as used:
        assert await used.scopes.session(token) is not None
    async with later(product, minutes(29)) as used_again:
        assert await used_again.scopes.session(token) is not None
    async with later(product, minutes(44.5)) as left_alone:
        assert await left_alone.scopes.session(token) is None


async def test_a_session_that_is_used_all_day_ends_after_twelve_hours(product: Product) -> None:
    token = await session_token(product, await make_worker(product, await make_provider(product)))

    for quarter in range(1, 12 * 5):
        async with later(product, minutes(12 * quarter)) as ahead:
            assert await ahead.scopes.session(token) is not None, f"after {12 * quarter} minutes"

    async with later(product, minutes(12 * 60 + 0.1)) as ahead:
        assert await ahead.scopes.session(token) is None


async def test_a_password_given_again_counts_for_five_minutes(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    caller = await recently_confirmed(product, worker)
    given_at = caller.actor.reauthenticated_at
    assert given_at is not None

    require_recent_password(caller, given_at + minutes(5))
    with pytest.raises(ReauthenticationNeeded):
        require_recent_password(caller, given_at + minutes(5.01))
    with pytest.raises(ReauthenticationNeeded):
        require_recent_password(worker, given_at)


async def test_nobody_confirms_with_a_colleagues_password(product: Product) -> None:
    provider = await make_provider(product)
    _, mine = await make_person(product, provider)
    colleague, _ = await make_person(product, provider)
    caller = await recently_confirmed(product, mine)

    with pytest.raises(Invalid):
        await reauthenticate(
            product.db, product.scopes, Passwords(), caller, name=colleague, password=PASSWORD
        )


async def test_disabling_an_account_ends_everything_it_opened(product: Product) -> None:
    provider = await make_provider(product)
    name, person = await make_person(product, provider)
    account_id = person.actor.account
    session = await session_token(product, person)
    admin = await recently_confirmed(product, provider.admin)
    link = await accounts.renew_link(product.db, product.scopes, admin, account_id)
    operator = product.scopes.operator(provider.id)
    api_token = await accounts.issue_token(
        product.db, product.scopes, operator, name, person.actor.permissions, timedelta(days=1)
    )
    scopes = product.scopes
    assert await scopes.session(session)
    assert await scopes.api_token(api_token)
    assert await scopes.sign_in_link(link)
    assert await scopes.credential(name)

    await accounts.disable_account(product.db, scopes, admin, account_id)

    assert await scopes.session(session) is None
    assert await scopes.api_token(api_token) is None
    assert await scopes.sign_in_link(link) is None
    assert await scopes.credential(name) is None
    async with product.db.transaction(admin) as tx:
        open_rows = await tx.conn.fetchval(
            """SELECT (SELECT count(*) FROM sessions WHERE account_id = $1 AND ended_at IS NULL)
                 + (SELECT count(*) FROM api_tokens WHERE account_id = $1 AND revoked_at IS NULL)
                 + (SELECT count(*) FROM sign_in_links WHERE account_id = $1 AND used_at IS NULL)""",
            account_id,
        )
    assert open_rows == 0


async def test_a_disabled_account_leaves_no_route_behind(
    product: Product, superuser_url: str
) -> None:
    provider = await make_provider(product)
    _, person = await make_person(product, provider)
    admin = await recently_confirmed(product, provider.admin)
    await session_token(product, person)
    await accounts.renew_link(product.db, product.scopes, admin, person.actor.account)
    conn = await asyncpg.connect(superuser_url)
    count = "SELECT count(*) FROM access_routes WHERE provider_id = $1"
    before = await conn.fetchval(count, provider.id)

    await accounts.disable_account(product.db, product.scopes, admin, person.actor.account)

    after = await conn.fetchval(count, provider.id)
    await conn.close()
    # its name, its link, and two sessions: the one that the first link began, and one more
    assert before - after == 4


async def test_another_role_ends_the_sessions(product: Product) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    session = await session_token(product, worker)
    admin = await recently_confirmed(product, provider.admin)

    await accounts.change_role(
        product.db, admin, worker.actor.account, AccountRole(Role.ANALYST, None)
    )

    assert await product.scopes.session(session) is None


async def test_a_new_password_ends_the_sessions_of_the_old_one(product: Product) -> None:
    provider = await make_provider(product)
    _, person = await make_person(product, provider)
    session = await session_token(product, person)
    admin = await recently_confirmed(product, provider.admin)
    link = await accounts.renew_link(product.db, product.scopes, admin, person.actor.account)

    await links.accept_link(
        product.db, product.scopes, Passwords(), token=link, password=PASSWORD + " anew"
    )

    assert await product.scopes.session(session) is None


async def test_a_renewed_link_ends_the_one_before(product: Product) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    admin = await recently_confirmed(product, provider.admin)
    first = await accounts.renew_link(product.db, product.scopes, admin, worker.actor.account)
    second = await accounts.renew_link(product.db, product.scopes, admin, worker.actor.account)

    assert await product.scopes.sign_in_link(first) is None
    assert await product.scopes.sign_in_link(second) is not None
    async with later(product, timedelta(days=3, minutes=1)) as ahead:
        assert await ahead.scopes.sign_in_link(second) is None


async def test_granting_a_role_asks_for_the_password(product: Product) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    long_ago = provider.admin  # came by a link, not by a password given just now

    with pytest.raises(ReauthenticationNeeded):
        await accounts.change_role(
            product.db, long_ago, worker.actor.account, AccountRole(Role.TEAM_LEAD, None)
        )
    with pytest.raises(ReauthenticationNeeded):
        await accounts.renew_link(product.db, product.scopes, long_ago, worker.actor.account)


async def test_nobody_changes_or_disables_their_own_account(product: Product) -> None:
    provider = await make_provider(product)
    admin = await recently_confirmed(product, provider.admin)
    own = admin.actor.account

    with pytest.raises(Invalid):
        await accounts.change_role(product.db, admin, own, AccountRole(Role.ANALYST, None))
    with pytest.raises(Invalid):
        await accounts.disable_account(product.db, product.scopes, admin, own)


async def test_another_providers_account_is_absent(product: Product) -> None:
    provider, other = await make_provider(product), await make_provider(product)
    admin = await recently_confirmed(product, provider.admin)
    stranger = await make_account(product, other.admin)

    with pytest.raises(NotFound):
        await accounts.disable_account(product.db, product.scopes, admin, stranger.actor.account)
    with pytest.raises(NotFound):
        await accounts.renew_link(product.db, product.scopes, admin, stranger.actor.account)


def test_waits_double_and_never_become_a_lock_out() -> None:
    seconds = [wait.total_seconds() if (wait := wait_after(n)) else 0 for n in range(1, 15)]

    assert seconds == [0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert wait_after(10**9) == timedelta(minutes=15)


async def test_the_fifth_try_has_to_wait_and_then_the_right_password_counts(
    product: Product,
) -> None:
    name, _ = await make_person(product, await make_provider(product))
    passwords = Passwords()
    for _ in range(4):
        with pytest.raises(Invalid):
            await sign_in(product.db, product.scopes, passwords, name=name, password="wrong")

    with pytest.raises(TooManyTries) as refused:
        await sign_in(product.db, product.scopes, passwords, name=name, password=PASSWORD)

    assert 1 <= refused.value.wait_seconds <= 3
    async with later(product, timedelta(seconds=3)) as ahead:
        await sign_in(ahead.db, ahead.scopes, passwords, name=name, password=PASSWORD)
        for _ in range(3):  # counted anew
            with pytest.raises(Invalid):
                await sign_in(ahead.db, ahead.scopes, passwords, name=name, password="wrong")
        await sign_in(ahead.db, ahead.scopes, passwords, name=name, password=PASSWORD)


@pytest.mark.parametrize("known", [True, False])
async def test_a_burst_of_guesses_is_not_a_burst_of_first_guesses(
    product: Product, known: bool
) -> None:
    name, _ = await make_person(product, await make_provider(product))
    guessed = name if known else f"nobody-{name}"
    passwords = Passwords()

    outcomes = await asyncio.gather(
        *(
            sign_in(product.db, product.scopes, passwords, name=guessed, password=f"guess {n}")
            for n in range(30)
        ),
        return_exceptions=True,
    )

    # Three at once; the fourth makes the others wait, for 30 seconds in all until the eighth.
    looked_at = sum(isinstance(one, Invalid) for one in outcomes)
    assert 4 <= looked_at <= 8
    assert sum(isinstance(one, TooManyTries) for one in outcomes) == 30 - looked_at


async def test_without_a_stored_password_none_matches(product: Product) -> None:
    passwords = Passwords()
    stored = await passwords.hash("a long enough password")

    assert await passwords.matches("a long enough password", stored)
    assert not await passwords.matches("a long enough password", None)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
