"""The SQL of status callbacks."""

from datetime import datetime
from uuid import UUID, uuid4

from outcomes.messaging.lifecycle import MessageState
from outcomes.messaging.models import StoredMessage
from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql

_LOCK_BY_CALLBACK = sql(
    """SELECT id, recipient_kind, recipient_id, state, gateway_message_id FROM outgoing_messages
    WHERE provider_id = :provider_id AND callback_digest = :digest FOR UPDATE"""
)


async def lock_by_callback(tx: Transaction, digest: bytes) -> StoredMessage | None:
    """The message whose latest claim has this callback digest."""
    return await tx.fetch_one_as(StoredMessage, _LOCK_BY_CALLBACK, digest=digest)


_INSERT_STATUS = sql(
    """INSERT INTO message_statuses (provider_id, id, message_id, status, error_code, at)
    VALUES (:provider_id, :id, :message_id, :status, :error_code, :now)"""
)


async def insert_status(
    tx: Transaction, message_id: UUID, status: str, error_code: int | None, now: datetime
) -> None:
    """Every status is stored as it was reported, doubled and contradictory ones too."""
    await tx.execute(
        _INSERT_STATUS,
        id=uuid4(),
        message_id=message_id,
        status=status,
        error_code=None if error_code is None else str(error_code),
        now=now,
    )


_SET_REPORTED = sql(
    """UPDATE outgoing_messages
    SET state = :state, reason = NULL, lease_token = NULL, lease_until = NULL,
        gateway_message_id = :gateway_message_id, error_code = :error_code,
        sent_at = coalesce(sent_at, :now),
        closed_at = CASE WHEN :state::text = 'accepted' THEN NULL ELSE :now END
    WHERE provider_id = :provider_id AND id = :id"""
)


async def set_reported(
    tx: Transaction,
    message_id: UUID,
    state: MessageState,
    *,
    gateway_message_id: str,
    error_code: int | None,
    now: datetime,
) -> None:
    """Store the reported state, which ends any claim and replaces any earlier end."""
    await tx.execute(
        _SET_REPORTED,
        id=message_id,
        state=state,
        gateway_message_id=gateway_message_id,
        error_code=None if error_code is None else str(error_code),
        now=now,
    )
