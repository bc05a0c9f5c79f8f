"""The SQL of tasks and of the alerts that they send."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql
from outcomes.tasks.models import TaskKind


class OpenTask(Struct, frozen=True):
    """An open task that may alert somebody."""

    id: UUID
    survivor_id: UUID | None


_INSERT_TASK = sql(
    """INSERT INTO tasks (provider_id, id, kind, subject_kind, subject_id, survivor_id,
                          owner_account_id, raised_at, due_at)
    VALUES (:provider_id, :id, :kind, :subject_kind, :subject_id, :survivor_id, :owner_account_id,
            :raised_at, :due_at)
    ON CONFLICT (provider_id, kind, subject_id) DO NOTHING RETURNING true"""
)


async def insert_task(
    tx: Transaction,
    task_id: UUID,
    *,
    kind: TaskKind,
    subject_kind: str,
    subject_id: UUID,
    survivor_id: UUID | None,
    owner_account_id: UUID | None,
    raised_at: datetime,
    due_at: datetime,
) -> bool:
    """Whether it is new: there is one task per kind and subject."""
    new = await tx.fetch_value(
        _INSERT_TASK,
        id=task_id,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        survivor_id=survivor_id,
        owner_account_id=owner_account_id,
        raised_at=raised_at,
        due_at=due_at,
    )
    return bool(new)


_REOPEN = sql(
    """UPDATE tasks SET resolved_at = NULL, resolved_by = NULL, raised_at = :raised_at, due_at = :due_at
    WHERE provider_id = :provider_id AND kind = :kind AND subject_id = :subject_id
      AND resolved_at IS NOT NULL"""
)


async def reopen_task(
    tx: Transaction, kind: TaskKind, subject_id: UUID, *, raised_at: datetime, due_at: datetime
) -> None:
    """Open a resolved task of this subject again."""
    await tx.execute(_REOPEN, kind=kind, subject_id=subject_id, raised_at=raised_at, due_at=due_at)


_RESOLVE = sql(
    """UPDATE tasks SET resolved_at = :now, resolved_by = :account_id
    WHERE provider_id = :provider_id AND kind = :kind AND subject_id = :subject_id
      AND resolved_at IS NULL
    RETURNING id"""
)


async def resolve_task(
    tx: Transaction, kind: TaskKind, subject_id: UUID, now: datetime
) -> UUID | None:
    """The resolved task; None if there was no open one."""
    task_id: UUID | None = await tx.fetch_value(
        _RESOLVE,
        kind=kind,
        subject_id=subject_id,
        now=now,
        account_id=tx.caller.actor.account_id,
    )
    return task_id


_NEVER_ALERTED = sql(
    """SELECT t.id, t.survivor_id FROM tasks t
    WHERE t.provider_id = :provider_id AND t.resolved_at IS NULL AND t.kind = ANY(:kinds::text[])
      AND NOT EXISTS (SELECT 1 FROM staff_alerts a
                      WHERE a.provider_id = :provider_id AND a.task_id = t.id)
    ORDER BY t.due_at, t.id LIMIT 1"""
)


async def find_task_never_alerted(tx: Transaction, kinds: Collection[TaskKind]) -> OpenTask | None:
    """The most urgent open task of these kinds that has no alert."""
    return await tx.fetch_one_as(OpenTask, _NEVER_ALERTED, kinds=list(kinds))


_ALERTED_TASKS = sql(
    """SELECT DISTINCT t.id, t.survivor_id FROM tasks t
    JOIN staff_alerts a ON a.provider_id = :provider_id AND a.task_id = t.id
    WHERE t.provider_id = :provider_id AND t.resolved_at IS NULL AND t.survivor_id IS NOT NULL"""
)


async def list_alerted_tasks(tx: Transaction) -> list[OpenTask]:
    """Open tasks about a survivor that have an alert."""
    return await tx.fetch_as(OpenTask, _ALERTED_TASKS)


_INSERT_ALERT = sql(
    """INSERT INTO staff_alerts (provider_id, id, task_id, attempt)
    VALUES (:provider_id, :id, :task_id, :attempt)"""
)


async def insert_alert(tx: Transaction, alert_id: UUID, *, task_id: UUID, attempt: int) -> None:
    """Insert the alert of the message with the same id."""
    await tx.execute(_INSERT_ALERT, id=alert_id, task_id=task_id, attempt=attempt)


_ALERTS_OF_TASK = sql(
    "SELECT id FROM staff_alerts WHERE provider_id = :provider_id AND task_id = :task_id"
)


async def list_alerts(tx: Transaction, task_id: UUID) -> list[UUID]:
    """The alerts of a task, which are messages of the same ids."""
    return [row["id"] for row in await tx.fetch(_ALERTS_OF_TASK, task_id=task_id)]


_STILL_WANTED = sql(
    """SELECT a.id FROM staff_alerts a
    JOIN tasks t ON t.provider_id = :provider_id AND t.id = a.task_id AND t.resolved_at IS NULL
    WHERE a.provider_id = :provider_id AND a.id = ANY(:alert_ids::uuid[])"""
)


async def list_wanted(tx: Transaction, alert_ids: Collection[UUID]) -> set[UUID]:
    """Those of these alerts whose task is still open."""
    rows = await tx.fetch(_STILL_WANTED, alert_ids=list(alert_ids))
    return {row["id"] for row in rows}
