"""The SQL of the People list, inside the caller's caseload."""

from datetime import datetime

from outcomes.platform.access import audit
from outcomes.platform.access.caseload import caseload_args, in_caseload
from outcomes.platform.access.data_keys import logging_damage, survivor_keys
from outcomes.platform.db import Transaction, from_row
from outcomes.platform.sql import sql
from outcomes.survivors.models import Listed, Show
from outcomes.survivors.safe_contact.store import CURRENT_METHOD, OPTED_OUT
from outcomes.survivors.store import NAME

_LINES = f"""SELECT s.provider_id, s.id, s.reference, s.registered_at,
    EXISTS (SELECT 1 FROM pathways p WHERE p.provider_id = :provider_id
            AND p.survivor_id = s.id AND p.ended_at IS NULL) AS enrolled,
    EXISTS (SELECT 1 FROM flags f WHERE f.provider_id = :provider_id
            AND f.survivor_id = s.id AND f.resolved_at IS NULL) AS flagged,
    {OPTED_OUT} AS opted_out, m.frozen_at IS NOT NULL AS number_frozen
    FROM survivors s {CURRENT_METHOD}
    WHERE s.provider_id = :provider_id"""


_LIST_SURVIVORS = sql(f"""
    SELECT * FROM ({_LINES} AND s.reference > :after AND {in_caseload("s")}) line
    WHERE :show = 'all' OR (:show = 'flagged' AND flagged) OR (:show = 'paused' AND NOT enrolled)
    ORDER BY reference LIMIT :limit
""")


async def list_survivors(
    tx: Transaction, show: Show, *, after: str | None, limit: int, now: datetime
) -> list[Listed]:
    """The caller's caseload by reference, from the one after the cursor; one audit event."""
    listed = await tx.fetch_as(
        Listed, _LIST_SURVIVORS, after=after or "", limit=limit, show=show, **caseload_args(tx)
    )
    ids = tuple(line.id for line in listed)
    await audit.record_access(tx, "survivor.listed", ids, ("reference",), now=now)
    return listed


_LIST_NAMES = sql(f"""
    SELECT line.*, i.name_ciphertext
    FROM ({_LINES} AND {in_caseload("s")}) line
    JOIN survivor_identities i
      ON i.provider_id = :provider_id AND i.survivor_id = line.id
    ORDER BY reference
""")


async def list_names(tx: Transaction) -> list[tuple[Listed, str]]:
    """The caller's caseload with decrypted names, for matching in memory; never stored or indexed.
    A damaged name is not among them: that person is found by reference."""
    rows = await tx.fetch(_LIST_NAMES, **caseload_args(tx))
    keys = await survivor_keys(tx, [row["id"] for row in rows])
    named = []
    for row in rows:
        if key := keys.get(row["id"]):
            with logging_damage():
                name = key.decrypt_text(NAME, row["id"], row["name_ciphertext"])
                named.append((from_row(Listed, row), name))
    return named
