"""The words for where a message is. They follow its kind: `text sent`, `alert sent`."""

from outcomes.messaging.lifecycle import MessageState

STATES: dict[MessageState, str] = {
    MessageState.SCHEDULED: "to go out",
    MessageState.SENDING: "going out",
    MessageState.ACCEPTED: "sent",
    MessageState.DELIVERED: "delivered",
    MessageState.UNDELIVERED: "not delivered",
    MessageState.FAILED: "could not be sent",
    MessageState.UNCONFIRMED: "may not have gone out",
    MessageState.WITHHELD: "withheld",
    MessageState.CANCELLED: "cancelled",
    MessageState.EXPIRED: "too late to send",
}
