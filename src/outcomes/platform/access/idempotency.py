"""Doing once what was sent twice: a double tap, a resend after a lost answer, a retried request.

A row holds the key, who used it, for which route, and a keyed hash of the body: a plain hash of a
registration would let somebody test telephone numbers. No answer is stored: the resource is shown as
it is now.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from outcomes.errors import Conflict
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql


class Creation(Struct, frozen=True):
    """One intention to create a resource. `key` becomes the resource's id."""

    key: UUID
    route: str
    body_mac: bytes

    @classmethod
    def of(cls, caller: Caller, key: UUID, route: str, body: Struct) -> "Creation":
        """For a parsed body; `route` names the verb and the ids in its path."""
        return cls(
            key, route, caller.scope.keys.body_mac(msgspec.json.encode(body, order="sorted"))
        )


_INSERT = sql("""
    INSERT INTO idempotency_keys (provider_id, key, account_id, route, body_mac, created_at)
    VALUES (:provider_id, :key, :account_id, :route, :body_mac, :now) ON CONFLICT DO NOTHING
    RETURNING true
""")


_IS_SAME = sql("""
    SELECT account_id = :account_id AND route = :route AND body_mac = :body_mac
    FROM idempotency_keys WHERE provider_id = :provider_id AND key = :key
""")


async def first_time(tx: Transaction, creation: Creation, now: datetime) -> bool:
    """Whether this is the first time; False means: done before, show it as it is.

    For a creation that opens a survivor, `authorise_once` asks the same in its own statement.

    Raises:
        Conflict: the key was used by somebody else, for another route or with another body.
    """
    new = await tx.fetch_value(
        _INSERT,
        key=creation.key,
        account_id=tx.caller.actor.account,
        route=creation.route,
        body_mac=creation.body_mac,
        now=now,
    )
    if not new:
        await require_same(tx, creation)
    return bool(new)


async def require_same(tx: Transaction, creation: Creation) -> None:
    """Raises Conflict unless the key on record is of this account, route and body."""
    same = await tx.fetch_value(
        _IS_SAME,
        key=creation.key,
        account_id=tx.caller.actor.account,
        route=creation.route,
        body_mac=creation.body_mac,
    )
    if not same:
        raise Conflict("This was already sent with other contents. Open the page again and retry.")
