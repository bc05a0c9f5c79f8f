"""Factories of people with something due."""

from datetime import datetime, timedelta
from uuid import UUID

from outcomes.check_ins import service as check_ins
from outcomes.check_ins.models import NewAttempt, NewCheckIn, Reason, Wellbeing
from outcomes.disengagement import service as disengagement
from outcomes.disengagement.models import NewFlag
from outcomes.pathways import service as pathways
from outcomes.pathways.models import NewPathway
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Database
from outcomes.survivors.models import SafeContactProfile
from tests.moment import clock_ahead
from tests.support import Product, make_survivor, new_key

FINE = NewCheckIn(wellbeing=Wellbeing.FINE)


async def enrolled(
    product: Product,
    worker: Caller,
    *,
    phone: str = "07700 900123",
    profile: SafeContactProfile | None = None,
) -> UUID:
    """A survivor on the pathway, reachable at every hour unless told otherwise."""
    survivor_id = await make_survivor(product, worker, phone=phone, profile=profile)
    new = NewPathway()
    await pathways.enrol(product.db, worker, survivor_id, new_key(worker, new), new)
    return survivor_id


async def talk(product: Product, worker: Caller, survivor_id: UUID, new: NewCheckIn = FINE) -> UUID:
    """They were reached; they are fine unless told otherwise."""
    return await check_ins.log_check_in(product.db, worker, survivor_id, new_key(worker, new), new)


async def miss(product: Product, worker: Caller, survivor_id: UUID) -> UUID:
    new = NewAttempt(reason=Reason.AT_WORK)
    return await check_ins.log_attempt(product.db, worker, survivor_id, new_key(worker, new), new)


async def worry(product: Product, worker: Caller, survivor_id: UUID) -> UUID:
    new = NewFlag(note="Whispered")
    return await disengagement.raise_flag(
        product.db, worker, survivor_id, new_key(worker, new), new
    )


async def now(product: Product, caller: Caller) -> datetime:
    async with product.db.transaction(caller) as tx:
        return await tx.now()


class Later:
    """The same database, some days ahead."""

    def __init__(self, product: Product, **ahead: int) -> None:
        self._url, self._ahead = product.settings.database.app, timedelta(**ahead)

    async def __aenter__(self) -> Database:
        self._db = Database(self._url, size=2, clock=clock_ahead(self._ahead))
        await self._db.open()
        return self._db

    async def __aexit__(self, *_: object) -> None:
        await self._db.close()
