"""The SQL of outgoing messages: claims with a lease and a fencing token, and every change of state.

Which states a statement changes comes from the lifecycle's table.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from msgspec import Struct

from outcomes.messaging.lifecycle import MessageEvent, MessageState, states_before
from outcomes.messaging.models import (
    Claim,
    Due,
    NewMessage,
    NumberUse,
    RecipientKind,
    StoredMessage,
)
from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql


class Claimed(Struct, frozen=True):
    """What a valid claim needs for its call."""

    from_number: str
    expires_at: datetime | None


class Ended(Struct, frozen=True):
    """A message that a sweep ended."""

    id: UUID
    recipient_id: UUID


_SENDER = sql("SELECT id FROM sender_numbers WHERE provider_id = :provider_id AND used_for = :use")


async def _sender_number_id(tx: Transaction, use: NumberUse) -> UUID:
    sender_id: UUID = await tx.fetch_value(_SENDER, use=use)
    return sender_id


_INSERT = """INSERT INTO outgoing_messages (provider_id, id, recipient_kind, recipient_id, channel,
        sender_number_id, state, reason, due_at, expires_at, tries, closed_at)
    VALUES (:provider_id, :id, :recipient_kind, :recipient_id, :channel, :sender_number_id, :state,
            :reason, :due_at, :expires_at, 0, :closed_at)"""
_INSERT_MESSAGE = sql(_INSERT)
_PLAN_MESSAGE = sql(
    f"""{_INSERT}
    ON CONFLICT (provider_id, id) DO UPDATE
    SET state = excluded.state, reason = excluded.reason, due_at = excluded.due_at,
        expires_at = excluded.expires_at, closed_at = excluded.closed_at, tries = 0, try_at = NULL
    WHERE outgoing_messages.state IN ('withheld', 'cancelled')
    RETURNING id"""
)


async def insert_message(tx: Transaction, new: NewMessage, now: datetime) -> None:
    """Add one message."""
    await tx.execute(_INSERT_MESSAGE, **_values(new, await _sender_number_id(tx, new.sender), now))


async def plan_messages(tx: Transaction, new: Sequence[NewMessage], now: datetime) -> set[UUID]:
    """Add messages, or plan again those that are withheld or cancelled; returns the ids of both.

    However often this is called, and from however many processes, an id is one message.
    """
    sender_id = await _sender_number_id(tx, new[0].sender)
    rows = await tx.fetch_many(_PLAN_MESSAGE, [_values(one, sender_id, now) for one in new])
    return {row["id"] for row in rows}


def _values(new: NewMessage, sender_number_id: UUID, now: datetime) -> dict[str, object]:
    return {
        "id": new.id,
        "recipient_kind": new.recipient_kind,
        "recipient_id": new.recipient_id,
        "channel": new.channel,
        "sender_number_id": sender_number_id,
        "state": MessageState.SCHEDULED if new.withheld is None else MessageState.WITHHELD,
        "reason": new.withheld,
        "due_at": new.due_at,
        "expires_at": new.expires_at,
        "closed_at": None if new.withheld is None else now,
    }


_LOCK_DUE = sql(
    """SELECT id, recipient_id, tries FROM outgoing_messages
    WHERE provider_id = :provider_id AND recipient_kind = :kind AND state = 'scheduled'
      AND due_at <= :now AND coalesce(try_at, due_at) <= :now
      AND (expires_at IS NULL OR expires_at > :now)
    ORDER BY coalesce(try_at, due_at), id LIMIT :limit
    FOR UPDATE SKIP LOCKED"""
)


async def lock_due(tx: Transaction, kind: RecipientKind, now: datetime, limit: int) -> list[Due]:
    """The first messages that are due and that no other process is looking at."""
    return await tx.fetch_as(Due, _LOCK_DUE, kind=kind, now=now, limit=limit)


_CLOSE = sql(
    """UPDATE outgoing_messages SET state = :state, reason = :reason, closed_at = :now
    WHERE provider_id = :provider_id AND id = :id AND state = 'scheduled'"""
)


async def close_scheduled(
    tx: Transaction, closed: Sequence[tuple[UUID, MessageState, str | None]], now: datetime
) -> None:
    """Close scheduled messages: (id, state, reason)."""
    await tx.execute_many(
        _CLOSE,
        [{"id": id_, "state": state, "reason": why, "now": now} for id_, state, why in closed],
    )


_DEFER = sql(
    """UPDATE outgoing_messages SET try_at = :try_at
    WHERE provider_id = :provider_id AND id = :id AND state = 'scheduled'"""
)


async def defer(tx: Transaction, deferred: Sequence[tuple[UUID, datetime]]) -> None:
    """Let scheduled messages wait: (id, until when)."""
    await tx.execute_many(_DEFER, [{"id": id_, "try_at": try_at} for id_, try_at in deferred])


_START = sql(
    """UPDATE outgoing_messages
    SET state = 'sending', lease_token = :lease_token, lease_until = :lease_until,
        callback_digest = :callback_digest, tries = tries + 1
    WHERE provider_id = :provider_id AND id = :id AND state = 'scheduled'"""
)


async def start_all(tx: Transaction, claims: Sequence[Claim], lease_until: datetime) -> None:
    """Commit to the intent to send, before anything is sent."""
    await tx.execute_many(
        _START,
        [
            {
                "id": claim.message.id,
                "lease_token": claim.lease_token,
                "lease_until": lease_until,
                "callback_digest": claim.callback.digest,
            }
            for claim in claims
        ],
    )


_FIND_CLAIMED = sql(
    """SELECT n.number AS from_number, m.expires_at
    FROM outgoing_messages m
    JOIN sender_numbers n ON n.provider_id = :provider_id AND n.id = m.sender_number_id
    WHERE m.provider_id = :provider_id AND m.id = :id AND m.lease_token = :lease_token
      AND m.lease_until > :until"""
)


async def find_claimed(tx: Transaction, claim: Claim, *, until: datetime) -> Claimed | None:
    """What the call needs, if the lease lasts until then."""
    return await tx.fetch_one_as(
        Claimed,
        _FIND_CLAIMED,
        id=claim.message.id,
        lease_token=claim.lease_token,
        until=until,
    )


_RELEASE = sql(
    """UPDATE outgoing_messages
    SET state = 'scheduled', lease_token = NULL, lease_until = NULL, try_at = :try_at
    WHERE provider_id = :provider_id AND id = :id AND lease_token = :lease_token"""
)


async def release(tx: Transaction, claim: Claim, try_at: datetime) -> None:
    """Back to scheduled: the gateway provably did not take it."""
    await tx.execute(_RELEASE, id=claim.message.id, lease_token=claim.lease_token, try_at=try_at)


_ACCEPT = sql(
    """UPDATE outgoing_messages
    SET state = 'accepted', lease_token = NULL, lease_until = NULL,
        gateway_message_id = :gateway_message_id, sent_at = :now, closed_at = NULL
    WHERE provider_id = :provider_id AND id = :id AND callback_digest = :callback_digest
      AND state = ANY(:before::text[])
    RETURNING true"""
)


async def set_accepted(
    tx: Transaction, claim: Claim, gateway_message_id: str, now: datetime
) -> bool:
    """Whether the acceptance is news. It counts as evidence even after the lease was lost."""
    return bool(
        await tx.fetch_value(
            _ACCEPT,
            id=claim.message.id,
            callback_digest=claim.callback.digest,
            gateway_message_id=gateway_message_id,
            before=states_before(MessageEvent.ACCEPT),
            now=now,
        )
    )


_SET_OUTCOME = sql(
    """UPDATE outgoing_messages
    SET state = :state, lease_token = NULL, lease_until = NULL, error_code = :error_code,
        closed_at = :now
    WHERE provider_id = :provider_id AND id = :id AND lease_token = :lease_token
    RETURNING true"""
)


async def set_outcome(
    tx: Transaction, claim: Claim, state: MessageState, error_code: int | None, now: datetime
) -> bool:
    """Whether the claim was still valid, and the message is now failed or unconfirmed."""
    return bool(
        await tx.fetch_value(
            _SET_OUTCOME,
            id=claim.message.id,
            lease_token=claim.lease_token,
            state=state,
            error_code=None if error_code is None else str(error_code),
            now=now,
        )
    )


_END_LOST = sql(
    """UPDATE outgoing_messages
    SET state = 'unconfirmed', lease_token = NULL, lease_until = NULL, closed_at = :now
    WHERE provider_id = :provider_id AND recipient_kind = :kind AND state = 'sending'
      AND lease_until < :now
    RETURNING id, recipient_id"""
)


async def end_lost_leases(tx: Transaction, kind: RecipientKind, now: datetime) -> list[Ended]:
    """Messages whose sender is gone: nobody knows whether they were sent."""
    return await tx.fetch_as(Ended, _END_LOST, kind=kind, now=now)


_EXPIRE = sql(
    """UPDATE outgoing_messages SET state = 'expired', closed_at = :now
    WHERE provider_id = :provider_id AND recipient_kind = :kind AND state = 'scheduled'
      AND expires_at <= :now
    RETURNING id, recipient_id"""
)


async def expire(tx: Transaction, kind: RecipientKind, now: datetime) -> list[Ended]:
    """Nothing goes out after its time."""
    return await tx.fetch_as(Ended, _EXPIRE, kind=kind, now=now)


_CANCEL_ALL = sql(
    """UPDATE outgoing_messages SET state = 'cancelled', reason = :reason, closed_at = :now
    WHERE provider_id = :provider_id AND recipient_kind = :kind
      AND recipient_id = ANY(:recipient_ids::uuid[]) AND state = 'scheduled'"""
)


async def cancel_all(
    tx: Transaction,
    kind: RecipientKind,
    recipient_ids: Sequence[UUID],
    reason: str,
    now: datetime,
) -> None:
    """Cancel every scheduled message to these recipients."""
    await tx.execute(
        _CANCEL_ALL, kind=kind, recipient_ids=list(recipient_ids), reason=reason, now=now
    )


_REDIRECT = sql(
    """UPDATE outgoing_messages SET recipient_id = :recipient_id, try_at = NULL
    WHERE provider_id = :provider_id AND recipient_kind = :kind AND state = 'scheduled'"""
)


async def redirect_scheduled(tx: Transaction, kind: RecipientKind, recipient_id: UUID) -> None:
    """Send every scheduled message of this kind to another recipient."""
    await tx.execute(_REDIRECT, kind=kind, recipient_id=recipient_id)


_NEXT_DUE = sql(
    """SELECT least(
        (SELECT min(greatest(due_at, try_at)) FROM outgoing_messages
         WHERE provider_id = :provider_id AND state = 'scheduled'),
        (SELECT min(lease_until) FROM outgoing_messages
         WHERE provider_id = :provider_id AND state = 'sending'))"""
)


async def next_due(tx: Transaction) -> datetime | None:
    """When the next message is due, or the next lease ends (UTC)."""
    due_at: datetime | None = await tx.fetch_value(_NEXT_DUE)
    return due_at


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
    """What a status callback says, which ends any claim and any earlier end."""
    await tx.execute(
        _SET_REPORTED,
        id=message_id,
        state=state,
        gateway_message_id=gateway_message_id,
        error_code=None if error_code is None else str(error_code),
        now=now,
    )
