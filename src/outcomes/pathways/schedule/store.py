"""The SQL of planned contacts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from uuid import UUID, uuid4

from msgspec.structs import asdict

from outcomes.errors import NotFound
from outcomes.pathways.models import (
    CancelReason,
    DueContact,
    DueState,
    PlannedContact,
    PlannedState,
)
from outcomes.pathways.schedule.cadence import FollowUpStage, Series
from outcomes.pathways.schedule.planning import Basis, Slot, why_moved
from outcomes.platform.access.caseload import caseload_args, in_caseload
from outcomes.platform.calendar import UkPart
from outcomes.platform.db import Row, Transaction
from outcomes.platform.paging import Moment, position_args
from outcomes.platform.sql import Statement, sql
from outcomes.platform.zones import local_date_sql, local_dates

ROWS_AT_ONCE = 100
"""Rows of one INSERT; with more, the server spends longer on the statement than it saves."""


async def write_slots(
    tx: Transaction, planned: Sequence[tuple[Basis, Slot]], now: datetime
) -> None:
    """Insert new planned contacts, move future ones, and plan again those that were cancelled at the end.

    A planned contact is identified by its series and planned date, so that writing twice changes nothing.
    Contacts that have fallen due stay as they are.
    """
    for start in range(0, len(planned), ROWS_AT_ONCE):
        some = planned[start : start + ROWS_AT_ONCE]
        values = {
            f"{column}_{row}": value
            for row, (basis, slot) in enumerate(some)
            for column, value in _values(basis, slot).items()
        }
        await tx.execute(_upsert(len(some)), now=now, **values)


def _values(basis: Basis, slot: Slot) -> dict[str, object]:
    occurrence = slot.occurrence
    return {
        "id": uuid4(),
        "survivor_id": basis.survivor_id,
        "pathway_id": basis.pathway_id,
        "series": occurrence.series,
        "stage": occurrence.stage,
        "planned_on": occurrence.planned_on,
        "held_on": occurrence.held_on,
        "due_at": slot.due_at,
        "closes_at": slot.closes_at,
    }


_COLUMNS = (
    "id",
    "survivor_id",
    "pathway_id",
    "series",
    "stage",
    "planned_on",
    "held_on",
    "due_at",
    "closes_at",
)


@cache
def _upsert(rows: int) -> Statement:
    """For `rows` rows at once, whose parameters end with the row's number: `:id_0`, `:id_1`."""
    parameters = ", ".join(
        f"(:provider_id, {', '.join(f':{column}_{row}' for column in _COLUMNS)}, 'planned')"
        for row in range(rows)
    )
    return sql(f"""INSERT INTO planned_contacts AS c (provider_id, {", ".join(_COLUMNS)}, state)
               VALUES {parameters}
               ON CONFLICT (provider_id, pathway_id, series, planned_on) DO UPDATE
               SET stage = excluded.stage, held_on = excluded.held_on, due_at = excluded.due_at,
                   closes_at = excluded.closes_at, state = 'planned', cancel_reason = NULL,
                   closed_at = NULL
               WHERE (c.state = 'planned' AND c.due_at > :now
                      AND (c.stage, c.held_on, c.due_at, c.closes_at) IS DISTINCT FROM
                          (excluded.stage, excluded.held_on, excluded.due_at, excluded.closes_at))
                  OR (excluded.due_at > :now
                      AND (c.state = 'superseded' AND c.closed_at < c.due_at
                           OR c.cancel_reason = '{CancelReason.AFTER_THE_END}'))""")


_CLOSE_OUTSIDE_PLAN = sql("""
    UPDATE planned_contacts
    SET closed_at = :now,
        state = CASE WHEN series = 'follow_up' AND planned_on <= :end_on
                     THEN 'superseded' ELSE 'cancelled' END,
        cancel_reason = CASE WHEN series = 'follow_up' AND planned_on <= :end_on
                             THEN NULL ELSE :reason::text END
    WHERE provider_id = :provider_id AND pathway_id = :pathway_id AND state = 'planned'
      AND CASE
          WHEN series = 'follow_up' THEN planned_on <> ALL(:days::date[])
              AND (due_at > :now OR stage = ANY(:stages::text[]))
          WHEN series = 'prompt' THEN planned_on >= :end_on::date - :prompt_days_before_call::integer
              AND due_at > :now
          ELSE planned_on >= :end_on AND due_at > :now END
""")


async def close_outside_plan(
    tx: Transaction,
    basis: Basis,
    *,
    end_on: date,
    follow_ups: Mapping[date, FollowUpStage],
    now: datetime,
) -> None:
    """After the end has changed, cancel future contacts that are no longer in the plan.

    A text is cancelled with its call. Overdue contacts stay, except a follow-up whose stage is planned
    again for another day.
    """
    await tx.execute(
        _CLOSE_OUTSIDE_PLAN,
        pathway_id=basis.pathway_id,
        now=now,
        end_on=end_on,
        prompt_days_before_call=basis.cadence.prompt_days_before_call,
        days=list(follow_ups),
        stages=list(follow_ups.values()),
        reason=CancelReason.AFTER_THE_END,
    )


_COMPLETE = sql("""
    UPDATE planned_contacts c
    SET closed_at = :now, state = CASE WHEN c.id = done.id THEN 'done' ELSE 'superseded' END
    FROM planned_contacts done
    WHERE done.provider_id = :provider_id AND done.id = :planned_contact_id
      AND done.survivor_id = :survivor_id
      AND c.provider_id = :provider_id AND c.pathway_id = done.pathway_id AND c.series = done.series
      AND c.state = 'planned'
      AND (c.id = done.id OR (c.series <> 'follow_up' AND c.planned_on < done.planned_on
                              AND c.due_at <= :now))
    RETURNING true
""")


async def complete(
    tx: Transaction, planned_contact_id: UUID, survivor_id: UUID, now: datetime
) -> None:
    """Mark one done; older ones of its series that are due are superseded, but not follow-ups.

    A contact that was closed before stays as it is. Raises NotFound when it is not this survivor's.
    """
    closed = await tx.fetch_value(
        _COMPLETE, planned_contact_id=planned_contact_id, survivor_id=survivor_id, now=now
    )
    if not closed and not await _belongs(tx, planned_contact_id, survivor_id):
        raise NotFound


_BELONGS = sql("""
    SELECT true FROM planned_contacts
    WHERE provider_id = :provider_id AND id = :planned_contact_id AND survivor_id = :survivor_id
""")


async def _belongs(tx: Transaction, planned_contact_id: UUID, survivor_id: UUID) -> bool:
    found = await tx.fetch_value(
        _BELONGS, planned_contact_id=planned_contact_id, survivor_id=survivor_id
    )
    return bool(found)


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
    before, except prompts."""
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
