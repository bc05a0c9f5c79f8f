"""The SQL of planning and closing outgoing messages.

Which states a statement changes, and to which, comes from the lifecycle's table.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from outcomes.messaging.lifecycle import MessageEvent, MessageState, state_after, states_before
from outcomes.messaging.models import NewMessage, NumberUse, RecipientKind
from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql


def before(event: MessageEvent) -> str:
    """The states that the event changes, as an SQL list."""
    return ", ".join(f"'{state}'" for state in states_before(event))


def after(event: MessageEvent) -> str:
    """The state that the event leads to, as an SQL string."""
    return f"'{state_after(event)}'"


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
    WHERE outgoing_messages.state IN ({before(MessageEvent.PLAN)})
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


_CANCEL_ALL = sql(
    f"""UPDATE outgoing_messages SET state = {after(MessageEvent.CANCEL)}, reason = :reason,
        closed_at = :now
    WHERE provider_id = :provider_id AND recipient_kind = :kind
      AND recipient_id = ANY(:recipient_ids::uuid[])
      AND state IN ({before(MessageEvent.CANCEL)})"""
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
