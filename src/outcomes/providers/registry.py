"""`next_due_at` in the registry: when the worker runs a provider next. Only an optimisation.

Planning brings it forward with `least(…)`, which locks the row until the commit. A tenant run first
locks the row and reads what is due next in a *second* statement: one statement would not see rows
that were committed while it waited for the lock.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from outcomes.platform.db import Connection, Transaction
from outcomes.platform.sql import sql


class RegistryEntry(Struct, frozen=True):
    """An active provider, and whether its `next_due_at` has passed."""

    provider_id: UUID
    due: bool


_LIST_REGISTRY = sql("""
    SELECT provider_id, next_due_at <= :now AS due
    FROM provider_registry WHERE state = 'active' ORDER BY next_due_at, provider_id
""")


async def list_registry(conn: Connection, now: datetime) -> list[RegistryEntry]:
    """Every active provider, the longest overdue first."""
    return await conn.fetch_as(RegistryEntry, _LIST_REGISTRY, now=now)


_LOCK_NEXT_RUN = sql("""
    SELECT 1 FROM provider_registry WHERE provider_id = :provider_id FOR NO KEY UPDATE
""")


async def lock_next_run(tx: Transaction) -> None:
    """Lock the provider's row until the transaction ends; planning waits for it.

    `FOR UPDATE` would be too strong: it blocks every insert of the provider, because each checks its
    foreign key to this row.
    """
    await tx.execute(_LOCK_NEXT_RUN)


_SET_NEXT_RUN = sql("""
    UPDATE provider_registry SET next_due_at = :due_at WHERE provider_id = :provider_id
""")


async def set_next_run(tx: Transaction, due_at: datetime) -> None:
    """Set when the provider runs next; the row is locked."""
    await tx.execute(_SET_NEXT_RUN, due_at=due_at)
