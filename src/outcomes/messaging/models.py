"""The types of messages, for every recipient and channel."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from outcomes.messaging.gateways.callbacks import CallbackToken
from outcomes.messaging.gateways.failures import FailureKind
from outcomes.messaging.lifecycle import MessageEvent, MessageState


class RecipientKind(StrEnum):
    """Who receives a message, which decides its producer."""

    SURVIVOR = "survivor"
    ACCOUNT = "account"


class Channel(StrEnum):
    """What carries a message."""

    SMS = "sms"


class NumberUse(StrEnum):
    """Which of a provider's numbers a message leaves from. No survivor is texted from STAFF."""

    SURVIVORS = "survivors"
    STAFF = "staff"


class NewMessage(Struct, frozen=True):
    """A message to be sent at `due_at`, or `withheld` for a reason. Times in UTC.

    Without `expires_at` it waits until it is sent or cancelled.
    """

    id: UUID
    recipient_kind: RecipientKind
    recipient_id: UUID
    sender: NumberUse
    due_at: datetime
    expires_at: datetime | None = None
    withheld: str | None = None
    channel: Channel = Channel.SMS


class Due(Struct, frozen=True):
    """A due message, locked by the transaction that read it."""

    id: UUID
    recipient_id: UUID
    tries: int


class Claim(Struct, frozen=True):
    """The right to send one message once. Only its holder may record the result."""

    message: Due
    lease_token: UUID
    callback: CallbackToken


class Verdict(Struct, frozen=True):
    """The decision of a producer's gate on a due message.

    CLAIM: send it. WITHHOLD or CANCEL: close it for `reason`. None: look again at `try_at` (UTC).
    """

    event: MessageEvent | None
    reason: str | None = None
    try_at: datetime | None = None


class Content(Struct, frozen=True):
    """Address and text, read in the moment before the call. Never printed."""

    to: str
    body: str

    def __repr__(self) -> str:
        return "Content(<protected>)"


class Unsendable(Struct, frozen=True):
    """There is no address to send to: the message fails without a call."""

    kind: FailureKind


class Change(Struct, frozen=True):
    """What happened to a message. `after` equals `before` where the event changed nothing."""

    message_id: UUID
    recipient_id: UUID
    before: MessageState
    event: MessageEvent
    after: MessageState
    failure: FailureKind | None = None
    error_code: int | None = None


class StoredMessage(Struct, frozen=True):
    """The message that a status callback is about, locked by the transaction that read it."""

    id: UUID
    recipient_kind: RecipientKind
    recipient_id: UUID
    state: MessageState
    gateway_message_id: str | None
