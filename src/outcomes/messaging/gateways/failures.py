"""What a gateway's error code asks of us. One table for refusals and for failed deliveries.

Source of the codes: Twilio's error dictionary, https://www.twilio.com/docs/api/errors. What follows
from each is a product default. A code that is not here is OTHER: never tried
again by itself, and a person looks at it.
"""

from enum import StrEnum
from types import MappingProxyType


class FailureKind(StrEnum):
    """What has to happen before this person can be texted again."""

    OPTED_OUT = "opted_out"
    """They texted STOP to this sender. They are added to our own opt-out list."""
    BAD_NUMBER = "bad_number"
    """Not a number that can receive texts: a person checks it."""
    CONTENT = "content"
    """The words were refused or filtered: change the wording, and alert."""
    PASSING = "passing"
    """It may work later: the phone is off, or a queue is full."""
    OTHER = "other"
    """Anything else, our own account included."""


_KINDS = MappingProxyType(
    {
        20429: FailureKind.PASSING,  # too many requests
        21211: FailureKind.BAD_NUMBER,  # invalid 'To'
        21214: FailureKind.BAD_NUMBER,  # 'To' cannot be reached
        21602: FailureKind.CONTENT,  # no body
        21610: FailureKind.OPTED_OUT,  # they replied STOP
        21611: FailureKind.PASSING,  # the sender's queue is full
        21614: FailureKind.BAD_NUMBER,  # not a mobile
        21617: FailureKind.CONTENT,  # body too long
        21635: FailureKind.BAD_NUMBER,  # a landline
        30001: FailureKind.PASSING,  # queue overflow
        30003: FailureKind.PASSING,  # handset off or out of reach
        30005: FailureKind.BAD_NUMBER,  # unknown handset
        30007: FailureKind.CONTENT,  # filtered
        30008: FailureKind.PASSING,  # unknown error at the carrier
    }
)
_RETRIES = MappingProxyType({30001: 3, 30003: 3, 30008: 1})


def failure_kind(code: int | None) -> FailureKind:
    """The kind of a refusal or a failed delivery. No code, or one that we do not know, is OTHER."""
    return FailureKind.OTHER if code is None else _KINDS.get(code, FailureKind.OTHER)


def delivery_retries(code: int | None) -> int:
    """How often a message that was accepted and then failed with this code may be tried anew.

    Each retry is a new prompt through the gate. 30003 (handset off) three times, 30008 once, 30006
    (landline or unreachable carrier), 30036 (validity expired) and everything else never.
    """
    return 0 if code is None else _RETRIES.get(code, 0)
