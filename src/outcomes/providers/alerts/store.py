"""The SQL of alerts to colleagues. Only their number is read, under the staff key."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from outcomes.messaging.sending import CallbackToken
from outcomes.platform.db import Transaction

_STILL_WANTED = """
    JOIN tasks t ON t.provider_id = a.provider_id AND t.id = a.task_id AND t.resolved_at IS NULL
    JOIN accounts woken ON woken.provider_id = a.provider_id AND woken.id = a.account_id
                       AND woken.state = 'active'"""
"""After `staff_alerts a`: the task is open, and whoever would be woken works here."""


class AlertClaim(Struct, frozen=True):
    """The right to send one alert once."""

    alert_id: UUID
    account_id: UUID
    lease_token: UUID
    callback: CallbackToken


class ToldAlert(Struct, frozen=True):
    """The alert that a status is about, locked."""

    id: UUID
    state: str
    message_id: str | None


async def lock_due_alerts(tx: Transaction, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Alerts that are due for tasks still open, as (alert, account) ids. Those of an account that
    was disabled wait for whoever is put on call next."""
    rows = await tx.conn.fetch(
        f"""SELECT a.id, a.account_id FROM staff_alerts a {_STILL_WANTED}
           WHERE a.provider_id = $1 AND a.state = 'scheduled' AND a.due_at <= $2
           ORDER BY a.due_at, a.id LIMIT $3 FOR UPDATE OF a SKIP LOCKED""",
        tx.caller.provider_id,
        now,
        limit,
    )
    return [(row["id"], row["account_id"]) for row in rows]


async def start_alerts(
    tx: Transaction, claims: Sequence[AlertClaim], lease_until: datetime
) -> None:
    """Commit to the intent to send, before anything is sent."""
    await tx.conn.executemany(
        """UPDATE staff_alerts SET state = 'sending', lease_token = $3, lease_until = $4,
                                   callback_digest = $5
           WHERE provider_id = $1 AND id = $2 AND state = 'scheduled'""",
        [
            (tx.caller.provider_id, c.alert_id, c.lease_token, lease_until, c.callback.digest)
            for c in claims
        ],
    )


async def holds_lease(tx: Transaction, claim: AlertClaim, *, until: datetime) -> bool:
    """Whether the claim lasts until then, and somebody has still to be woken."""
    return bool(
        await tx.conn.fetchval(
            f"""SELECT true FROM staff_alerts a {_STILL_WANTED}
                WHERE a.provider_id = $1 AND a.id = $2 AND a.lease_token = $3
                  AND a.lease_until > $4""",
            tx.caller.provider_id,
            claim.alert_id,
            claim.lease_token,
            until,
        )
    )


async def staff_number(tx: Transaction) -> str:
    """The number that colleagues are texted from, in E.164; no survivor ever is."""
    number: str = await tx.conn.fetchval(
        "SELECT number FROM sender_numbers WHERE provider_id = $1 AND used_for = 'staff'",
        tx.caller.provider_id,
    )
    return number


async def release_alert(tx: Transaction, claim: AlertClaim, due_at: datetime) -> None:
    """Back to scheduled: the gateway provably did not take it."""
    await tx.conn.execute(
        """UPDATE staff_alerts SET state = 'scheduled', lease_token = NULL, lease_until = NULL,
                                   due_at = $4
           WHERE provider_id = $1 AND id = $2 AND lease_token = $3""",
        tx.caller.provider_id,
        claim.alert_id,
        claim.lease_token,
        due_at,
    )


async def set_alert_accepted(tx: Transaction, claim: AlertClaim, message_id: str) -> bool:
    """Whether the acceptance is news. It counts as evidence even after the lease was lost."""
    return bool(
        await tx.conn.fetchval(
            """UPDATE staff_alerts SET state = 'accepted', lease_token = NULL, lease_until = NULL,
                                       gateway_message_id = $4
               WHERE provider_id = $1 AND id = $2 AND callback_digest = $3
                 AND state IN ('sending', 'unconfirmed') RETURNING true""",
            tx.caller.provider_id,
            claim.alert_id,
            claim.callback.digest,
            message_id,
        )
    )


async def set_alert_outcome(
    tx: Transaction, claim: AlertClaim, state: str, error_code: str | None
) -> bool:
    """Whether the claim still held, and the alert is now failed or unconfirmed."""
    return bool(
        await tx.conn.fetchval(
            """UPDATE staff_alerts SET state = $4, error_code = $5, lease_token = NULL,
                                       lease_until = NULL
               WHERE provider_id = $1 AND id = $2 AND lease_token = $3 RETURNING true""",
            tx.caller.provider_id,
            claim.alert_id,
            claim.lease_token,
            state,
            error_code,
        )
    )


async def end_lost_alerts(tx: Transaction, now: datetime) -> list[UUID]:
    """Whose sender is gone: nobody knows whether they were sent."""
    rows = await tx.conn.fetch(
        """UPDATE staff_alerts SET state = 'unconfirmed', lease_token = NULL, lease_until = NULL
           WHERE provider_id = $1 AND state = 'sending' AND lease_until < $2 RETURNING id""",
        tx.caller.provider_id,
        now,
    )
    return [row["id"] for row in rows]


async def lock_told_alert(tx: Transaction, digest: bytes) -> ToldAlert | None:
    row = await tx.conn.fetchrow(
        """SELECT id, state, gateway_message_id AS message_id FROM staff_alerts
           WHERE provider_id = $1 AND callback_digest = $2 FOR UPDATE""",
        tx.caller.provider_id,
        digest,
    )
    return None if row is None else ToldAlert(**row)


async def set_alert_state(
    tx: Transaction, alert_id: UUID, state: str, *, message_id: str, error_code: int | None
) -> None:
    await tx.conn.execute(
        """UPDATE staff_alerts SET state = $3, gateway_message_id = $4, error_code = $5,
                                   lease_token = NULL, lease_until = NULL
           WHERE provider_id = $1 AND id = $2""",
        tx.caller.provider_id,
        alert_id,
        state,
        message_id,
        None if error_code is None else str(error_code),
    )


async def next_alert_due(tx: Transaction) -> datetime | None:
    """When the next alert is due, or the next lease ends (UTC)."""
    at: datetime | None = await tx.conn.fetchval(
        f"""SELECT least(
               (SELECT min(a.due_at) FROM staff_alerts a {_STILL_WANTED}
                WHERE a.provider_id = $1 AND a.state = 'scheduled'),
               (SELECT min(lease_until) FROM staff_alerts
                WHERE provider_id = $1 AND state = 'sending'))""",
        tx.caller.provider_id,
    )
    return at
