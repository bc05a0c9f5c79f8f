"""Status callbacks over HTTP; `gateways/signed_requests.py` says how they are verified."""

from typing import Any

from litestar import Request, post

from outcomes.errors import NotFound
from outcomes.messaging.gateways.callbacks import STATUS_PATH
from outcomes.messaging.gateways.inbound import read_status
from outcomes.messaging.gateways.signed_requests import GatewayAccount, verified_form
from outcomes.messaging.producers import Producers
from outcomes.messaging.statuses import service
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.db import Database


@post(STATUS_PATH, public=True, status_code=204)
async def receive_status(
    request: Request[Any, Any, Any],
    scopes: Scopes,
    db: Database,
    gateway_account: GatewayAccount,
    producers: Producers,
) -> None:
    """Store the reported status of a message."""
    update = read_status(await verified_form(request, gateway_account), gateway_account.account_sid)
    caller = await scopes.own_number(update.from_)
    token = request.query_params.get("token", "")
    if caller is None or not token.isascii():
        raise NotFound
    if not await service.record_status(db, caller, producers, token, update):
        raise NotFound


ROUTES = (receive_status,)
