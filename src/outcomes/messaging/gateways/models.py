"""What a gateway posts to us, once it is verified and read."""

from outcomes.messaging.gateways.gateway import Private
from outcomes.messaging.lifecycle import GatewayStatus


class SignedForm(Private, frozen=True):
    """Fields whose signature was verified. `signature_digest` is SHA-256, to know it again."""

    fields: dict[str, str]
    signature_digest: bytes


class InboundSms(Private, frozen=True):
    """A text to one of the provider's numbers; its real sender is never proven.

    `opt_out_type` is what the gateway made of the text (STOP, START or HELP), if it says so.
    """

    message_sid: str
    from_: str
    to: str
    body: str
    opt_out_type: str | None
    signature_digest: bytes


class StatusUpdate(Private, frozen=True):
    """The status of a message that was sent. `status` is None for an unknown word."""

    message_sid: str
    from_: str
    to: str
    status: GatewayStatus | None
    error_code: int | None
    signature_digest: bytes
