"""Liveness and readiness of this process, for monitoring.

Neither answer contains anything about stored data. Keys are not checked: the process does not start
without them.
"""

from functools import cache
from importlib.resources import files
from typing import Any

from asyncpg import PostgresError
from litestar import Response, get

from outcomes.errors import Unavailable
from outcomes.platform.db import Database
from outcomes.platform.sql import sql
from outcomes.platform.zones import ZONES_VERSION


@get("/healthz", public=True, sync_to_thread=False)
def healthz() -> dict[str, str]:
    """The process responds."""
    return {"status": "alive"}


@get("/readyz", public=True)
async def readyz(db: Database) -> Response[dict[str, str]]:
    """The database responds and has the schema of this release; names the release of the time-zone data."""
    error = await _not_ready(db)
    if error:
        return Response({"status": "not ready", "reason": error}, status_code=503)
    return Response({"status": "ready", "time_zones": ZONES_VERSION})


_REVISION = sql("SELECT version_num FROM alembic_version")


async def _not_ready(db: Database) -> str | None:
    try:
        async with db.connection() as conn:
            current: Any = await conn.fetch_value(_REVISION)
    except (Unavailable, PostgresError):
        return "database"
    return None if current == newest_revision() else "migrations"


@cache
def newest_revision() -> str:
    """The revision that this release needs; the names of revision files begin with their number."""
    names = (file.name for file in files("outcomes_migrations.versions").iterdir())
    return max(name[:4] for name in names if name[:4].isdecimal())


ROUTES = (healthz, readyz)
