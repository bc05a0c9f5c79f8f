"""The only module that reads a clock: the database's, at the start of a transaction."""

from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct

from outcomes.platform.sql import Statement, sql

NOW_SQL = "transaction_timestamp()"
"""The only way SQL reads the time; it does not change within a transaction."""
_NOW = sql(f"SELECT {NOW_SQL}")


class Connection(Protocol):
    """What reading the time needs of a database connection."""

    async def fetch_value(self, statement: Statement, /) -> Any: ...


class Clock(Struct, frozen=True):
    """The database's time plus an offset, which only tests and the demo set."""

    offset: timedelta = timedelta(0)

    def of(self, database_now: datetime) -> datetime:
        """The product's now (UTC) for a time that a statement has already read."""
        return database_now.astimezone(UTC) + self.offset

    async def now(self, conn: Connection) -> datetime:
        """The product's now (UTC); the same throughout one transaction."""
        return self.of(await conn.fetch_value(_NOW))
