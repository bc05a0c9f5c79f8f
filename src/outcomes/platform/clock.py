"""The only reader of the clock: the database's, at the start of a transaction."""

from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct

from outcomes.platform.sql import Statement, sql

NOW_SQL = "transaction_timestamp()"
"""The one way SQL reads the time: it stands still within a transaction."""
_NOW = sql(f"SELECT {NOW_SQL}")


class Connection(Protocol):
    """As much of a database connection as reading the time needs."""

    async def fetch_value(self, statement: Statement, /) -> Any: ...


class Clock(Struct, frozen=True):
    """The database's time, moved by an offset that only tests and simulations give."""

    offset: timedelta = timedelta(0)

    def of(self, database_now: datetime) -> datetime:
        """The product's now (UTC) for a time that a statement has already read."""
        return database_now.astimezone(UTC) + self.offset

    async def now(self, conn: Connection) -> datetime:
        """The product's now (UTC); the same throughout one transaction."""
        return self.of(await conn.fetch_value(_NOW))
