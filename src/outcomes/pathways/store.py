"""The SQL of pathways, and of what their plans are computed from."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from outcomes.pathways.models import Pathway
from outcomes.pathways.schedule.cadence import Cadence
from outcomes.pathways.schedule.planning import Basis
from outcomes.platform.calendar import SafeHours
from outcomes.platform.db import Row, Transaction
from outcomes.platform.sql import sql
from outcomes.platform.zones import zone_of
from outcomes.survivors.models import SafeContactRules

_PATHWAY = """p.id, p.survivor_id, p.anchor_on, p.call_every_days, p.review_every_months,
    p.prompt_days_before_call, p.enrolled_at, p.planned_until, s.exit_on"""


_GET_EXIT = sql("""
    SELECT s.exit_on, s.version,
           EXISTS (SELECT 1 FROM pathways p WHERE p.provider_id = :provider_id
                   AND p.survivor_id = s.id AND p.ended_at IS NULL) AS enrolled
    FROM survivors s WHERE s.provider_id = :provider_id AND s.id = :survivor_id
""")


async def get_exit(tx: Transaction, survivor_id: UUID) -> tuple[date | None, int, bool]:
    """The exit date, the version of the record, and whether they are enrolled."""
    row = await tx.get_row(_GET_EXIT, survivor_id=survivor_id)
    return row["exit_on"], row["version"], row["enrolled"]


_INSERT_PATHWAY = sql("""
    INSERT INTO pathways (provider_id, id, survivor_id, anchor_on, call_every_days,
        review_every_months, prompt_days_before_call, prompt_shift, enrolled_at, enrolled_by,
        planned_until, version)
    VALUES (:provider_id, :pathway_id, :survivor_id, :anchor_on, :call_every_days,
        :review_every_months, :prompt_days_before_call, :prompt_shift, :now, :enrolled_by,
            :anchor_on, 1)
    ON CONFLICT (provider_id, survivor_id) WHERE ended_at IS NULL DO NOTHING
    RETURNING true
""")


async def insert_pathway(
    tx: Transaction,
    pathway_id: UUID,
    survivor_id: UUID,
    *,
    anchor_on: date,
    cadence: Cadence,
    prompt_shift: int,
    now: datetime,
) -> bool:
    """Whether the survivor had no current pathway; nothing is written when they had."""
    inserted = await tx.fetch_value(
        _INSERT_PATHWAY,
        pathway_id=pathway_id,
        survivor_id=survivor_id,
        anchor_on=anchor_on,
        call_every_days=cadence.call_every_days,
        review_every_months=cadence.review_every_months,
        prompt_days_before_call=cadence.prompt_days_before_call,
        prompt_shift=prompt_shift,
        now=now,
        enrolled_by=tx.caller.actor.account,
    )
    return bool(inserted)


_GET_PATHWAY = sql(f"""
    SELECT {_PATHWAY}, s.version FROM pathways p
    JOIN survivors s ON s.provider_id = :provider_id AND s.id = p.survivor_id
    WHERE p.provider_id = :provider_id AND p.survivor_id = :survivor_id AND p.ended_at IS NULL
""")


async def get_pathway(tx: Transaction, survivor_id: UUID) -> Pathway:
    """The current pathway. Raises NotFound when the survivor is not enrolled."""
    row = await tx.get_row(_GET_PATHWAY, survivor_id=survivor_id)
    return Pathway(
        id=row["id"],
        survivor_id=row["survivor_id"],
        anchor_on=row["anchor_on"],
        cadence=_cadence(row),
        enrolled_at=row["enrolled_at"],
        planned_until=row["planned_until"],
        exit_on=row["exit_on"],
        version=row["version"],
    )


_LOCK_PATHWAY = sql("""
    SELECT id, survivor_id FROM pathways
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id AND ended_at IS NULL
    FOR NO KEY UPDATE
""")


async def lock_pathway(tx: Transaction, survivor_id: UUID) -> dict[UUID, UUID]:
    """The survivor's current pathway by survivor, locked; empty when they are not enrolled."""
    rows = await tx.fetch(_LOCK_PATHWAY, survivor_id=survivor_id)
    return {row["survivor_id"]: row["id"] for row in rows}


