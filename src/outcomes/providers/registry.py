"""`next_due_at` in the registry: when the worker runs a provider next. Only an optimisation.

Planning brings it forward with `least(…)`, which locks the row until the commit. A tenant run first
locks the row and reads what is due next in a *second* statement: one statement would not see rows
that were committed while it waited for the lock.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from outcomes.platform.db import Transaction


class RegistryEntry(Struct, frozen=True):
    """An active provider, and whether its `next_due_at` has passed."""

    provider_id: UUID
    due: bool


async def list_registry(conn: Any, now: datetime) -> list[RegistryEntry]:
    """Every active provider, the longest overdue first."""
    rows = await conn.fetch(
        """SELECT provider_id, next_due_at <= $1 AS due
           FROM provider_registry WHERE state = 'active' ORDER BY next_due_at, provider_id""",
        now,
    )
    return [RegistryEntry(**row) for row in rows]


async def lock_next_run(tx: Transaction) -> None:
    """Lock the provider's row until the transaction ends; planning waits for it.

    `FOR UPDATE` would be too strong: it blocks every insert of the provider, because each checks its
    foreign key to this row.
    """
    await tx.conn.execute(
        "SELECT 1 FROM provider_registry WHERE provider_id = $1 FOR NO KEY UPDATE",
        tx.caller.provider_id,
    )


async def set_next_run(tx: Transaction, due_at: datetime) -> None:
    """Set when the provider runs next; the row is locked."""
    await tx.conn.execute(
        "UPDATE provider_registry SET next_due_at = $2 WHERE provider_id = $1",
        tx.caller.provider_id,
        due_at,
    )
