"""The SQL of sending: claims with a lease and a fencing token, and their outcomes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from outcomes.messaging.lifecycle import MessageEvent, MessageState
from outcomes.messaging.models import Claim, Due, RecipientKind
from outcomes.messaging.store import after, before
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


_LOCK_DUE = sql(
    f"""SELECT id, recipient_id, tries FROM outgoing_messages
    WHERE provider_id = :provider_id AND recipient_kind = :kind
      AND state IN ({before(MessageEvent.CLAIM)}) AND due_at <= :now
      AND coalesce(try_at, due_at) <= :now
      AND (expires_at IS NULL OR expires_at > :now)
    ORDER BY coalesce(try_at, due_at), id LIMIT :limit
    FOR UPDATE SKIP LOCKED"""
)


async def lock_due(tx: Transaction, kind: RecipientKind, now: datetime, limit: int) -> list[Due]:
    """The first messages that are due and that no other process is looking at."""
    return await tx.fetch_as(Due, _LOCK_DUE, kind=kind, now=now, limit=limit)


_DEFER = sql(
    """UPDATE outgoing_messages SET try_at = :try_at
    WHERE provider_id = :provider_id AND id = :id AND state = 'scheduled'"""
)


async def defer(tx: Transaction, deferred: Sequence[tuple[UUID, datetime]]) -> None:
    """Let scheduled messages wait: (id, until when)."""
    await tx.execute_many(_DEFER, [{"id": id_, "try_at": try_at} for id_, try_at in deferred])


_START = sql(
    f"""UPDATE outgoing_messages
    SET state = {after(MessageEvent.CLAIM)}, lease_token = :lease_token, lease_until = :lease_until,
        callback_digest = :callback_digest, tries = tries + 1
    WHERE provider_id = :provider_id AND id = :id AND state IN ({before(MessageEvent.CLAIM)})"""
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
    f"""UPDATE outgoing_messages
    SET state = {after(MessageEvent.NOT_TAKEN)}, lease_token = NULL, lease_until = NULL, try_at = :try_at
    WHERE provider_id = :provider_id AND id = :id AND lease_token = :lease_token
      AND state IN ({before(MessageEvent.NOT_TAKEN)})"""
)


async def release(tx: Transaction, claim: Claim, try_at: datetime) -> None:
    """Back to scheduled: the gateway provably did not take it."""
    await tx.execute(_RELEASE, id=claim.message.id, lease_token=claim.lease_token, try_at=try_at)


_ACCEPT = sql(
    f"""UPDATE outgoing_messages
    SET state = {after(MessageEvent.ACCEPT)}, lease_token = NULL, lease_until = NULL,
        gateway_message_id = :gateway_message_id, sent_at = :now, closed_at = NULL
    WHERE provider_id = :provider_id AND id = :id AND callback_digest = :callback_digest
      AND state IN ({before(MessageEvent.ACCEPT)})
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
    f"""UPDATE outgoing_messages
    SET state = {after(MessageEvent.LOSE)}, lease_token = NULL, lease_until = NULL, closed_at = :now
    WHERE provider_id = :provider_id AND recipient_kind = :kind
      AND state IN ({before(MessageEvent.LOSE)}) AND lease_until < :now
    RETURNING id, recipient_id"""
)


async def end_lost_leases(tx: Transaction, kind: RecipientKind, now: datetime) -> list[Ended]:
    """Messages whose worker is gone: it is unknown whether they were sent."""
    return await tx.fetch_as(Ended, _END_LOST, kind=kind, now=now)


_EXPIRE = sql(
    f"""UPDATE outgoing_messages SET state = {after(MessageEvent.EXPIRE)}, closed_at = :now
    WHERE provider_id = :provider_id AND recipient_kind = :kind
      AND state IN ({before(MessageEvent.EXPIRE)}) AND expires_at <= :now
    RETURNING id, recipient_id"""
)


async def expire(tx: Transaction, kind: RecipientKind, now: datetime) -> list[Ended]:
    """Expire messages whose time has passed."""
    return await tx.fetch_as(Ended, _EXPIRE, kind=kind, now=now)
