"""What a gateway posts to us, once it is verified and read."""

from outcomes.messaging.gateways.gateway import Private
from outcomes.messaging.lifecycle import GatewayStatus


class SignedForm(Private, frozen=True):
    """Fields whose signature was verified. `signature_digest` is SHA-256, to know it again."""

    fields: dict[str, str]
    signature_digest: bytes


class InboundSms(Private, frozen=True):
    """A text that somebody sent to one of our numbers; who really sent it is never proven.

    `opt_out_type` is what the gateway made of the text (STOP, START or HELP), if it says so.
    """

    message_sid: str
    from_: str
    to: str
    body: str
    opt_out_type: str | None
    signature_digest: bytes


class StatusUpdate(Private, frozen=True):
    """What became of a message that we sent. `status` is None for a unknown word."""

    message_sid: str
    from_: str
    to: str
    status: GatewayStatus | None
    error_code: int | None
    signature_digest: bytes
