"""The statements of the KPIs, and the rows of exports with the border where they are encrypted."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from outcomes.kpis.figures.periods import calendar, ends_of, starts_of
from outcomes.kpis.models import (
    Export,
    ExportFormat,
    ExportState,
    Kpi,
    KpiValue,
    NewExport,
    Period,
    View,
)
from outcomes.platform.access.data_keys import staff_key
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import DataKey, Field

PURPOSE = Field("kpi_exports", "purpose_ciphertext")
FILE = Field("kpi_exports", "file_ciphertext")
_COLUMNS = """id, view, format, period_from, period_until, purpose_ciphertext, state, requested_at,
              requested_by, deletes_at"""


async def list_values(tx: Transaction, kpi: Kpi, period: Period) -> tuple[KpiValue, ...]:
    """What a KPI's statement says of the provider for a period, exactly."""
    rows = await tx.conn.fetch(kpi.sql, *_arguments(kpi, period))
    return tuple(
        KpiValue(row["category"], row["numerator"], row["denominator"], row["mean"]) for row in rows
    )


def _arguments(kpi: Kpi, period: Period) -> Sequence[Any]:
    """As many as the statement has parameters."""
    bounds, days = starts_of([period.first, period.until]), calendar(period)
    every = (period.first, period.until, *bounds, days, starts_of(days), ends_of(days))
    return every[: max(map(int, re.findall(r"\$([0-9])", kpi.sql)))]


async def insert_export(tx: Transaction, export_id: UUID, new: NewExport, now: datetime) -> None:
    period, key = Period.days(new.first_day, new.last_day), await staff_key(tx)
    await tx.conn.execute(
        """INSERT INTO kpi_exports (provider_id, id, view, format, period_from, period_until,
                                    purpose_ciphertext, state, requested_at, requested_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, 'requested', $8, $9)""",
        tx.caller.provider_id,
        export_id,
        new.view,
        new.format,
        period.first,
        period.until,
        key.encrypt_text(PURPOSE, export_id, new.purpose),
        now,
        tx.caller.actor.account,
    )


async def find_export(tx: Transaction, export_id: UUID) -> Export | None:
    """One export that the calling account asked for."""
    row = await tx.conn.fetchrow(
        f"""SELECT {_COLUMNS} FROM kpi_exports
            WHERE provider_id = $1 AND id = $2 AND requested_by = $3""",
        tx.caller.provider_id,
        export_id,
        tx.caller.actor.account,
    )
    return None if row is None else _export(await staff_key(tx), row)


async def list_exports(tx: Transaction, after: UUID | None, limit: int) -> tuple[Export, ...]:
    """The calling account's exports, newest first; only those older than `after` when given."""
    rows = await tx.conn.fetch(
        f"""SELECT {_COLUMNS} FROM kpi_exports
            WHERE provider_id = $1 AND requested_by = $2
              AND ($3::uuid IS NULL OR (requested_at, id) < (
                   SELECT requested_at, id FROM kpi_exports WHERE provider_id = $1 AND id = $3))
            ORDER BY requested_at DESC, id DESC LIMIT $4""",
        tx.caller.provider_id,
        tx.caller.actor.account,
        after,
        limit,
    )
    key = await staff_key(tx)
    return tuple(_export(key, row) for row in rows)


async def get_file(tx: Transaction, export_id: UUID, now: datetime) -> bytes | None:
    """The content of a finished export, unless its day is over."""
    blob = await tx.conn.fetchval(
        """SELECT file_ciphertext FROM kpi_exports
           WHERE provider_id = $1 AND id = $2 AND state = 'ready' AND deletes_at > $3""",
        tx.caller.provider_id,
        export_id,
        now,
    )
    return None if blob is None else (await staff_key(tx)).decrypt(FILE, export_id, blob)


async def next_requested(tx: Transaction) -> Export | None:
    """The export that has waited longest, kept from other workers until the transaction ends."""
    row = await tx.conn.fetchrow(
        f"""SELECT {_COLUMNS} FROM kpi_exports
            WHERE provider_id = $1 AND state = 'requested'
            ORDER BY requested_at, id LIMIT 1 FOR UPDATE SKIP LOCKED""",
        tx.caller.provider_id,
    )
    return None if row is None else _export(await staff_key(tx), row)


async def finish_export(
    tx: Transaction, export_id: UUID, content: bytes, *, now: datetime, deletes_at: datetime
) -> None:
    await tx.conn.execute(
        """UPDATE kpi_exports
           SET state = 'ready', file_ciphertext = $3, finished_at = $4, deletes_at = $5
           WHERE provider_id = $1 AND id = $2""",
        tx.caller.provider_id,
        export_id,
        (await staff_key(tx)).encrypt(FILE, export_id, content),
        now,
        deletes_at,
    )


async def fail_export(tx: Transaction, export_id: UUID, now: datetime) -> None:
    await tx.conn.execute(
        """UPDATE kpi_exports SET state = 'failed', finished_at = $3
           WHERE provider_id = $1 AND id = $2 AND state = 'requested'""",
        tx.caller.provider_id,
        export_id,
        now,
    )


async def delete_files(tx: Transaction, now: datetime) -> tuple[UUID, ...]:
    """Delete the files whose day is over; the rows stay, without them."""
    rows = await tx.conn.fetch(
        """UPDATE kpi_exports SET state = 'deleted', file_ciphertext = NULL
           WHERE provider_id = $1 AND state = 'ready' AND deletes_at <= $2 RETURNING id""",
        tx.caller.provider_id,
        now,
    )
    return tuple(row["id"] for row in rows)


def _export(key: DataKey, row: Mapping[str, Any]) -> Export:
    period = Period(row["period_from"], row["period_until"])
    return Export(
        id=row["id"],
        view=View(row["view"]),
        format=ExportFormat(row["format"]),
        first_day=period.first,
        last_day=period.last,
        purpose=key.decrypt_text(PURPOSE, row["id"], row["purpose_ciphertext"]),
        state=ExportState(row["state"]),
        requested_at=row["requested_at"],
        requested_by=row["requested_by"],
        deletes_at=row["deletes_at"],
    )
