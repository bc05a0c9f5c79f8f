"""Seeds the demo, once per installation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from outcomes.disengagement import service as disengagement
from outcomes.disengagement.rules import DEFAULT_LADDER
from outcomes.errors import SettingsError
from outcomes.local.demo.history import SurvivorHistory
from outcomes.local.demo.people import load_people
from outcomes.local.demo.staff import SURVIVORS_NUMBER, demo_password, make_staff
from outcomes.pathways import service as pathways
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.clock import Clock
from outcomes.platform.db import Database
from outcomes.platform.encryption import KeyRing

FIRST_PHONE = 101
FLAGGED = timedelta(days=4)
"""How long ago the rules were last applied, so that an open flag has escalated to the team lead."""


_UNFINISHED = "demo-unfinished"


async def seed(app_url: str, auth_url: str, keys: Path, clock: Clock) -> str:
    """Create the demo as of the clock's now, unless it exists; returns its password.

    It exists if its sender number does, which never changes.

    Raises:
        SettingsError: it exists in part, because seeding was interrupted.
    """
    password, unfinished = demo_password(keys), keys / _UNFINISHED
    async with _opened(auth_url, clock) as auth:
        scopes = Scopes(auth, KeyRing.open(keys))
        if await scopes.own_number(SURVIVORS_NUMBER) is None:
            unfinished.touch(mode=0o600)
            await _make(app_url, scopes, password, clock)
            unfinished.unlink()
        elif unfinished.exists():
            raise SettingsError(
                "The creation of the demo was interrupted. Remove its data, in the folder that "
                "OUTCOMES_HOME names (.outcomes/data unless it is set), and start again."
            )
    return password


async def _make(app_url: str, scopes: Scopes, password: str, clock: Clock) -> None:
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(_opened(app_url, clock))
        staff = await make_staff(db, scopes, password)
        async with db.transaction(staff.admin) as tx:
            now = await tx.now()
        histories = [
            SurvivorHistory(
                await stack.enter_async_context(_opened(app_url, clock)),
                staff.workers[person.worker],
                person,
                now,
            )
            for person in load_people()
        ]
        phones = (f"+447700900{FIRST_PHONE + number}" for number in range(len(histories)))
        await asyncio.gather(*map(SurvivorHistory.register, histories, phones))
        worker = scopes.worker(staff.provider_id)
        await pathways.refresh_plans(db, worker, now)
        await asyncio.gather(*map(SurvivorHistory.replay, histories))
        db.clock = Clock(clock.offset - FLAGGED)
        await disengagement.raise_due_flags(db, worker, now - FLAGGED, ladder=DEFAULT_LADDER)


@asynccontextmanager
async def _opened(url: str, clock: Clock) -> AsyncIterator[Database]:
    """One connection with its own clock, so that each history sets its own."""
    db = Database(url, size=1, clock=clock)
    await db.open()
    try:
        yield db
    finally:
        await db.close()
