"""The SQL of reading what is planned."""

from datetime import date, datetime
from uuid import UUID

from msgspec.structs import asdict

from outcomes.pathways.models import (
    CancelReason,
    DueContact,
    DueState,
    FollowUpStage,
    PlannedContact,
    PlannedState,
    Series,
)
from outcomes.pathways.schedule.planning import why_moved
from outcomes.platform.access.caseload import caseload_args, in_caseload
from outcomes.platform.calendar import UkPart
from outcomes.platform.db import Row, Transaction
from outcomes.platform.paging import Moment, position_args
from outcomes.platform.sql import sql
from outcomes.platform.zones import local_date_sql, local_dates

_LIST_CONTACTS = sql("""
    SELECT id, series, stage, planned_on, held_on, due_at, closes_at, state, cancel_reason,
           closed_at
    FROM planned_contacts WHERE provider_id = :provider_id AND pathway_id = :pathway_id
    ORDER BY held_on, due_at, series, planned_on
""")


async def list_contacts(tx: Transaction, pathway_id: UUID, part: UkPart) -> list[PlannedContact]:
    """Everything ever planned on a pathway, by the time it falls due."""
    rows = await tx.fetch(_LIST_CONTACTS, pathway_id=pathway_id)
    return [_contact(row, part) for row in rows]


def _contact(row: Row, part: UkPart) -> PlannedContact:
    return PlannedContact(
        id=row["id"],
        series=Series(row["series"]),
        stage=_stage(row),
        planned_on=row["planned_on"],
        held_on=row["held_on"],
        moved=why_moved(row["planned_on"], row["held_on"], part),
        due_at=row["due_at"],
        closes_at=row["closes_at"],
        state=PlannedState(row["state"]),
        cancel_reason=CancelReason(row["cancel_reason"]) if row["cancel_reason"] else None,
        closed_at=row["closed_at"],
    )


_LIST_DUE = sql(f"""
    SELECT c.id, c.survivor_id, s.reference, s.zone, c.series, c.stage, c.held_on, c.due_at,
           c.closes_at, CASE WHEN c.closes_at <= :now THEN 'overdue' ELSE 'due' END AS state
    FROM planned_contacts c
    JOIN survivors s ON s.provider_id = :provider_id AND s.id = c.survivor_id
    WHERE c.provider_id = :provider_id AND c.state = 'planned'
      AND c.series IN ('call', 'review', 'follow_up')
      AND c.due_at < :now::timestamptz + interval '2 days'
      AND c.held_on <= {local_date_sql("s.zone")}
      AND (:state::text IS NULL
           OR :state = CASE WHEN c.closes_at <= :now THEN 'overdue' ELSE 'due' END)
      AND (:after_at::timestamptz IS NULL OR (c.due_at, c.id) > (:after_at, :after_id::uuid))
      AND {in_caseload("s")}
    ORDER BY c.due_at, c.id LIMIT :limit
""")


async def list_due(
    tx: Transaction,
    *,
    now: datetime,
    state: DueState | None,
    after: Moment | None,
    limit: int,
) -> list[DueContact]:
    """Open contacts of the caller's caseload that are held today (in the survivor's zone) or were
    before, prompts aside: they need nobody."""
    return await tx.fetch_as(
        DueContact,
        _LIST_DUE,
        now=now,
        state=state,
        limit=limit,
        **position_args(Moment, after),
        **caseload_args(tx),
        **asdict(local_dates(now)),
    )


_LIST_OPEN = sql("""
    SELECT id, held_on, stage FROM planned_contacts
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id AND series = :series
      AND state = 'planned'
      AND held_on <= :until
    ORDER BY held_on DESC, planned_on DESC
""")


async def list_open(
    tx: Transaction, survivor_id: UUID, series: Series, *, until: date
) -> list[tuple[UUID, date, FollowUpStage | None]]:
    """Open contacts of one series held on or before `until`: id, day and stage, latest first."""
    rows = await tx.fetch(_LIST_OPEN, survivor_id=survivor_id, series=series, until=until)
    return [(row["id"], row["held_on"], _stage(row)) for row in rows]


def _stage(row: Row) -> FollowUpStage | None:
    return FollowUpStage(row["stage"]) if row["stage"] else None
