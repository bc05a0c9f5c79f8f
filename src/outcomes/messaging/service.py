"""The verbs that producers and the worker use. Each runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from outcomes.messaging import store
from outcomes.messaging.lifecycle import MessageState
from outcomes.messaging.models import NewMessage, RecipientKind
from outcomes.platform.db import Transaction


async def schedule(tx: Transaction, new: NewMessage, now: datetime) -> None:
    """Plan one message."""
    await store.insert_message(tx, new, now)


async def plan(tx: Transaction, new: Sequence[NewMessage], now: datetime) -> set[UUID]:
    """Plan messages, and plan again those that are withheld or cancelled; returns the ids of both.

    However often this is called, and from however many processes, an id is one message.
    """
    return await store.plan_messages(tx, new, now)


async def cancel(tx: Transaction, message_ids: Sequence[UUID], reason: str, now: datetime) -> None:
    """Cancel those of these messages that are still scheduled."""
    closed = [(message_id, MessageState.CANCELLED, reason) for message_id in message_ids]
    await store.close_scheduled(tx, closed, now)


async def cancel_all(
    tx: Transaction,
    kind: RecipientKind,
    recipient_ids: Sequence[UUID],
    reason: str,
    now: datetime,
) -> None:
    """Cancel every scheduled message to these recipients."""
    await store.cancel_all(tx, kind, recipient_ids, reason, now)


async def redirect(tx: Transaction, kind: RecipientKind, recipient_id: UUID) -> None:
    """Send every scheduled message of this kind to another recipient."""
    await store.redirect_scheduled(tx, kind, recipient_id)


async def next_due(tx: Transaction) -> datetime | None:
    """When the next message is due, or the next lease ends (UTC)."""
    return await store.next_due(tx)
