"""The boundary: whose survivors an actor may open. Everything that opens a survivor comes through here.

The predicates read `caseload_assignments`, `covers`, `accounts` and `access_grants` by name. They are not
a database policy, because checks for duplicates must look past them.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from outcomes.platform.access.idempotency import Creation, require_same
from outcomes.platform.clock import NOW_SQL
from outcomes.platform.db import Row, Transaction, from_row
from outcomes.platform.encryption import DataKey, WrappedKey
from outcomes.platform.sql import sql
from outcomes.platform.zones import office_date_sql


class AuthorisedSurvivor(Struct, frozen=True):
    """A survivor whom the caller may open: the moment, their zone and reference, and their key."""

    survivor_id: UUID
    now: datetime
    zone: str
    reference: str
    key: DataKey


def in_caseload(survivor: str) -> str:
    """SQL that is true where the caller may open the survivor.

    `survivor` is the alias of a row with `provider_id` and the survivor's id as `id`; the values of
    its parameters come from `caseload_args`. The day of a cover is the office's.
    """
    today = office_date_sql(f"{NOW_SQL} + :clock_offset::interval")
    return f"""(:caller_reach::text = 'provider' OR EXISTS (
        SELECT 1 FROM caseload_assignments assigned
        JOIN accounts worker ON worker.provider_id = :provider_id AND worker.id = assigned.account_id
        WHERE assigned.provider_id = :provider_id AND assigned.survivor_id = {survivor}.id
          AND assigned.until_at IS NULL
          AND (assigned.account_id = :caller_account_id::uuid
               OR (:caller_reach::text = 'team' AND worker.team_id = :caller_team_id::uuid)
               OR EXISTS (SELECT 1 FROM covers
                          WHERE covers.provider_id = :provider_id
                            AND covers.absent_account_id = assigned.account_id
                            AND covers.cover_account_id = :caller_account_id::uuid
                            AND {today} BETWEEN covers.from_on AND covers.until_on))))"""


def caseload_args(tx: Transaction) -> dict[str, object]:
    """The values of `in_caseload` for the transaction's caller."""
    actor = tx.caller.actor
    return {
        "caller_reach": actor.caseload_scope,
        "caller_account_id": actor.account_id,
        "caller_team_id": actor.team_id,
        "clock_offset": tx.clock.offset,
    }


def _granted(survivor: str) -> str:
    """SQL that is true where the caller may open the survivor until a task is resolved: they were
    alerted, or are on call, and have to be able to ring them."""
    return f"""EXISTS (
        SELECT 1 FROM access_grants g
        WHERE g.provider_id = :provider_id AND g.survivor_id = {survivor}.id
          AND g.account_id = :caller_account_id::uuid AND g.ended_at IS NULL)"""


_COLUMNS = f"""{NOW_SQL} AS now, s.zone, s.reference,
    k.id, k.kind, k.subject_id, k.kek_version, k.wrapped, k.commitment"""
_OPENED = """FROM survivors s
    JOIN data_keys k ON k.provider_id = :provider_id AND k.kind = 'survivor'
                    AND k.subject_id = s.id"""
_MAY_OPEN = f"""WHERE s.provider_id = :provider_id AND s.id = :survivor_id
      AND ({in_caseload("s")} OR {_granted("s")})"""
_AUTHORISE = sql(f"SELECT {_COLUMNS} {_OPENED} {_MAY_OPEN}")
_AUTHORISE_ONCE = sql(f"""
    WITH created AS (
        INSERT INTO idempotency_keys (provider_id, key, account_id, route, body_mac, created_at)
        VALUES (:provider_id, :key, :account_id, :route, :body_mac, {NOW_SQL} + :clock_offset)
        ON CONFLICT DO NOTHING RETURNING key)
    SELECT {_COLUMNS}, created.key IS NOT NULL AS first_time
    {_OPENED} LEFT JOIN created ON true
    {_MAY_OPEN}
""")


async def authorise(tx: Transaction, survivor_id: UUID) -> AuthorisedSurvivor:
    """Open a survivor: the clock, the boundary and the key in one statement.

    Raises:
        NotFound: absent, another provider's or outside the caseload; the answer is the same.
        Forbidden: the caller's role may not open a survivor's key.
    """
    row = await tx.get_row(_AUTHORISE, survivor_id=survivor_id, **caseload_args(tx))
    return _authorised(tx, survivor_id, row)


async def authorise_once(
    tx: Transaction, survivor_id: UUID, creation: Creation
) -> tuple[AuthorisedSurvivor, bool]:
    """Open a survivor to create something, and whether this is the first time, in one statement.

    The key goes in first: where nobody may be opened, the transaction is undone with it.

    Raises:
        NotFound, Forbidden: as `authorise` does.
        Conflict: as `first_time` does.
    """
    row = await tx.get_row(
        _AUTHORISE_ONCE,
        survivor_id=survivor_id,
        key=creation.key,
        account_id=tx.caller.actor.account,
        route=creation.route,
        body_mac=creation.body_mac,
        **caseload_args(tx),
    )
    if not row["first_time"]:
        await require_same(tx, creation)
    return _authorised(tx, survivor_id, row), row["first_time"]


def _authorised(tx: Transaction, survivor_id: UUID, row: Row) -> AuthorisedSurvivor:
    return AuthorisedSurvivor(
        survivor_id=survivor_id,
        now=tx.clock.of(row["now"]),
        zone=row["zone"],
        reference=row["reference"],
        key=tx.caller.scope.open_key(from_row(WrappedKey, row)),
    )
