"""A connection goes from one provider's transaction to the next without anything of the first.

The pool has one connection, so that every transaction here follows another on it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import asyncpg
import pytest
from msgspec import Struct, ValidationError, defstruct
from msgspec.structs import replace

from outcomes.errors import NotFound, Unavailable
from outcomes.platform.clock import Clock
from outcomes.platform.db import SERVER_SETTINGS, Database
from outcomes.platform.sql import Statement, sql
from outcomes.settings import DatabaseUrls
from tests.support import Product, make_provider

_SEEN = "SELECT DISTINCT provider_id FROM accounts"
_TENANT = "SELECT current_setting('app.provider_id', true)"


@pytest.fixture
async def alone(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    db = Database(database_urls.app, size=1, clock=Clock())
    await db.open()
    yield db
    await db.close()


@pytest.fixture
async def two(product: Product) -> tuple[UUID, UUID]:
    return (await make_provider(product)).id, (await make_provider(product)).id


async def test_transactions_of_two_providers_take_turns_on_one_connection(
    alone: Database, two: tuple[UUID, UUID]
) -> None:
    async def look(provider_id: UUID) -> tuple[int, list[UUID], list[UUID]]:
        async with alone.in_provider(provider_id) as connection:
            conn = connection.conn
            backend = await conn.fetchval("SELECT pg_backend_pid()")
            first = await conn.fetch(_SEEN)
            await asyncio.sleep(0)
            second = await conn.fetch(_SEEN)
        return (
            backend,
            [row["provider_id"] for row in first],
            [row["provider_id"] for row in second],
        )

    turns = [*two] * 20
    looked = await asyncio.gather(*(look(provider_id) for provider_id in turns))
    assert len({backend for backend, _, _ in looked}) == 1
    assert [(first, second) for _, first, second in looked] == [([id_], [id_]) for id_ in turns]


async def _return(_conn: asyncpg.Connection) -> None:
    pass


async def _raise(_conn: asyncpg.Connection) -> None:
    raise LookupError


async def _fail_in_the_server(conn: asyncpg.Connection) -> None:
    await conn.execute("SELECT 1 / 0")


async def _wait_in_the_server(conn: asyncpg.Connection) -> None:
    asyncio.get_running_loop().call_later(0.2, _this_task().cancel)
    await conn.execute("SELECT pg_sleep(5)")


async def _wait_between_statements(_conn: asyncpg.Connection) -> None:
    asyncio.get_running_loop().call_soon(_this_task().cancel)
    await asyncio.sleep(5)


async def _commit_too_early(conn: asyncpg.Connection) -> None:
    await conn.execute("COMMIT")


async def _begin_again_and_leave(conn: asyncpg.Connection) -> None:
    await conn.execute("COMMIT; BEGIN; SET LOCAL statement_timeout = 1234")
    raise LookupError


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    assert task is not None
    return task


@pytest.mark.parametrize(
    "act",
    [
        _return,
        _raise,
        _fail_in_the_server,
        _wait_in_the_server,
        _wait_between_statements,
        _commit_too_early,
        _begin_again_and_leave,
    ],
)
async def test_nothing_of_a_transaction_is_left_however_it_ends(
    alone: Database, two: tuple[UUID, UUID], act: Callable[[asyncpg.Connection], Awaitable[None]]
) -> None:
    async def work() -> None:
        async with alone.in_provider(two[0]) as connection:
            conn = connection.conn
            assert await conn.fetchval(_TENANT) == str(two[0])
            await act(conn)

    async with alone.connection() as connection:
        conn = connection.conn
        backend = await conn.fetchval("SELECT pg_backend_pid()")
    await asyncio.gather(asyncio.create_task(work()), return_exceptions=True)
    async with alone.connection() as connection:
        conn = connection.conn
        assert await conn.fetchval("SELECT pg_backend_pid()") == backend
        assert await conn.fetchval(_TENANT) == ""
        assert await conn.fetch(_SEEN) == []
        timeout = int(SERVER_SETTINGS["statement_timeout"]) // 1000
        assert await conn.fetchval("SHOW statement_timeout") == f"{timeout}s"
        driver: asyncpg.Connection = conn
        assert not driver.is_in_transaction()
    async with alone.in_provider(two[1]) as connection:
        conn = connection.conn
        assert [row["provider_id"] for row in await conn.fetch(_SEEN)] == [two[1]]


class _Kind(StrEnum):
    CALL = "call"


class _Typed(Struct, frozen=True):
    id: UUID
    at: datetime
    on: date
    score: Decimal | None
    blob: bytes
    kinds: tuple[_Kind, ...]
    kind: _Kind


_TYPED = sql("""
    SELECT :id::uuid AS id, timestamptz '2026-11-20 09:00Z' AS at, date '2026-11-20' AS on,
           :score::numeric AS score, bytea '\\x00ff' AS blob, ARRAY['call'] AS kinds, :kind AS kind
""")


async def test_rows_become_structs_of_the_types_that_they_declare(alone: Database) -> None:
    one = UUID("11111111-2222-4333-8444-555555555555")
    async with alone.connection() as connection:
        row = await connection.fetch_one_as(
            _Typed, _TYPED, id=one, score=Decimal("3.75"), kind="call"
        )
        rows = await connection.fetch_as(_Typed, _TYPED, id=one, score=None, kind="call")
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    same = _Typed(
        one, at, date(2026, 11, 20), Decimal("3.75"), b"\x00\xff", (_Kind.CALL,), _Kind.CALL
    )
    assert row == same
    assert isinstance(row.kind, _Kind)
    assert rows == [replace(same, score=None)]


@pytest.mark.parametrize(
    "statement",
    [
        sql("SELECT 'visit' AS kind"),
        sql("SELECT 1 AS kind"),
        sql("SELECT NULL AS kind"),
        sql("SELECT 'call' AS other"),
    ],
)
async def test_a_row_that_does_not_fit_its_struct_is_an_error(
    alone: Database, statement: Statement
) -> None:
    only_kind = defstruct("only_kind", [("kind", _Kind)])
    async with alone.connection() as connection:
        with pytest.raises(ValidationError):
            await connection.fetch_as(only_kind, statement)


async def test_no_row_is_none_or_not_found(alone: Database) -> None:
    nothing = sql("SELECT 1 AS kind WHERE false")
    async with alone.connection() as connection:
        assert await connection.fetch_one_as(_Typed, nothing) is None
        assert await connection.fetch_row(nothing) is None
        with pytest.raises(NotFound):
            await connection.get_row(nothing)


async def test_the_provider_is_filled_in_where_a_statement_names_it(
    alone: Database, two: tuple[UUID, UUID]
) -> None:
    named = sql("SELECT :provider_id::uuid AS it")
    async with alone.in_provider(two[0]) as connection:
        assert await connection.fetch_value(named) == two[0]
        twice = await connection.fetch_many(named, [{}, {}])
        assert [row["it"] for row in twice] == [two[0], two[0]]
        assert await connection.fetch_value(sql("SELECT 1")) == 1
    async with alone.connection() as connection:
        with pytest.raises(TypeError, match="provider_id"):
            await connection.fetch_value(named)


async def test_a_transaction_that_cannot_be_serialised_is_unavailable(alone: Database) -> None:
    with pytest.raises(Unavailable):
        async with alone.connection() as connection:
            await connection.conn.execute(
                "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END $$"
            )
