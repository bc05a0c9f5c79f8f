"""The pool, and transactions scoped to a caller's provider."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg
from msgspec import Struct, convert

from outcomes.errors import NotFound, Unavailable
from outcomes.platform.access.models import Caller
from outcomes.platform.clock import Clock
from outcomes.platform.sql import Statement

SERVER_SETTINGS = {
    "application_name": "outcomes",
    "timezone": "UTC",
    "statement_timeout": "15000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "30000",
}
_CANNOT_NOW = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)


async def nothing_to_reset(_conn: asyncpg.Connection) -> None:
    """Replaces the reset of a connection's session, and saves its round trip.

    asyncpg has rolled back an open transaction, and with it the provider setting. No setting of the product
    outlives a transaction (tests/platform/test_db.py checks it on a pool of one).
    """


Row = Mapping[str, Any]
"""A row as a mapping from column names to Python values."""
RowStruct = TypeVar("RowStruct", bound=Struct)


def from_row(struct: type[RowStruct], row: Row) -> RowStruct:
    """A row as a Struct; columns that are not fields are ignored.

    Raises:
        msgspec.ValidationError: a column is missing or has another type.
    """
    return convert(dict(row), struct)


class RawConnection(Protocol):
    """The part of an asyncpg connection that is used here."""

    async def fetch(self, query: str, /, *args: object) -> list[Row]: ...
    async def fetchrow(self, query: str, /, *args: object) -> Row | None: ...
    async def fetchval(self, query: str, /, *args: object) -> Any: ...
    async def fetchmany(self, query: str, args: list[tuple[object, ...]], /) -> list[Row]: ...
    async def execute(self, query: str, /, *args: object) -> str: ...
    async def executemany(self, query: str, args: list[tuple[object, ...]], /) -> None: ...
    def is_closed(self) -> bool: ...


class Connection(Struct, frozen=True):
    """Runs statements on a database connection.

    `:provider_id` is filled in where the connection has a provider; every other parameter is given
    by name.
    """

    conn: RawConnection
    provider_id: UUID | None

    def _arguments(self, statement: Statement, values: Mapping[str, object]) -> tuple[object, ...]:
        if self.provider_id is not None and "provider_id" in statement.names:
            values = {"provider_id": self.provider_id, **values}
        return statement.arguments(values)

    async def fetch(self, statement: Statement, /, **values: object) -> list[Row]:
        return await self.conn.fetch(statement.text, *self._arguments(statement, values))

    async def fetch_row(self, statement: Statement, /, **values: object) -> Row | None:
        """The first row, if there is one."""
        return await self.conn.fetchrow(statement.text, *self._arguments(statement, values))

    async def get_row(self, statement: Statement, /, **values: object) -> Row:
        """The first row. Raises NotFound without one."""
        row = await self.fetch_row(statement, **values)
        if row is None:
            raise NotFound
        return row

    async def fetch_value(self, statement: Statement, /, **values: object) -> Any:
        """The first column of the first row; None without one."""
        return await self.conn.fetchval(statement.text, *self._arguments(statement, values))

    async def fetch_as(
        self, struct: type[RowStruct], statement: Statement, /, **values: object
    ) -> list[RowStruct]:
        """Each row as `from_row` makes it."""
        rows = await self.fetch(statement, **values)
        return [from_row(struct, row) for row in rows]

    async def fetch_one_as(
        self, struct: type[RowStruct], statement: Statement, /, **values: object
    ) -> RowStruct | None:
        """The first row as a Struct, if there is one."""
        row = await self.fetch_row(statement, **values)
        return None if row is None else from_row(struct, row)

    async def get_as(
        self, struct: type[RowStruct], statement: Statement, /, **values: object
    ) -> RowStruct:
        """The first row as a Struct. Raises NotFound without one."""
        return from_row(struct, await self.get_row(statement, **values))

    async def fetch_many(
        self, statement: Statement, each: Iterable[Mapping[str, object]]
    ) -> list[Row]:
        """Run it once for each set of values, in one round trip; the rows of all of them."""
        return await self.conn.fetchmany(statement.text, self._each(statement, each))

    async def execute(self, statement: Statement, /, **values: object) -> None:
        await self.conn.execute(statement.text, *self._arguments(statement, values))

    async def execute_many(
        self, statement: Statement, each: Iterable[Mapping[str, object]]
    ) -> None:
        """Run it once for each set of values, in one round trip."""
        await self.conn.executemany(statement.text, self._each(statement, each))

    def _each(
        self, statement: Statement, each: Iterable[Mapping[str, object]]
    ) -> list[tuple[object, ...]]:
        return [self._arguments(statement, values) for values in each]


class Transaction(Connection, frozen=True):
    """An open transaction that sees one provider's rows, and who opened it."""

    caller: Caller
    clock: Clock

    async def now(self) -> datetime:
        """When this transaction began, in UTC, by the database's clock."""
        return await self.clock.now(self)


class Database:
    """A pool of one database role, named in its address; empty until it is opened.

    The semaphore makes the pool first come, first served: without it the slowest requests wait ten times
    longer.
    """

    def __init__(self, url: str, *, size: int, clock: Clock) -> None:
        self._url = url
        self._size = size
        self._turns = asyncio.Semaphore(size)
        self._pool: asyncpg.Pool | None = None
        self.clock = clock

    async def open(self) -> None:
        """Create the pool; it connects on demand."""
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=self._size,
            server_settings=SERVER_SETTINGS,
            reset=nothing_to_reset,
        )

    async def close(self) -> None:
        """Close every connection; open transactions end first."""
        if self._pool is not None:
            await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection with no provider set: row-level security shows it the global tables only.

        Raises:
            Unavailable: the database cannot be reached or cannot take more work.
        """
        if self._pool is None:
            raise Unavailable
        async with self._turns:
            try:
                conn = await self._pool.acquire()
            except (OSError, asyncpg.InterfaceError, *_CANNOT_NOW) as error:
                raise Unavailable from error
            try:
                yield Connection(conn, provider_id=None)
            except _CANNOT_NOW as error:
                raise Unavailable from error
            except (OSError, asyncpg.InterfaceError) as error:
                if conn.is_closed():
                    raise Unavailable from error
                raise
            finally:
                await self._pool.release(conn)

    @asynccontextmanager
    async def in_provider(self, provider_id: UUID) -> AsyncIterator[Connection]:
        """One transaction that sees one provider's rows, committed on leaving, undone on any error.

        BEGIN and the provider setting are sent in one round trip. The setting is local to the transaction
        and its value a UUID, so it can be written into the statement.
        """
        async with self.connection() as connection:
            conn = connection.conn
            await conn.execute(f"BEGIN; SET LOCAL app.provider_id = '{provider_id}'")
            try:
                yield Connection(conn, provider_id)
            except BaseException:
                if not conn.is_closed():
                    await conn.execute("ROLLBACK")
                raise
            await conn.execute("COMMIT")

    @asynccontextmanager
    async def transaction(self, caller: Caller) -> AsyncIterator[Transaction]:
        """The caller's transaction.

        Raises:
            Unavailable: the database cannot be reached or cannot take more work; nothing was committed.
        """
        async with self.in_provider(caller.provider_id) as connection:
            yield Transaction(connection.conn, caller.provider_id, caller, self.clock)
