"""The run of one provider: what its jobs receive, and when the next run is due."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from outcomes.assessments.instruments import Instruments
from outcomes.disengagement.rules import Ladder
from outcomes.messaging import service as messages
from outcomes.messaging.gateways.gateway import SmsGateway
from outcomes.platform.access.models import Caller
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.db import Database
from outcomes.prompts.inbox import service as inbox
from outcomes.providers import registry

RUN_AT_LEAST_EVERY = timedelta(minutes=1)
"""Every provider runs at least this often, whatever its `next_due_at` says."""


class Work(Struct, frozen=True):
    """What the process has open for as long as it runs."""

    db: Database
    scopes: Scopes
    gateway: SmsGateway
    public_url: str
    ladder: Ladder
    instruments: Instruments
    should_continue: Callable[[], bool]


class TenantRun(Struct, frozen=True):
    """One provider's run. `should_continue` is false once the process was asked to stop."""

    db: Database
    caller: Caller
    gateway: SmsGateway
    public_url: str
    ladder: Ladder
    instruments: Instruments
    now: datetime
    should_continue: Callable[[], bool]


async def update_next_run(run: TenantRun) -> None:
    """Set when the provider runs next: computed in a second statement, after the registry row is locked."""
    async with run.db.transaction(run.caller) as tx:
        await registry.lock_next_run(tx)
        now = await tx.now()
        known = (await messages.next_due(tx), await inbox.next_unread(tx))
        due_at = min((at for at in known if at is not None), default=now + RUN_AT_LEAST_EVERY)
        await registry.set_next_run(tx, due_at)
