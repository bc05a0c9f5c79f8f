"""The life of an outgoing message (pure): `state × event → state`, as one table.

Every recipient and every channel has this one life. `docs/architecture.md` draws it, and a test
compares the drawing with the table.
"""

from enum import StrEnum
from types import MappingProxyType


class GatewayStatus(StrEnum):
    """Twilio's statuses of an outbound SMS. Source: its guide to outbound message status."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


class MessageState(StrEnum):
    """Where a message is. Everything after *sending* is known from the gateway, or not known."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    WITHHELD = "withheld"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class MessageEvent(StrEnum):
    """What can happen to a message."""

    PLAN = "plan"
    """The producer plans it again, under new terms."""
    WITHHOLD = "withhold"
    """The gate does not let it out now."""
    CANCEL = "cancel"
    """What it was planned for no longer holds."""
    EXPIRE = "expire"
    """Its time has passed."""
    CLAIM = "claim"
    """A worker commits to the intent to send it."""
    NOT_TAKEN = "not taken"
    """Proof that the gateway did not take it: refused connection, 429."""
    ACCEPT = "accept"
    """The gateway took it."""
    REFUSE = "refuse"
    """The gateway refused it for good, or there is no address to send it to."""
    LOSE = "lose"
    """It is unknown whether the gateway took it: a timeout, an expired lease."""
    REPORT_ON_ITS_WAY = "report on its way"
    """A status callback: the gateway has it."""
    REPORT_DELIVERED = "report delivered"
    """A status callback: it arrived."""
    REPORT_UNDELIVERED = "report undelivered"
    """A status callback: it did not arrive."""


_S, _E = MessageState, MessageEvent

_CHANGES: dict[tuple[MessageState, MessageEvent], MessageState] = {
    (_S.WITHHELD, _E.PLAN): _S.SCHEDULED,
    (_S.CANCELLED, _E.PLAN): _S.SCHEDULED,
    (_S.SCHEDULED, _E.WITHHOLD): _S.WITHHELD,
    (_S.CANCELLED, _E.WITHHOLD): _S.WITHHELD,
    (_S.SCHEDULED, _E.CANCEL): _S.CANCELLED,
    (_S.SCHEDULED, _E.EXPIRE): _S.EXPIRED,
    (_S.SCHEDULED, _E.CLAIM): _S.SENDING,
    (_S.SENDING, _E.NOT_TAKEN): _S.SCHEDULED,
    (_S.SENDING, _E.ACCEPT): _S.ACCEPTED,
    (_S.UNCONFIRMED, _E.ACCEPT): _S.ACCEPTED,
    (_S.SENDING, _E.REFUSE): _S.FAILED,
    (_S.SENDING, _E.LOSE): _S.UNCONFIRMED,
    (_S.ACCEPTED, _E.REPORT_DELIVERED): _S.DELIVERED,
    (_S.ACCEPTED, _E.REPORT_UNDELIVERED): _S.UNDELIVERED,
}

_WITHOUT_ACCEPTANCE = frozenset(_S) - {_S.ACCEPTED, _S.DELIVERED, _S.UNDELIVERED}
"""A status callback carries the opaque token of a claim. It proves that the gateway took the message,
whatever the state says."""

_REPORTED = {
    _E.REPORT_ON_ITS_WAY: _S.ACCEPTED,
    _E.REPORT_DELIVERED: _S.DELIVERED,
    _E.REPORT_UNDELIVERED: _S.UNDELIVERED,
}

_CHANGES |= {
    (state, event): reported
    for state in _WITHOUT_ACCEPTANCE
    for event, reported in _REPORTED.items()
}

TRANSITIONS = MappingProxyType(
    {(state, event): _CHANGES.get((state, event), state) for state in _S for event in _E}
)
"""Every pair. A pair that is not a change keeps the state: late, doubled and contradictory reports
change nothing, and what was delivered stays delivered."""


def next_state(state: MessageState, event: MessageEvent) -> MessageState:
    """The state after the event."""
    return TRANSITIONS[state, event]


def states_before(event: MessageEvent) -> list[MessageState]:
    """The states that the event changes, in the order of the enum."""
    return [state for state in MessageState if TRANSITIONS[state, event] is not state]


def state_after(event: MessageEvent) -> MessageState:
    """The one state that the event leads to, wherever it changes anything."""
    (after,) = {TRANSITIONS[state, event] for state in states_before(event)}
    return after


def report(status: GatewayStatus) -> MessageEvent:
    """The event that a gateway's status is."""
    if status is GatewayStatus.DELIVERED:
        return MessageEvent.REPORT_DELIVERED
    if status in (GatewayStatus.UNDELIVERED, GatewayStatus.FAILED):
        return MessageEvent.REPORT_UNDELIVERED
    return MessageEvent.REPORT_ON_ITS_WAY
