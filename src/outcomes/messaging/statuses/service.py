"""Status callbacks: the status of a message after the gateway took it. They arrive late, doubled and
out of order."""

from outcomes.messaging.gateways.callbacks import callback_digest
from outcomes.messaging.gateways.failures import failure_kind
from outcomes.messaging.gateways.models import StatusUpdate
from outcomes.messaging.lifecycle import MessageState, next_state, report
from outcomes.messaging.models import Change
from outcomes.messaging.producers import Producers
from outcomes.messaging.statuses import store
from outcomes.platform.access import audit
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Database


async def record_status(
    db: Database, caller: Caller, producers: Producers, token: str, update: StatusUpdate
) -> bool:
    """Store a status, and act on it when it is news; whether the token belongs to a message.

    A status with our opaque token proves that the gateway took the message, whatever was recorded
    before.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        message = await store.lock_by_callback(tx, callback_digest(caller, token))
        if message is None:
            return False
        producer = producers.of(message.recipient_kind)
        word = update.status or "unknown"
        await store.insert_status(tx, message.id, word, update.error_code, now)
        event = producer.event("status_reported", (message.recipient_id,))
        await audit.record(tx, event, now)
        of_another_message = message.gateway_message_id not in (None, update.message_sid)
        if update.status is None or of_another_message:
            return True
        reported = report(update.status)
        after = next_state(message.state, reported)
        if after is not message.state:
            await store.set_reported(
                tx,
                message.id,
                after,
                gateway_message_id=update.message_sid,
                error_code=update.error_code,
                now=now,
            )
        failure = failure_kind(update.error_code) if after is MessageState.UNDELIVERED else None
        change = Change(
            message.id,
            message.recipient_id,
            message.state,
            reported,
            after,
            failure,
            update.error_code,
        )
        await producer.changed(tx, change, now)
        return True
