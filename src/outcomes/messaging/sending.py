"""One attempt at handing a message to the gateway, and the token by which news of it comes back."""

import secrets
from datetime import datetime, timedelta

from msgspec import Struct

from outcomes.messaging.gateways.gateway import Accepted, OutboundSms, SmsError, SmsGateway
from outcomes.platform.access.models import Caller

STATUS_PATH = "/webhooks/twilio/status"
INBOUND_PATH = "/webhooks/twilio/inbound"

LEASE = timedelta(seconds=60)
"""How long a claim to send holds: the gateway's timeouts (15 s) with room to spare (ours)."""

START_WITHIN = timedelta(seconds=30)
"""A claim that has not begun to send by then is given back: there must be time for the answer."""


class CallbackToken(Struct, frozen=True):
    """Opaque and random. The gateway brings it back with each status; we keep only the digest."""

    token: str
    digest: bytes

    def __repr__(self) -> str:
        return "<CallbackToken>"

    def url(self, public_url: str) -> str:
        """Where the gateway reports what becomes of the message."""
        return f"{public_url}{STATUS_PATH}?token={self.token}"


def new_callback_token(caller: Caller) -> CallbackToken:
    """A token that nobody has seen."""
    token = secrets.token_urlsafe(32)
    return CallbackToken(token, callback_digest(caller, token))


def callback_digest(caller: Caller, token: str) -> bytes:
    """What is stored of a token: 32 bytes, keyed by the provider."""
    return caller.scope.keys.body_mac(b"sms-status-callback:" + token.encode())


async def attempt(gateway: SmsGateway, message: OutboundSms) -> Accepted | SmsError:
    """What the gateway made of the message, each of the four ways being an answer to record."""
    try:
        return await gateway.send(message)
    except SmsError as error:
        return error


def backoff(tries: int, retry_after_seconds: int | None) -> timedelta:
    """How long to leave a busy gateway alone: what it asked for, or half a minute doubling to 15."""
    if retry_after_seconds is not None:
        return timedelta(seconds=max(1, retry_after_seconds))
    return timedelta(seconds=min(30 * 2 ** min(tries, 5), 900))


def validity_seconds(expires_at: datetime, now: datetime) -> int:
    """How long the gateway may keep trying: never past `expires_at`; at most its own 10 hours."""
    return max(1, min(int((expires_at - now).total_seconds()), 36_000))
