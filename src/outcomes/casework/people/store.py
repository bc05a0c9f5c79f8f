"""The SQL of the People list, inside the caller's caseload: who is enrolled or flagged."""

from collections.abc import Sequence
from uuid import UUID

from outcomes.casework.people.models import Enrolment, Show
from outcomes.platform.access.caseload import caseload_args, in_caseload
from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql

_ENROLMENTS = """SELECT s.id, s.reference,
    EXISTS (SELECT 1 FROM pathways p WHERE p.provider_id = :provider_id
            AND p.survivor_id = s.id AND p.ended_at IS NULL) AS enrolled,
    EXISTS (SELECT 1 FROM flags f WHERE f.provider_id = :provider_id
            AND f.survivor_id = s.id AND f.resolved_at IS NULL) AS flagged
    FROM survivors s
    WHERE s.provider_id = :provider_id"""

_LIST_CASELOAD = sql(f"""
    SELECT * FROM ({_ENROLMENTS} AND s.reference > :after AND {in_caseload("s")}) one
    WHERE :show = 'all' OR (:show = 'flagged' AND flagged) OR (:show = 'paused' AND NOT enrolled)
    ORDER BY reference LIMIT :limit
""")


async def list_caseload(
    tx: Transaction, show: Show, *, after: str | None, limit: int
) -> list[Enrolment]:
    """The caller's caseload by reference, from the one after `after`."""
    return await tx.fetch_as(
        Enrolment, _LIST_CASELOAD, after=after or "", limit=limit, show=show, **caseload_args(tx)
    )


_LIST_ENROLMENTS = sql(f"{_ENROLMENTS} AND s.id = ANY(:ids::uuid[]) ORDER BY s.reference")


async def list_enrolments(tx: Transaction, ids: Sequence[UUID]) -> list[Enrolment]:
    """The enrolments of these survivors, by reference. The caller has checked the caseload."""
    return await tx.fetch_as(Enrolment, _LIST_ENROLMENTS, ids=list(ids))
