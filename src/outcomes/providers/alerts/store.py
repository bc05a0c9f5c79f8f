"""The SQL of alerts to colleagues. Only their number is read, under the staff key."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from outcomes.messaging.sending import CallbackToken
from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql

_STILL_WANTED = """
    JOIN tasks t ON t.provider_id = :provider_id AND t.id = a.task_id AND t.resolved_at IS NULL
    JOIN accounts woken ON woken.provider_id = :provider_id AND woken.id = a.account_id
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


_LOCK_DUE_ALERTS = sql(f"""
    SELECT a.id, a.account_id FROM staff_alerts a {_STILL_WANTED}
    WHERE a.provider_id = :provider_id AND a.state = 'scheduled' AND a.due_at <= :now
    ORDER BY a.due_at, a.id LIMIT :limit FOR UPDATE OF a SKIP LOCKED
""")


async def lock_due_alerts(tx: Transaction, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Alerts that are due for tasks still open, as (alert, account) ids. Those of an account that
    was disabled wait for whoever is put on call next."""
    rows = await tx.fetch(_LOCK_DUE_ALERTS, now=now, limit=limit)
    return [(row["id"], row["account_id"]) for row in rows]


_START_ALERTS = sql("""
    UPDATE staff_alerts
    SET state = 'sending', lease_token = :lease_token, lease_until = :lease_until,
                            callback_digest = :callback_digest
    WHERE provider_id = :provider_id AND id = :alert_id AND state = 'scheduled'
""")


async def start_alerts(
    tx: Transaction, claims: Sequence[AlertClaim], lease_until: datetime
) -> None:
    """Commit to the intent to send, before anything is sent."""
    await tx.execute_many(
        _START_ALERTS,
        [
            {
                "alert_id": c.alert_id,
                "lease_token": c.lease_token,
                "lease_until": lease_until,
                "callback_digest": c.callback.digest,
            }
            for c in claims
        ],
    )


_HOLDS_LEASE = sql(f"""
    SELECT true FROM staff_alerts a {_STILL_WANTED}
    WHERE a.provider_id = :provider_id AND a.id = :alert_id AND a.lease_token = :lease_token
      AND a.lease_until > :until
""")


async def holds_lease(tx: Transaction, claim: AlertClaim, *, until: datetime) -> bool:
    """Whether the claim lasts until then, and somebody has still to be woken."""
    return bool(
        await tx.fetch_value(
            _HOLDS_LEASE, alert_id=claim.alert_id, lease_token=claim.lease_token, until=until
        )
    )


_STAFF_NUMBER = sql("""
    SELECT number FROM sender_numbers WHERE provider_id = :provider_id AND used_for = 'staff'
""")


async def staff_number(tx: Transaction) -> str:
    """The number that colleagues are texted from, in E.164; no survivor ever is."""
    number: str = await tx.fetch_value(_STAFF_NUMBER)
    return number


_RELEASE_ALERT = sql("""
    UPDATE staff_alerts SET state = 'scheduled', lease_token = NULL, lease_until = NULL,
                            due_at = :due_at
    WHERE provider_id = :provider_id AND id = :alert_id AND lease_token = :lease_token
""")


async def release_alert(tx: Transaction, claim: AlertClaim, due_at: datetime) -> None:
    """Back to scheduled: the gateway provably did not take it."""
    await tx.execute(
        _RELEASE_ALERT, alert_id=claim.alert_id, lease_token=claim.lease_token, due_at=due_at
    )


_SET_ALERT_ACCEPTED = sql("""
    UPDATE staff_alerts SET state = 'accepted', lease_token = NULL, lease_until = NULL,
                            gateway_message_id = :message_id
    WHERE provider_id = :provider_id AND id = :alert_id AND callback_digest = :callback_digest
      AND state IN ('sending', 'unconfirmed') RETURNING true
""")


async def set_alert_accepted(tx: Transaction, claim: AlertClaim, message_id: str) -> bool:
    """Whether the acceptance is news. It counts as evidence even after the lease was lost."""
    return bool(
        await tx.fetch_value(
            _SET_ALERT_ACCEPTED,
            alert_id=claim.alert_id,
            callback_digest=claim.callback.digest,
            message_id=message_id,
        )
    )


_SET_ALERT_OUTCOME = sql("""
    UPDATE staff_alerts SET state = :state, error_code = :error_code, lease_token = NULL,
                            lease_until = NULL
    WHERE provider_id = :provider_id AND id = :alert_id AND lease_token = :lease_token
    RETURNING true
""")


async def set_alert_outcome(
    tx: Transaction, claim: AlertClaim, state: str, error_code: str | None
) -> bool:
    """Whether the claim still held, and the alert is now failed or unconfirmed."""
    return bool(
        await tx.fetch_value(
            _SET_ALERT_OUTCOME,
            alert_id=claim.alert_id,
            lease_token=claim.lease_token,
            state=state,
            error_code=error_code,
        )
    )


_END_LOST_ALERTS = sql("""
    UPDATE staff_alerts SET state = 'unconfirmed', lease_token = NULL, lease_until = NULL
    WHERE provider_id = :provider_id AND state = 'sending' AND lease_until < :now RETURNING id
""")


async def end_lost_alerts(tx: Transaction, now: datetime) -> list[UUID]:
    """Whose sender is gone: nobody knows whether they were sent."""
    rows = await tx.fetch(_END_LOST_ALERTS, now=now)
    return [row["id"] for row in rows]


_LOCK_TOLD_ALERT = sql("""
    SELECT id, state, gateway_message_id AS message_id FROM staff_alerts
    WHERE provider_id = :provider_id AND callback_digest = :digest FOR UPDATE
""")


async def lock_told_alert(tx: Transaction, digest: bytes) -> ToldAlert | None:
    row = await tx.fetch_row(_LOCK_TOLD_ALERT, digest=digest)
    return None if row is None else ToldAlert(**row)


_SET_ALERT_STATE = sql("""
    UPDATE staff_alerts
    SET state = :state, gateway_message_id = :message_id, error_code = :error_code,
                            lease_token = NULL, lease_until = NULL
    WHERE provider_id = :provider_id AND id = :alert_id
""")


async def set_alert_state(
    tx: Transaction, alert_id: UUID, state: str, *, message_id: str, error_code: int | None
) -> None:
    await tx.execute(
        _SET_ALERT_STATE,
        alert_id=alert_id,
        state=state,
        message_id=message_id,
        error_code=None if error_code is None else str(error_code),
    )


_NEXT_ALERT_DUE = sql(f"""
    SELECT least(
    (SELECT min(a.due_at) FROM staff_alerts a {_STILL_WANTED}
     WHERE a.provider_id = :provider_id AND a.state = 'scheduled'),
    (SELECT min(lease_until) FROM staff_alerts
     WHERE provider_id = :provider_id AND state = 'sending'))
""")


async def next_alert_due(tx: Transaction) -> datetime | None:
    """When the next alert is due, or the next lease ends (UTC)."""
    at: datetime | None = await tx.fetch_value(_NEXT_ALERT_DUE)
    return at
