"""The caller's caseload as a list, and the search by name."""

from outcomes.casework.people import store
from outcomes.casework.people.models import Enrolment, PersonRow, Show
from outcomes.platform.access import audit
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Database, Transaction
from outcomes.survivors import service as survivors

MOST_FOUND = 50
"""The most results of a search (product default; no external source)."""


async def list_people(
    db: Database,
    caller: Caller,
    show: Show = Show.ALL,
    *,
    after: str | None = None,
    limit: int = 50,
) -> list[PersonRow]:
    """The caller's caseload by reference; `after` is the last reference of the page before."""
    async with db.transaction(caller) as tx:
        rows = await _rows(tx, await store.list_caseload(tx, show, after=after, limit=limit))
        ids = tuple(row.id for row in rows)
        await audit.record_access(tx, "survivor.listed", ids, ("reference",), now=await tx.now())
    return rows


async def search_names(db: Database, caller: Caller, typed: str) -> list[tuple[PersonRow, str]]:
    """Survivors of the caller's caseload whose name contains what was typed, with their names."""
    async with db.transaction(caller) as tx:
        names = await survivors.search_names(tx, typed)
        found = tuple(names)[:MOST_FOUND]
        rows = await _rows(tx, await store.list_enrolments(tx, found))
        await audit.record_access(
            tx, "survivor.searched", tuple(names), ("name",), now=await tx.now()
        )
    return [(row, names[row.id]) for row in rows]


async def _rows(tx: Transaction, enrolments: list[Enrolment]) -> list[PersonRow]:
    known = await survivors.list_rows(tx, [one.id for one in enrolments])
    return [
        PersonRow(
            id=one.id,
            reference=one.reference,
            registered_at=known[one.id].registered_at,
            enrolled=one.enrolled,
            flagged=one.flagged,
            opted_out=known[one.id].opted_out,
            number_frozen=known[one.id].number_frozen,
        )
        for one in enrolments
    ]
