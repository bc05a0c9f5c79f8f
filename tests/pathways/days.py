"""The product on a day that a test chooses, and what stands in its schedule."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from outcomes.pathways.models import PlannedContact
from outcomes.pathways.schedule.cadence import Series
from outcomes.platform.clock import NOW_SQL, Clock
from outcomes.settings import DatabaseUrls
from tests.support import Product, running_product


@asynccontextmanager
async def product_at(
    moment: datetime, database: DatabaseUrls, redis_url: str, run_folder: Path
) -> AsyncIterator[Product]:
    """The product whose clock shows `moment` now, whenever the test runs."""
    conn = await asyncpg.connect(database.app)
    offset = moment - await conn.fetchval(f"SELECT {NOW_SQL}")
    await conn.close()
    async with running_product(
        database, redis_url, run_folder / "keys", clock=Clock(offset)
    ) as running:
        yield running


def held(contacts: list[dict[str, Any]], series: str) -> list[str]:
    """`planned` where a contact stays, `planned > held` where it moves, in order of planned date."""
    return [
        item["planned_on"]
        + (f" > {item['held_on']}" if item["held_on"] != item["planned_on"] else "")
        for item in sorted(contacts, key=lambda item: item["planned_on"])
        if item["series"] == series
    ]


def held_days(contacts: list[PlannedContact], series: Series) -> list[str]:
    """The days on which the contacts of a series are held, in order."""
    return sorted(str(one.held_on) for one in contacts if one.series is series)
