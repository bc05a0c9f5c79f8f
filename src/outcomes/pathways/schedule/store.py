"""The SQL of writing what is planned, and of closing it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from outcomes.errors import NotFound
from outcomes.pathways.models import CancelReason, FollowUpStage
from outcomes.pathways.schedule.planning import Basis, Slot
from outcomes.platform.db import Transaction

ROWS_AT_ONCE = 100
"""Rows of one INSERT; with more, the server spends longer on the statement than it saves."""


async def write_slots(
    tx: Transaction, planned: Sequence[tuple[Basis, Slot]], now: datetime
) -> None:
    """Insert what is new, move what is still ahead, and take up again what had been dropped.

    A planned contact is known by its series and planned date, so that writing twice changes nothing.
    What has fallen due stays as it is.
    """
    for start in range(0, len(planned), ROWS_AT_ONCE):
        some = planned[start : start + ROWS_AT_ONCE]
        values = [value for basis, slot in some for value in _values(basis, slot)]
        await tx.conn.execute(_upsert(len(some)), tx.caller.provider_id, now, *values)


def _values(basis: Basis, slot: Slot) -> Iterator[Any]:
    held = slot.occurrence
    yield from (uuid4(), basis.survivor_id, basis.pathway_id, held.series, held.stage)
    yield from (held.planned_on, held.held_on, slot.due_at, slot.closes_at)


@cache
def _upsert(rows: int) -> str:
    parameters = ", ".join(
        f"($1, {', '.join(f'${3 + 9 * row + n}' for n in range(9))}, 'planned')"
        for row in range(rows)
    )
    return f"""INSERT INTO planned_contacts AS c (provider_id, id, survivor_id, pathway_id, series,
                   stage, planned_on, held_on, due_at, closes_at, state)
               VALUES {parameters}
               ON CONFLICT (provider_id, pathway_id, series, planned_on) DO UPDATE
               SET stage = excluded.stage, held_on = excluded.held_on, due_at = excluded.due_at,
                   closes_at = excluded.closes_at, state = 'planned', cancel_reason = NULL,
                   closed_at = NULL
               WHERE (c.state = 'planned' AND c.due_at > $2
                      AND (c.stage, c.held_on, c.due_at, c.closes_at) IS DISTINCT FROM
                          (excluded.stage, excluded.held_on, excluded.due_at, excluded.closes_at))
                  OR (excluded.due_at > $2
                      AND (c.state = 'superseded' AND c.closed_at < c.due_at
                           OR c.cancel_reason = '{CancelReason.AFTER_THE_END}'))"""


async def close_outside_plan(
    tx: Transaction,
    basis: Basis,
    *,
    end_on: date,
    follow_ups: Mapping[date, FollowUpStage],
    now: datetime,
) -> None:
    """After the end has changed, close what is still ahead and no longer in the plan.

    A text goes with its call. An overdue contact stays, but for a follow-up whose stage is planned
    again for another day.
    """
    await tx.conn.execute(
        """UPDATE planned_contacts
           SET closed_at = $3,
               state = CASE WHEN series = 'follow_up' AND planned_on <= $4
                            THEN 'superseded' ELSE 'cancelled' END,
               cancel_reason = CASE WHEN series = 'follow_up' AND planned_on <= $4
                                    THEN NULL ELSE $8::text END
           WHERE provider_id = $1 AND pathway_id = $2 AND state = 'planned'
             AND CASE series
                 WHEN 'follow_up' THEN planned_on <> ALL($6::date[])
                                       AND (due_at > $3 OR stage = ANY($7::text[]))
                 WHEN 'prompt' THEN planned_on >= $4::date - $5::integer AND due_at > $3
                 ELSE planned_on >= $4 AND due_at > $3 END""",
        tx.caller.provider_id,
        basis.pathway_id,
        now,
        end_on,
        basis.cadence.prompt_days_before_call,
        list(follow_ups),
        list(follow_ups.values()),
        CancelReason.AFTER_THE_END,
    )


async def complete(
    tx: Transaction, planned_contact_id: UUID, survivor_id: UUID, now: datetime
) -> None:
    """Mark one done; older ones of its series that are due are superseded, but not follow-ups.

    One that was closed before stays as it is. Raises NotFound when it is not this survivor's.
    """
    closed = await tx.conn.fetchval(
        """UPDATE planned_contacts c
           SET closed_at = $4, state = CASE WHEN c.id = done.id THEN 'done' ELSE 'superseded' END
           FROM planned_contacts done
           WHERE done.provider_id = $1 AND done.id = $2 AND done.survivor_id = $3
             AND c.provider_id = $1 AND c.pathway_id = done.pathway_id AND c.series = done.series
             AND c.state = 'planned'
             AND (c.id = done.id OR (c.series <> 'follow_up' AND c.planned_on < done.planned_on
                                     AND c.due_at <= $4))
           RETURNING true""",
        tx.caller.provider_id,
        planned_contact_id,
        survivor_id,
        now,
    )
    if not closed and not await _belongs(tx, planned_contact_id, survivor_id):
        raise NotFound


async def _belongs(tx: Transaction, planned_contact_id: UUID, survivor_id: UUID) -> bool:
    found = await tx.conn.fetchval(
        """SELECT true FROM planned_contacts
           WHERE provider_id = $1 AND id = $2 AND survivor_id = $3""",
        tx.caller.provider_id,
        planned_contact_id,
        survivor_id,
    )
    return bool(found)
