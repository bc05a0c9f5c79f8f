"""The boundary: whose survivors an actor may open. Everything that opens a survivor comes through here.

The predicates read `caseload_assignments`, `covers` and `accounts` by name, and for whoever was woken
`tasks`, `staff_alerts` and `providers`. They are not a database policy, because checks for duplicates
must look past them.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from outcomes.errors import NotFound
from outcomes.platform.clock import NOW_SQL
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import DataKey, KeyKind, WrappedKey
from outcomes.platform.zones import office_date_sql

CASELOAD_PARAMETERS = 4


class Admitted(Struct, frozen=True):
    """A survivor whom the caller may open: the moment, their zone and reference, and their key."""

    survivor_id: UUID
    now: datetime
    zone: str
    reference: str
    key: DataKey


def in_caseload(survivor: str, first: int) -> str:
    """SQL that is true where the caller may open the survivor.

    `survivor` is the alias of a row with `provider_id` and the survivor's id as `id`; the four
    parameters begin at `$first` and come from `caseload_args`. The day of a cover is the office's.
    """
    reach, account, team, offset = (f"${first + n}" for n in range(CASELOAD_PARAMETERS))
    today = office_date_sql(f"{NOW_SQL} + {offset}::interval")
    return f"""({reach}::text = 'provider' OR EXISTS (
        SELECT 1 FROM caseload_assignments held
        JOIN accounts worker ON worker.provider_id = held.provider_id AND worker.id = held.account_id
        WHERE held.provider_id = {survivor}.provider_id AND held.survivor_id = {survivor}.id
          AND held.until_at IS NULL
          AND (held.account_id = {account}::uuid
               OR ({reach}::text = 'team' AND worker.team_id = {team}::uuid)
               OR EXISTS (SELECT 1 FROM covers
                          WHERE covers.provider_id = held.provider_id
                            AND covers.absent_account_id = held.account_id
                            AND covers.cover_account_id = {account}::uuid
                            AND {today} BETWEEN covers.from_on AND covers.until_on))))"""


def caseload_args(tx: Transaction) -> tuple[Any, ...]:
    """The parameters of `in_caseload` for the transaction's caller."""
    actor = tx.caller.actor
    return actor.reach, actor.account_id, actor.team_id, tx.clock.offset


def _woken_for(survivor: str, account: str) -> str:
    """SQL that is true where something about the survivor that wakes people is still open, and this
    account was woken or is on call: they have to be able to ring them, whosever caseload it is."""
    return f"""EXISTS (
        SELECT 1 FROM tasks t
        JOIN staff_alerts woken ON woken.provider_id = t.provider_id AND woken.task_id = t.id
        JOIN providers p ON p.provider_id = t.provider_id
        WHERE t.provider_id = {survivor}.provider_id AND t.survivor_id = {survivor}.id
          AND t.resolved_at IS NULL
          AND {account}::uuid IN (woken.account_id, p.on_call_account_id))"""


async def admit(tx: Transaction, survivor_id: UUID) -> Admitted:
    """Open a survivor: the clock, the boundary and the key in one statement.

    Raises:
        NotFound: absent, another provider's or outside the caseload; the answer is the same.
        Forbidden: the caller's role may not open a survivor's key.
    """
    row = await tx.conn.fetchrow(
        f"""SELECT {NOW_SQL} AS now, s.zone, s.reference,
                   k.id, k.kind, k.subject_id, k.kek_version, k.wrapped, k.commitment
            FROM survivors s
            JOIN data_keys k ON k.provider_id = s.provider_id AND k.kind = 'survivor'
                            AND k.subject_id = s.id
            WHERE s.provider_id = $1 AND s.id = $2
              AND ({in_caseload("s", 3)} OR {_woken_for("s", "$4")})""",
        tx.caller.provider_id,
        survivor_id,
        *caseload_args(tx),
    )
    if row is None:
        raise NotFound
    return Admitted(
        survivor_id=survivor_id,
        now=tx.clock.of(row["now"]),
        zone=row["zone"],
        reference=row["reference"],
        key=tx.caller.scope.open_key(wrapped_key(row)),
    )


def wrapped_key(row: Any) -> WrappedKey:
    """A row of `data_keys` as what the key ring unwraps."""
    return WrappedKey(
        id=row["id"],
        kind=KeyKind(row["kind"]),
        subject_id=row["subject_id"],
        kek_version=row["kek_version"],
        wrapped=row["wrapped"],
        commitment=row["commitment"],
    )
