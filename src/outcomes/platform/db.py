"""The pool, and the one way to get a connection: a transaction scoped to a caller's provider."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import Struct

from outcomes.errors import Unavailable
from outcomes.platform.access.models import Caller
from outcomes.platform.clock import Clock

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
)


async def nothing_to_reset(_conn: asyncpg.Connection) -> None:
    """Spares each transaction a round trip that would reset the connection's session.

    asyncpg has rolled back what was still open, and with the transaction its provider is gone;
    nothing of ours outlives a transaction (tests/platform/test_db.py tries it on a pool of one).
    """


class Transaction(Struct, frozen=True):
    """An open transaction that sees one provider's rows, and who opened it."""

    conn: Any
    caller: Caller
    clock: Clock

    async def now(self) -> datetime:
        """When this transaction began, in UTC, by the database's clock."""
        return await self.clock.now(self.conn)


class Database:
    """A pool of one database role, named in its address; empty until it is opened.

    The semaphore hands out connections first come, first served: without it, waiters are overtaken
    and the slowest requests wait ten times longer.
    """

    def __init__(self, url: str, *, size: int, clock: Clock) -> None:
        self._url = url
        self._size = size
        self._turns = asyncio.Semaphore(size)
        self._pool: asyncpg.Pool | None = None
        self.clock = clock

    async def open(self) -> None:
        """Make the pool; connections follow as they are needed."""
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
    async def connection(self) -> AsyncIterator[Any]:
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
                yield conn
            except _CANNOT_NOW as error:
                raise Unavailable from error
            except (OSError, asyncpg.InterfaceError) as error:
                if conn.is_closed():
                    raise Unavailable from error
                raise
            finally:
                await self._pool.release(conn)

    @asynccontextmanager
    async def in_provider(self, provider_id: UUID) -> AsyncIterator[Any]:
        """One transaction that sees one provider's rows, committed on leaving, undone on any error.

        BEGIN and the provider travel in one round trip. The setting is local to the transaction and
        its value a UUID, so it can be written into the statement.
        """
        async with self.connection() as conn:
            await conn.execute(f"BEGIN; SET LOCAL app.provider_id = '{provider_id}'")
            try:
                yield conn
            except BaseException:
                if not conn.is_closed():
                    await conn.execute("ROLLBACK")
                raise
            await conn.execute("COMMIT")

    @asynccontextmanager
    async def transaction(self, caller: Caller) -> AsyncIterator[Transaction]:
        """The caller's transaction.

        Raises:
            Unavailable: the database cannot be reached or cannot take more work; nothing was kept.
        """
        async with self.in_provider(caller.provider_id) as conn:
            yield Transaction(conn, caller, self.clock)