_LOCK_STALE_PATHWAYS = sql("""
    SELECT p.id, p.survivor_id FROM pathways p
    WHERE p.provider_id = :provider_id AND p.ended_at IS NULL
      AND (p.refreshed_at IS NULL OR p.refreshed_at < :before
           OR p.safe_contact_version IS DISTINCT FROM
              (SELECT max(c.version) FROM safe_contacts c
               WHERE c.provider_id = :provider_id AND c.survivor_id = p.survivor_id))
    ORDER BY p.id LIMIT :limit FOR NO KEY UPDATE OF p SKIP LOCKED
""")


async def lock_stale_pathways(tx: Transaction, *, before: datetime, limit: int) -> dict[UUID, UUID]:
    """Current pathways to refresh, by survivor, locked: not refreshed since `before`, or planned with an
    older safe-contact profile. Locked pathways are skipped.
    """
    rows = await tx.fetch(_LOCK_STALE_PATHWAYS, before=before, limit=limit)
    return {row["survivor_id"]: row["id"] for row in rows}


_LIST_BASES = sql(f"""
    SELECT {_PATHWAY}, p.prompt_shift, s.zone FROM pathways p
    JOIN survivors s ON s.provider_id = :provider_id AND s.id = p.survivor_id
    WHERE p.provider_id = :provider_id AND p.id = ANY(:pathway_ids::uuid[])
""")


async def list_bases(
    tx: Transaction, pathway_ids: Sequence[UUID], profiles: Mapping[UUID, SafeContactRules | None]
) -> list[Basis]:
    """What the plans of these pathways are computed from; safe-contact profiles by survivor."""
    rows = await tx.fetch(_LIST_BASES, pathway_ids=list(pathway_ids))
    return [_basis(row, profiles.get(row["survivor_id"])) for row in rows]


def _basis(row: Row, contact: SafeContactRules | None) -> Basis:
    return Basis(
        pathway_id=row["id"],
        survivor_id=row["survivor_id"],
        anchor_on=row["anchor_on"],
        enrolled_at=row["enrolled_at"],
        cadence=_cadence(row),
        prompt_shift=row["prompt_shift"],
        planned_until=row["planned_until"],
        exit_on=row["exit_on"],
        zone=zone_of(row["zone"]),
        hours=contact.rules.hours if contact else SafeHours(),
        safe_contact_version=contact.version if contact else None,
    )


_MARK_PLANNED = sql("""
    UPDATE pathways
    SET planned_until = :planned_until, safe_contact_version = :safe_contact_version,
        refreshed_at = :now
    WHERE provider_id = :provider_id AND id = :pathway_id
""")


async def mark_planned(
    tx: Transaction, bases: Sequence[Basis], until: Mapping[UUID, date], now: datetime
) -> None:
    """Record how far each pathway is planned, and with which profile."""
    await tx.execute_many(
        _MARK_PLANNED,
        [
            {
                "pathway_id": basis.pathway_id,
                "planned_until": until[basis.pathway_id],
                "safe_contact_version": basis.safe_contact_version,
                "now": now,
            }
            for basis in bases
        ],
    )


_END_FINISHED = sql("""
    UPDATE pathways p SET ended_at = :now
    WHERE p.provider_id = :provider_id AND p.id = ANY(:pathway_ids::uuid[]) AND p.ended_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM planned_contacts c
                      WHERE c.provider_id = :provider_id AND c.pathway_id = p.id
                        AND c.state = 'planned' AND c.series <> 'prompt')
    RETURNING p.survivor_id
""")


async def end_finished(tx: Transaction, pathway_ids: Sequence[UUID], now: datetime) -> list[UUID]:
    """End those of these pathways whose time is over; returns the survivors. A pathway with an open call,
    review or follow-up continues, so that overdue contacts stay visible."""
    rows = await tx.fetch(_END_FINISHED, pathway_ids=list(pathway_ids), now=now)
    return [row["survivor_id"] for row in rows]


def _cadence(row: Row) -> Cadence:
    return Cadence(
        call_every_days=row["call_every_days"],
        review_every_months=row["review_every_months"],
        prompt_days_before_call=row["prompt_days_before_call"],
    )
