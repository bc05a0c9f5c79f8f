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


async def first_time(tx: Transaction, creation: Creation, now: datetime) -> bool:
    """Whether this is the first time; False means: done before, show it as it is.

    Raises:
        Conflict: the key was used by somebody else, for another route or with another body.
    """
    provider_id, account_id = tx.caller.provider_id, tx.caller.actor.account
    new = await tx.conn.fetchval(
        """INSERT INTO idempotency_keys (provider_id, key, account_id, route, body_mac, created_at)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING true""",
        provider_id,
        creation.key,
        account_id,
        creation.route,
        creation.body_mac,
        now,
    )
    if new:
        return True
    same = await tx.conn.fetchval(
        """SELECT account_id = $3 AND route = $4 AND body_mac = $5
           FROM idempotency_keys WHERE provider_id = $1 AND key = $2""",
        provider_id,
        creation.key,
        account_id,
        creation.route,
        creation.body_mac,
    )
    if not same:
        raise Conflict("This was already sent with other contents. Open the page again and retry.")
    return False
