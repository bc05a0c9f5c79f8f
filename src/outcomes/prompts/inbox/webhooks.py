"""Texts from phones, as the gateway posts them; `messaging/gateways/signed_requests.py` verifies them."""

from typing import Any

from litestar import Request, post

from outcomes.errors import NotFound
from outcomes.messaging.gateways.callbacks import INBOUND_PATH
from outcomes.messaging.gateways.inbound import read_inbound
from outcomes.messaging.gateways.signed_requests import GatewayAccount, verified_form
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.db import Database
from outcomes.prompts.inbox import service


@post(INBOUND_PATH, public=True, status_code=204)
async def receive_text(
    request: Request[Any, Any, Any], scopes: Scopes, db: Database, gateway_account: GatewayAccount
) -> None:
    """Store a text from a phone; the worker reads it."""
    form = await verified_form(request, gateway_account)
    sms = read_inbound(form, gateway_account.account_sid)
    caller = await scopes.own_number(sms.to)
    if caller is None:
        raise NotFound
    await service.receive(db, caller, sms)


ROUTES = (receive_text,)
