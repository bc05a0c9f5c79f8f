"""The statements of the KPIs, and the SQL of exports, which are encrypted and decrypted here."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from outcomes.assessments.models import OutcomeInstrument
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
from outcomes.platform.db import Row, Transaction
from outcomes.platform.encryption import DataKey, Field
from outcomes.platform.paging import Moment, position_args
from outcomes.platform.sql import Statement, sql

PURPOSE = Field("kpi_exports", "purpose_ciphertext")
FILE = Field("kpi_exports", "file_ciphertext")
_COLUMNS = """id, view, format, period_from, period_until, purpose_ciphertext, state, requested_at,
              requested_by, deletes_at"""


class _Row(KpiValue, frozen=True, kw_only=True):
    """A row of one of many KPIs."""

    kpi: str
    place: int


_NAMED_PART = re.compile(r"(\w+) AS \(\n(.*?)\n\),?\n", re.DOTALL)
"""A part of a statement in a KPI's file, `name AS (…)`, whose last bracket begins a line."""


@cache
def _together(kpis: tuple[tuple[str, str], ...]) -> Statement:
    """One statement for many KPIs (code, statement), because a round trip costs more than most of them.

    A named part that several files define identically is computed once.
    """
    defined: dict[str, list[str]] = {}
    for _, statement in kpis:
        for name, text in _NAMED_PART.findall(statement):
            defined.setdefault(name, []).append(text)
    shared = {
        name: texts[0] for name, texts in defined.items() if len(texts) > 1 and len(set(texts)) == 1
    }
    parts = ", ".join(f"{name} AS ({text})" for name, text in shared.items())
    rows = " UNION ALL ".join(
        f"""SELECT '{code}' AS kpi, row_number() OVER () AS place,
                   one.category, one.numerator, one.denominator, one.mean
            FROM ({_without(statement, shared)}) AS one"""
        for code, statement in kpis
    )
    return sql(f"WITH {parts} {rows}" if parts else rows)


def _without(statement: str, shared: Mapping[str, str]) -> str:
    """The statement without the parts that are shared."""
    named = _NAMED_PART.findall(statement)
    _, _, query = statement.rpartition("\n)\n")
    own = ", ".join(f"{name} AS ({text})" for name, text in named if name not in shared)
    return f"{f'WITH {own} ' if own else ''}{query.rstrip().rstrip(';')}"


async def list_values(
    tx: Transaction, kpis: Sequence[Kpi], period: Period, instrument: OutcomeInstrument
) -> dict[str, tuple[KpiValue, ...]]:
    """The exact values of the KPIs for a period, by code. Outcomes are those assessed with this
    instrument."""
    statement = _together(tuple((kpi.code, kpi.statement) for kpi in kpis))
    named = _values(period) | _instrument_values(instrument)
    used = {name: named[name] for name in statement.names if name in named}
    rows = await tx.fetch_as(_Row, statement, **used)
    rows.sort(key=lambda row: row.place)
    return {
        kpi.code: tuple(
            KpiValue(row.category, row.numerator, row.denominator, row.mean)
            for row in rows
            if row.kpi == kpi.code
        )
        for kpi in kpis
    }


def _values(period: Period) -> dict[str, object]:
    """The parameters of a statement; `days`, `days_start` and `days_end` are arrays, an element per day."""
    starts_at, ends_at = starts_of([period.first, period.until])
    days = calendar(period)
    return {
        "first_day": period.first,
        "day_after": period.until,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "days": days,
        "days_start": starts_of(days),
        "days_end": ends_of(days),
    }


def _instrument_values(instrument: OutcomeInstrument) -> dict[str, object]:
    return {
        "outcome_instrument": instrument.code,
        "outcome_domains": [domain.code for domain in instrument.domains],
        "measurable_change": instrument.rules.measurable_change,
        "substantial_change": instrument.rules.substantial_change,
    }


_INSERT_EXPORT = sql("""
    INSERT INTO kpi_exports (provider_id, id, view, format, period_from, period_until,
                             purpose_ciphertext, state, requested_at, requested_by)
    VALUES (:provider_id, :export_id, :view, :format, :period_from, :period_until,
        :purpose_ciphertext, 'requested', :now, :requested_by)
""")


