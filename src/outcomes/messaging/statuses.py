"""The life of an accepted message as told by callbacks: late, doubled, out of order."""

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

    @property
    def is_final(self) -> bool:
        return _RANK[self] == _FINAL


_FINAL = 4
_RANK = MappingProxyType(
    {
        GatewayStatus.QUEUED: 0,
        GatewayStatus.ACCEPTED: 1,
        GatewayStatus.SENDING: 2,
        GatewayStatus.SENT: 3,
        GatewayStatus.DELIVERED: _FINAL,
        GatewayStatus.UNDELIVERED: _FINAL,
        GatewayStatus.FAILED: _FINAL,
    }
)


def later_status(held: GatewayStatus | None, told: GatewayStatus) -> GatewayStatus:
    """The status to hold after being told another one: never backwards, and a final one stays.

    A contradiction (delivered after undelivered) changes nothing here; its event is kept all the
    same, so that a person can see both.
    """
    if held is None:
        return told
    return told if _RANK[told] > _RANK[held] else held
