"""A visit to one provider: what its steps are given, and when the next one is due."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from msgspec import Struct

from outcomes.messaging.gateways.gateway import SmsGateway
from outcomes.platform.access.models import Caller
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.db import Database
from outcomes.prompts import service as prompts
from outcomes.providers import service as providers

AT_EVERY_VISIT = timedelta(0)

VISITED_EVERY = timedelta(minutes=1)
"""However far ahead the hint is, every provider is visited this often."""


class Work(Struct, frozen=True):
    """What the process has open for as long as it runs."""

    db: Database
    scopes: Scopes
    gateway: SmsGateway
    public_url: str
    goes_on: Callable[[], bool]


class Visit(Struct, frozen=True):
    """One provider's turn. `goes_on` turns false when the process is asked to end."""

    db: Database
    caller: Caller
    gateway: SmsGateway
    public_url: str
    now: datetime
    goes_on: Callable[[], bool]


class Step(Struct, frozen=True):
    """One kind of work, done at a visit when it was last done `every` so long ago."""

    name: str
    every: timedelta
    work: Callable[[Visit], Awaitable[object]]


async def settle_hint(visit: Visit) -> None:
    """Say when to come again: read in a second statement, once the registry's row is held."""
    async with visit.db.transaction(visit.caller) as tx:
        await providers.hold_due_hint(tx)
        now = await tx.now()
        known = (await prompts.next_due(tx), await providers.next_alert_due(tx))
        due_at = min((at for at in known if at is not None), default=now + VISITED_EVERY)
        await providers.set_due_hint(tx, due_at)
