"""Waking a colleague: a text without content, sent once, from a number that no survivor knows.

The same rules as for a message to a survivor: the intent is committed before the call, and what may
have been sent is not sent again by itself. The second attempt is a row of its own.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

from outcomes.messaging.gateways.gateway import (
    Accepted,
    OutboundSms,
    SmsError,
    SmsGateway,
    SmsNotSent,
    SmsRejected,
)
from outcomes.messaging.inbound import StatusUpdate
from outcomes.messaging.sending import (
    LEASE,
    START_WITHIN,
    attempt,
    backoff,
    callback_digest,
    new_callback_token,
)
from outcomes.messaging.statuses import GatewayStatus, later_status
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Database, Transaction
from outcomes.providers.accounts import store as account_store
from outcomes.providers.alerts import store as alert_store
from outcomes.providers.alerts.store import AlertClaim

AT_ONCE = 10
VALID_SECONDS = 3_600
"""An alert that arrives later than an hour wakes somebody for nothing (ours)."""

_HELD = {
    "accepted": GatewayStatus.ACCEPTED,
    "delivered": GatewayStatus.DELIVERED,
    "undelivered": GatewayStatus.UNDELIVERED,
}
_MEANS = {
    GatewayStatus.DELIVERED: "delivered",
    GatewayStatus.UNDELIVERED: "undelivered",
    GatewayStatus.FAILED: "undelivered",
}


async def send_alerts(
    db: Database, caller: Caller, gateway: SmsGateway, *, text: str, public_url: str
) -> int:
    """Send the alerts that are due; returns how many. `text` is content-free."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        due = await alert_store.lock_due_alerts(tx, now, AT_ONCE)
        claims = [
            AlertClaim(alert_id, account_id, uuid4(), new_callback_token(caller))
            for alert_id, account_id in due
        ]
        await alert_store.start_alerts(tx, claims, now + LEASE)
    results = await asyncio.gather(
        *(_send(db, caller, gateway, text, public_url, claim) for claim in claims),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return len(claims)


async def _send(
    db: Database,
    caller: Caller,
    gateway: SmsGateway,
    text: str,
    public_url: str,
    claim: AlertClaim,
) -> None:
    message = await _compose(db, caller, text, public_url, claim)
    if message is not None:
        outcome = await attempt(gateway, message)
        async with db.transaction(caller) as tx:
            await _record(tx, claim, outcome, await tx.now())


async def _compose(
    db: Database, caller: Caller, text: str, public_url: str, claim: AlertClaim
) -> OutboundSms | None:
    """The number, opened just in time; None when it is late, or there is none to text."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        if not await alert_store.holds_lease(tx, claim, until=now + LEASE - START_WITHIN):
            await alert_store.release_alert(tx, claim, now)
            return None
        details = await account_store.get_account_details(tx, claim.account_id)
        if details.phone is None:
            await alert_store.set_alert_outcome(tx, claim, "failed", None)
            return None
        return OutboundSms(
            to=details.phone,
            from_=await alert_store.staff_number(tx),
            body=text,
            status_callback_url=claim.callback.url(public_url),
            validity_seconds=VALID_SECONDS,
        )


async def _record(
    tx: Transaction, claim: AlertClaim, outcome: Accepted | SmsError, now: datetime
) -> None:
    if isinstance(outcome, Accepted):
        await alert_store.set_alert_accepted(tx, claim, outcome.message_sid)
    elif isinstance(outcome, SmsNotSent):
        wait = min(backoff(0, outcome.retry_after_seconds), timedelta(minutes=1))
        await alert_store.release_alert(tx, claim, now + wait)
    elif isinstance(outcome, SmsRejected):
        await alert_store.set_alert_outcome(tx, claim, "failed", str(outcome.code))
    else:
        await alert_store.set_alert_outcome(tx, claim, "unconfirmed", None)


async def sweep_alerts(db: Database, caller: Caller) -> None:
    """An alert whose sender is gone may have been sent: it is not sent again."""
    async with db.transaction(caller) as tx:
        await alert_store.end_lost_alerts(tx, await tx.now())


async def record_alert_status(
    db: Database, caller: Caller, token: str, update: StatusUpdate
) -> bool:
    """Note what became of an alert; whether the token is one of an alert's."""
    async with db.transaction(caller) as tx:
        told = await alert_store.lock_told_alert(tx, callback_digest(caller, token))
        if told is None:
            return False
        if update.status is not None and told.message_id in (None, update.message_sid):
            later = later_status(_HELD.get(told.state), update.status)
            await alert_store.set_alert_state(
                tx,
                told.id,
                _MEANS.get(later, "accepted"),
                message_id=update.message_sid,
                error_code=update.error_code,
            )
        return True
