"""Single-use links to set a password and sign in."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from outcomes.errors import NotFound
from outcomes.platform.access.credentials import set_credential
from outcomes.platform.access.models import Caller
from outcomes.platform.access.passwords import Passwords
from outcomes.platform.access.scopes import RouteKind, Scopes
from outcomes.platform.access.sessions import add_route, end_sessions, remove_routes, start_session
from outcomes.platform.db import Database, Transaction
from outcomes.providers.accounts import store

LINK_LASTS = timedelta(days=3)


async def accept_link(
    db: Database, scopes: Scopes, passwords: Passwords, *, token: str, password: str
) -> str:
    """Use a sign-in link: set the password and sign in; returns the session's token.

    All other sessions of the account are ended.

    Raises:
        NotFound: the link was used, has expired or does not exist.
        Invalid: the password cannot be used.
    """
    caller = await require_link(scopes, token)
    password_hash = await passwords.hash(password)
    account_id = caller.actor.account
    digest = scopes.digest(RouteKind.SIGN_IN_LINK, token)
    async with db.transaction(caller) as tx:
        now = await tx.now()
        if not await store.use_sign_in_link(tx, digest, now):
            raise _used_link()
        await remove_routes(tx, RouteKind.SIGN_IN_LINK, [digest])
        details = await store.get_account_details(tx, account_id)
        await set_credential(
            tx,
            account_id=account_id,
            sign_in_digest=scopes.digest(RouteKind.SIGN_IN_NAME, details.sign_in_name),
            password_hash=password_hash,
            now=now,
        )
        await end_sessions(tx, account_id, now)
        return await start_session(tx, scopes, now)


async def require_link(scopes: Scopes, token: str) -> Caller:
    """The caller of a link. Raises NotFound when it was used, has expired or does not exist."""
    caller = await scopes.sign_in_link(token)
    if caller is None:
        raise _used_link()
    return caller


async def insert_link(tx: Transaction, scopes: Scopes, account_id: UUID, now: datetime) -> str:
    """A link for the account in the open transaction; returns its token, which is not stored."""
    token = secrets.token_urlsafe(32)
    digest = scopes.digest(RouteKind.SIGN_IN_LINK, token)
    await add_route(tx, RouteKind.SIGN_IN_LINK, digest)
    await store.insert_sign_in_link(
        tx, account_id=account_id, digest=digest, now=now, expires_at=now + LINK_LASTS
    )
    return token


async def close_links(tx: Transaction, account_id: UUID, now: datetime) -> None:
    """Revoke the account's unused links."""
    digests = await store.close_sign_in_links(tx, account_id, now)
    await remove_routes(tx, RouteKind.SIGN_IN_LINK, digests)


def _used_link() -> NotFound:
    return NotFound("This link was used or has expired. Ask your administrator for another.")
