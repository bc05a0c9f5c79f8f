"""API tokens: one staff account's, narrowed to a list of permissions, and dead with the account."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from outcomes.platform.access import audit
from outcomes.platform.access.roles import Permission
from outcomes.platform.access.scopes import RouteKind, Scopes
from outcomes.platform.access.sessions import add_route, remove_routes
from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql

LONGEST = timedelta(days=365)


_CREATE_TOKEN = sql("""
    INSERT INTO api_tokens
        (provider_id, id, token_digest, account_id, permissions, created_at, expires_at)
    VALUES (:provider_id, :token_id, :digest, :account_id, :permissions, :now, :expires_at)
""")


async def create_token(
    tx: Transaction,
    scopes: Scopes,
    *,
    account_id: UUID,
    permissions: frozenset[Permission],
    lasts: timedelta,
    now: datetime,
) -> str:
    """Make a token, which is shown once and stored as a keyed digest only."""
    token, token_id = secrets.token_urlsafe(32), uuid4()
    digest = scopes.digest(RouteKind.API_TOKEN, token)
    await add_route(tx, RouteKind.API_TOKEN, digest)
    await tx.execute(
        _CREATE_TOKEN,
        token_id=token_id,
        digest=digest,
        account_id=account_id,
        permissions=sorted(permissions),
        now=now,
        expires_at=now + min(lasts, LONGEST),
    )
    await audit.record_access(
        tx, "api_token.created", (token_id,), now=now, subject_kind="api_token"
    )
    return token


_REVOKE_TOKENS = sql("""
    UPDATE api_tokens SET revoked_at = :now
    WHERE provider_id = :provider_id AND account_id = :account_id AND revoked_at IS NULL
    RETURNING id, token_digest
""")


async def revoke_tokens(tx: Transaction, account_id: UUID, now: datetime) -> None:
    """End every token of an account and remove the routes to them."""
    revoked = await tx.fetch(_REVOKE_TOKENS, account_id=account_id, now=now)
    if revoked:
        await remove_routes(tx, RouteKind.API_TOKEN, [row["token_digest"] for row in revoked])
        ids = tuple(row["id"] for row in revoked)
        await audit.record_access(tx, "api_token.revoked", ids, now=now, subject_kind="api_token")
