"""The hint in the registry by which the worker knows whom to visit. Only an optimisation.

Planning lowers it with `least(…)`, so it holds the row's lock until it commits. A visit first locks
the row and reads what is due next in a *second* statement: one statement would not see rows that
were committed while it waited for the lock.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from outcomes.platform.db import Transaction


class RegistryEntry(Struct, frozen=True):
    """An active provider, and whether its hint says that something is due."""

    provider_id: UUID
    due: bool


async def list_registry(conn: Any, now: datetime) -> list[RegistryEntry]:
    """Every active provider, the longest due first."""
    rows = await conn.fetch(
        """SELECT provider_id, next_due_at <= $1 AS due
           FROM provider_registry WHERE state = 'active' ORDER BY next_due_at, provider_id""",
        now,
    )
    return [RegistryEntry(**row) for row in rows]


async def hold_due_hint(tx: Transaction) -> None:
    """Lock the provider's row until the transaction ends; whoever lowers the hint waits for it.

    No stronger than that: `FOR UPDATE` would hold up every insert of the provider, because each
    checks its foreign key to this row.
    """
    await tx.conn.execute(
        "SELECT 1 FROM provider_registry WHERE provider_id = $1 FOR NO KEY UPDATE",
        tx.caller.provider_id,
    )


async def set_due_hint(tx: Transaction, due_at: datetime) -> None:
    """Say when to come again; the row is held."""
    await tx.conn.execute(
        "UPDATE provider_registry SET next_due_at = $2 WHERE provider_id = $1",
        tx.caller.provider_id,
        due_at,
    )