async def insert_export(tx: Transaction, export_id: UUID, new: NewExport, now: datetime) -> None:
    period, key = Period.days(new.first_day, new.last_day), await staff_key(tx)
    await tx.execute(
        _INSERT_EXPORT,
        export_id=export_id,
        view=new.view,
        format=new.format,
        period_from=period.first,
        period_until=period.until,
        purpose_ciphertext=key.encrypt_text(PURPOSE, export_id, new.purpose),
        now=now,
        requested_by=tx.caller.actor.account,
    )


_FIND_EXPORT = sql(f"""
    SELECT {_COLUMNS} FROM kpi_exports
    WHERE provider_id = :provider_id AND id = :export_id AND requested_by = :requested_by
""")


async def find_export(tx: Transaction, export_id: UUID) -> Export | None:
    """One export that the calling account asked for."""
    row = await tx.fetch_row(
        _FIND_EXPORT, export_id=export_id, requested_by=tx.caller.actor.account
    )
    return None if row is None else _export(await staff_key(tx), row)


_LIST_EXPORTS = sql(f"""
    SELECT {_COLUMNS} FROM kpi_exports
    WHERE provider_id = :provider_id AND requested_by = :requested_by
      AND (:after_at::timestamptz IS NULL OR (requested_at, id) < (:after_at, :after_id::uuid))
    ORDER BY requested_at DESC, id DESC LIMIT :limit
""")


async def list_exports(tx: Transaction, after: Moment | None, limit: int) -> tuple[Export, ...]:
    """The calling account's exports, newest first, from the one after that position."""
    rows = await tx.fetch(
        _LIST_EXPORTS,
        requested_by=tx.caller.actor.account,
        limit=limit,
        **position_args(Moment, after),
    )
    key = await staff_key(tx)
    return tuple(_export(key, row) for row in rows)


_GET_FILE = sql("""
    SELECT file_ciphertext FROM kpi_exports
    WHERE provider_id = :provider_id AND id = :export_id AND state = 'ready' AND deletes_at > :now
""")


async def get_file(tx: Transaction, export_id: UUID, now: datetime) -> bytes | None:
    """The content of a finished export, until it expires."""
    blob = await tx.fetch_value(_GET_FILE, export_id=export_id, now=now)
    return None if blob is None else (await staff_key(tx)).decrypt(FILE, export_id, blob)


_NEXT_REQUESTED = sql(f"""
    SELECT {_COLUMNS} FROM kpi_exports
    WHERE provider_id = :provider_id AND state = 'requested'
    ORDER BY requested_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
""")


async def next_requested(tx: Transaction) -> Export | None:
    """The oldest requested export, locked until the transaction ends."""
    row = await tx.fetch_row(_NEXT_REQUESTED)
    return None if row is None else _export(await staff_key(tx), row)


_FINISH_EXPORT = sql("""
    UPDATE kpi_exports
    SET state = 'ready', file_ciphertext = :file_ciphertext, finished_at = :now,
        deletes_at = :deletes_at
    WHERE provider_id = :provider_id AND id = :export_id
""")


async def finish_export(
    tx: Transaction, export_id: UUID, content: bytes, *, now: datetime, deletes_at: datetime
) -> None:
    await tx.execute(
        _FINISH_EXPORT,
        export_id=export_id,
        file_ciphertext=(await staff_key(tx)).encrypt(FILE, export_id, content),
        now=now,
        deletes_at=deletes_at,
    )


_FAIL_EXPORT = sql("""
    UPDATE kpi_exports SET state = 'failed', finished_at = :now
    WHERE provider_id = :provider_id AND id = :export_id AND state = 'requested'
""")


async def fail_export(tx: Transaction, export_id: UUID, now: datetime) -> None:
    await tx.execute(_FAIL_EXPORT, export_id=export_id, now=now)


_DELETE_FILES = sql("""
    UPDATE kpi_exports SET state = 'deleted', file_ciphertext = NULL
    WHERE provider_id = :provider_id AND state = 'ready' AND deletes_at <= :now RETURNING id
""")


async def delete_files(tx: Transaction, now: datetime) -> tuple[UUID, ...]:
    """Delete the files of expired exports; the rows stay."""
    rows = await tx.fetch(_DELETE_FILES, now=now)
    return tuple(row["id"] for row in rows)


def _export(key: DataKey, row: Row) -> Export:
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
