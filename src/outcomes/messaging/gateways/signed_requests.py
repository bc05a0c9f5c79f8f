"""Requests that the gateway signs. Their handlers are public: neither sign-in nor a form's token is asked.

A wrong signature is a 403. A number or token of nobody, or of another provider, is a 404. Neither leaves
anything behind.
"""

from typing import Any

from litestar import Request
from msgspec import Struct

from outcomes.messaging.gateways.inbound import verify
from outcomes.messaging.gateways.models import SignedForm

_SIGNATURE = "X-Twilio-Signature"


class GatewayAccount(Struct, frozen=True):
    """The one account that may post here, and the address that it signs for."""

    public_url: str
    account_sid: str
    auth_tokens: tuple[str, ...]

    def __repr__(self) -> str:
        return "GatewayAccount(<protected>)"


async def verified_form(request: Request[Any, Any, Any], account: GatewayAccount) -> SignedForm:
    """The request's fields. The signature is over the configured address, never over what the request
    says. Raises SignatureRefused."""
    query = request.scope["query_string"].decode("latin-1")
    url = account.public_url + request.scope["path"] + (f"?{query}" if query else "")
    signature = request.headers.get(_SIGNATURE)
    return verify(signature, url, await request.body(), account.auth_tokens)
