"""The interface between messaging and the producers of messages.

A producer knows its recipients: whether a message may go out now, to which address and in which
words, and what follows from its final state. Messaging knows when to ask.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from outcomes.messaging.models import Change, Content, Due, RecipientKind, Unsendable, Verdict
from outcomes.platform.access import audit
from outcomes.platform.db import Transaction


class Producer(Protocol):
    """The producer of one kind of recipient's messages. Every method runs in messaging's transaction."""

    @property
    def recipient_kind(self) -> RecipientKind:
        """The kind of recipient that this producer serves."""

    @property
    def longest_wait(self) -> timedelta:
        """The longest a message waits when the gateway did not take it."""

    @property
    def validity(self) -> timedelta:
        """How long the gateway may try to deliver a message that has no `expires_at`."""

    async def gate(
        self, tx: Transaction, due: Sequence[Due], now: datetime
    ) -> Mapping[UUID, Verdict]:
        """What is to be done with each due message, by its id. Asked when it is claimed."""

    async def compose(
        self, tx: Transaction, message: Due, now: datetime
    ) -> Content | Unsendable | None:
        """The gate again, in the moment before the call; None when the message may not go out now."""

    async def find_stale(self, tx: Transaction, now: datetime) -> Sequence[tuple[Due, str]]:
        """Scheduled messages that no longer hold, locked, each with the reason to cancel it."""

    async def changed(self, tx: Transaction, change: Change, now: datetime) -> None:
        """What follows from a change of state, or from a report that changed nothing."""

    def event(self, action: str, recipient_ids: tuple[UUID, ...]) -> audit.Event:
        """The audit event of `claimed`, `sent`, `swept` or `status_reported`."""


class Producers:
    """The producer of each kind of recipient."""

    def __init__(self, *producers: Producer) -> None:
        self._by_kind = {producer.recipient_kind: producer for producer in producers}

    def of(self, kind: RecipientKind) -> Producer:
        return self._by_kind[kind]
