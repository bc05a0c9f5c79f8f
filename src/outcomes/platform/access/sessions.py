"""Signing in and out. Our own sessions: a random token of which only a keyed digest is stored."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from msgspec import Struct

from outcomes.errors import Invalid, NotSignedIn, ReauthenticationNeeded, TooManyTries
from outcomes.platform.access import audit
from outcomes.platform.access.models import Caller
from outcomes.platform.access.passwords import Passwords
from outcomes.platform.access.scopes import IDLE_LOCK, Credential, RouteKind, Scopes
from outcomes.platform.db import Database, Transaction
from outcomes.platform.sql import sql

SESSION_LENGTH = timedelta(hours=12)
REAUTHENTICATION_LASTS = timedelta(minutes=5)
"""How long a password given again counts (product default; no external source)."""


class OpenSession(Struct, frozen=True):
    """A live session of an account; times in UTC."""

    id: UUID
    started_at: datetime
    last_seen_at: datetime
    this_one: bool


async def sign_in(
    db: Database, scopes: Scopes, passwords: Passwords, *, name: str, password: str
) -> str:
    """Check the password and start a session; returns its token, which is nowhere stored.

    Raises:
        Invalid: the name or the password is wrong; which of them is not said.
        TooManyTries: wait first.
    """
    credential = await _check(scopes, passwords, name, password)
    caller = scopes.signed_in(credential)
    async with db.transaction(caller) as tx:
        return await start_session(tx, scopes, credential.now)


async def reauthenticate(
    db: Database, scopes: Scopes, passwords: Passwords, caller: Caller, *, name: str, password: str
) -> str:
    """Check the signed-in person's password again; the session gets a new token, which is returned.

    Raises:
        Invalid, TooManyTries: as for signing in.
        NotSignedIn: an API token cannot do this.
    """
    if caller.actor.session_id is None:
        raise NotSignedIn
    credential = await _check(scopes, passwords, name, password)
    if credential.account_id != caller.actor.account_id:
        raise _not_right()
    async with db.transaction(caller) as tx:
        await end_sessions(tx, credential.account_id, credential.now, only=caller.actor.session_id)
        return await start_session(tx, scopes, credential.now)


_START_SESSION = sql("""
    INSERT INTO sessions (provider_id, id, token_digest, account_id, created_at, last_seen_at,
                          expires_at, reauthenticated_at)
    VALUES (:provider_id, :session_id, :digest, :account_id, :now, :now, :expires_at, :now)
""")


async def start_session(tx: Transaction, scopes: Scopes, now: datetime) -> str:
    """A session for the transaction's caller, its route, and the audit, together."""
    token = secrets.token_urlsafe(32)
    digest = scopes.digest(RouteKind.SESSION, token)
    session_id, account_id = uuid4(), tx.caller.actor.account
    await add_route(tx, RouteKind.SESSION, digest)
    await tx.execute(
        _START_SESSION,
        session_id=session_id,
        digest=digest,
        account_id=account_id,
        now=now,
        expires_at=now + SESSION_LENGTH,
    )
    await audit.record_access(tx, "session.started", (session_id,), now=now, subject_kind="session")
    return token


async def sign_out(db: Database, caller: Caller) -> None:
    """End the caller's session; without one there is nothing to end."""
    if caller.actor.session_id is not None:
        async with db.transaction(caller) as tx:
            await end_sessions(
                tx, caller.actor.account, await tx.now(), only=caller.actor.session_id
            )


_END_SESSIONS = sql("""
    UPDATE sessions SET ended_at = :now
    WHERE provider_id = :provider_id AND account_id = :account_id AND ended_at IS NULL
      AND (:only::uuid IS NULL OR id = :only)
    RETURNING id, token_digest
""")


async def end_sessions(
    tx: Transaction, account_id: UUID, now: datetime, *, only: UUID | None = None
) -> int:
    """End an account's sessions, or one of them, and the routes to them; returns how many."""
    ended = await tx.fetch(_END_SESSIONS, account_id=account_id, now=now, only=only)
    if ended:
        await remove_routes(tx, RouteKind.SESSION, [row["token_digest"] for row in ended])
        ids = tuple(row["id"] for row in ended)
        await audit.record_access(tx, "session.ended", ids, now=now, subject_kind="session")
    return len(ended)


_LIST_SESSIONS = sql("""
    SELECT id, created_at, last_seen_at FROM sessions
    WHERE provider_id = :provider_id AND account_id = :account_id AND ended_at IS NULL
      AND expires_at > :now AND last_seen_at > :now - :idle_lock::interval
    ORDER BY created_at DESC, id
""")


async def list_sessions(tx: Transaction, account_id: UUID, now: datetime) -> list[OpenSession]:
    """The account's live sessions, the latest first."""
    rows = await tx.fetch(_LIST_SESSIONS, account_id=account_id, now=now, idle_lock=IDLE_LOCK)
    return [
        OpenSession(
            row["id"],
            row["created_at"],
            row["last_seen_at"],
            this_one=row["id"] == tx.caller.actor.session_id,
        )
        for row in rows
    ]


def require_recent_password(caller: Caller, now: datetime) -> None:
    """For steps that ask for the password again.

    Raises:
        ReauthenticationNeeded: it was not given in the last five minutes, or this is an API token.
    """
    given_at = caller.actor.reauthenticated_at
    if (
        caller.actor.session_id is None
        or given_at is None
        or given_at + REAUTHENTICATION_LASTS < now
    ):
        raise ReauthenticationNeeded


_ADD_ROUTE = sql("""
    INSERT INTO access_routes (kind, digest, provider_id) VALUES (:kind, :digest, :provider_id)
    ON CONFLICT DO NOTHING RETURNING true
""")


async def add_route(tx: Transaction, kind: RouteKind, digest: bytes) -> None:
    """Let a credential or number lead to the transaction's provider.

    Raises:
        Invalid: it leads somewhere already; where is not said.
    """
    added = await tx.fetch_value(_ADD_ROUTE, kind=kind, digest=digest)
    if not added:
        raise Invalid.field(kind, "This cannot be used. Choose another.")


_REMOVE_ROUTES = sql("""
    DELETE FROM access_routes WHERE provider_id = :provider_id AND kind = :kind
      AND digest = ANY(:digests::bytea[])
""")


async def remove_routes(tx: Transaction, kind: RouteKind, digests: list[bytes]) -> None:
    """Let these credentials lead nowhere."""
    await tx.execute(_REMOVE_ROUTES, kind=kind, digests=digests)


def sign_in_name(typed: str) -> str:
    """A sign-in name as it is compared: without surrounding space, lower case."""
    return typed.strip().casefold()


async def _check(scopes: Scopes, passwords: Passwords, name: str, password: str) -> Credential:
    """The credential of this password; an unknown name takes the same steps and time."""
    compared = sign_in_name(name)
    credential = await scopes.credential(compared)
    wait = await scopes.claim_try(compared, credential)
    if wait is not None:
        raise TooManyTries(int(wait.total_seconds()) + 1)
    stored = credential.password_hash if credential else None
    if not await passwords.matches(password, stored) or credential is None:
        raise _not_right()
    await scopes.forget_failures(credential)
    return credential


def _not_right() -> Invalid:
    return Invalid.field("password", "The sign-in name or the password is not right. Try again.")
