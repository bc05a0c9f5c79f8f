"""The opaque token by which the gateway's news of a message comes back."""

import secrets

from msgspec import Struct

from outcomes.platform.access.models import Caller

STATUS_PATH = "/webhooks/twilio/status"
INBOUND_PATH = "/webhooks/twilio/inbound"


class CallbackToken(Struct, frozen=True):
    """Opaque and random. The gateway returns it with each status; only its digest is stored."""

    token: str
    digest: bytes

    def __repr__(self) -> str:
        return "<CallbackToken>"

    def url(self, public_url: str) -> str:
        """Where the gateway reports what becomes of the message."""
        return f"{public_url}{STATUS_PATH}?token={self.token}"


def new_callback_token(caller: Caller) -> CallbackToken:
    """A new random token."""
    token = secrets.token_urlsafe(32)
    return CallbackToken(token, callback_digest(caller, token))


def callback_digest(caller: Caller, token: str) -> bytes:
    """What is stored of a token: 32 bytes, keyed by the provider."""
    return caller.scope.keys.body_mac(b"sms-status-callback:" + token.encode())
