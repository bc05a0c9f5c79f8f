"""What the gateway posts to us. Signed, so public: neither sign-in nor a form's token is asked for.

What the gateway did not sign gets a 403; a number or token that is nobody's, or another provider's, the
same 404. Neither leaves anything behind.
"""

from typing import Any

from litestar import Request, post
from msgspec import Struct

from outcomes.errors import NotFound
from outcomes.messaging.inbound import SignedForm, read_inbound, read_status, verify
from outcomes.messaging.sending import INBOUND_PATH, STATUS_PATH
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.db import Database
from outcomes.prompts import service
from outcomes.providers import service as providers

_SIGNATURE = "X-Twilio-Signature"


class GatewayAccount(Struct, frozen=True):
    """The one account that may post here, and the address that it signs for."""

    public_url: str
    account_sid: str
    auth_tokens: tuple[str, ...]

    def __repr__(self) -> str:
        return "GatewayAccount(<protected>)"


@post(INBOUND_PATH, public=True, status_code=204)
async def receive_text(
    request: Request[Any, Any, Any], scopes: Scopes, db: Database, gateway_account: GatewayAccount
) -> None:
    """Store a text from a phone; the worker reads it."""
    sms = read_inbound(await _verified(request, gateway_account), gateway_account.account_sid)
    caller = await scopes.own_number(sms.to)
    if caller is None:
        raise NotFound
    await service.receive(db, caller, sms)


@post(STATUS_PATH, public=True, status_code=204)
async def receive_status(
    request: Request[Any, Any, Any], scopes: Scopes, db: Database, gateway_account: GatewayAccount
) -> None:
    """Keep what became of a message of ours, to a survivor or a colleague."""
    update = read_status(await _verified(request, gateway_account), gateway_account.account_sid)
    caller = await scopes.own_number(update.from_)
    token = request.query_params.get("token", "")
    if caller is None or not token.isascii():
        raise NotFound
    known = await service.record_status(db, caller, token, update)
    if not known and not await providers.record_alert_status(db, caller, token, update):
        raise NotFound


async def _verified(request: Request[Any, Any, Any], account: GatewayAccount) -> SignedForm:
    """The signature is over the address that we configured, never over what the request says."""
    query = request.scope["query_string"].decode("latin-1")
    url = account.public_url + request.scope["path"] + (f"?{query}" if query else "")
    signature = request.headers.get(_SIGNATURE)
    return verify(signature, url, await request.body(), account.auth_tokens)


ROUTES = (receive_text, receive_status)
