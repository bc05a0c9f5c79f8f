"""The SQL of Today and Team. It reads every room's tables and writes nothing but the audit."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

from outcomes.casework.models import Cover, OpenTask, Reason, ReasonKind, Urgency, WorkerLoad
from outcomes.platform.access.caseload import caseload_args, in_caseload
from outcomes.platform.db import Row, Transaction
from outcomes.platform.sql import sql
from outcomes.platform.zones import local_date_sql, local_dates


class DueRow(Struct, frozen=True):
    """One reason why a survivor is on Today."""

    survivor_id: UUID
    reference: str
    zone: str
    worker_id: UUID | None
    last_contact_at: datetime | None
    reason: Reason


_LATE = "CASE WHEN c.closes_at <= :now THEN 'overdue' ELSE 'today' END"


_LIST_DUE = sql(f"""
    WITH mine AS (
        SELECT s.provider_id, s.id AS survivor_id, s.reference, s.zone,
               assignment.account_id AS worker_id, {local_date_sql("s.zone")} AS today,
               latest.occurred_at AS last_contact_at, latest.next_contact_on, latest.id
        FROM survivors s
        LEFT JOIN caseload_assignments assignment ON assignment.provider_id = :provider_id
             AND assignment.survivor_id = s.id AND assignment.until_at IS NULL
        LEFT JOIN LATERAL (
            SELECT k.id, k.occurred_at, k.next_contact_on FROM check_ins k
            WHERE k.provider_id = :provider_id AND k.survivor_id = s.id
            ORDER BY k.occurred_at DESC, k.recorded_at DESC LIMIT 1) latest ON true
        WHERE s.provider_id = :provider_id AND {in_caseload("s")}),
    due AS (
        SELECT m.survivor_id, 'flag' AS kind, 'safety' AS urgency, f.rule AS code,
               f.id AS subject_id, 'flag' AS subject_kind, f.raised_at AS due_at,
               NULL::date AS held_on
        FROM mine m JOIN flags f ON f.provider_id = :provider_id
             AND f.survivor_id = m.survivor_id AND f.resolved_at IS NULL
        UNION ALL
        SELECT m.survivor_id, 'task', 'safety', t.kind, t.subject_id, t.subject_kind,
               t.due_at, NULL
        FROM mine m JOIN tasks t ON t.provider_id = :provider_id
             AND t.survivor_id = m.survivor_id AND t.resolved_at IS NULL
             AND t.kind <> 'disengagement'
        UNION ALL
        SELECT m.survivor_id, 'planned', {_LATE}, c.series, c.id, NULL, c.due_at, c.held_on
        FROM mine m JOIN planned_contacts c ON c.provider_id = :provider_id
             AND c.survivor_id = m.survivor_id AND c.state = 'planned'
             AND c.series IN ('call', 'review', 'follow_up')
             AND c.due_at < :now::timestamptz + interval '2 days' AND c.held_on <= m.today
        UNION ALL
        SELECT m.survivor_id, 'agreed',
               CASE WHEN m.next_contact_on < m.today THEN 'overdue' ELSE 'today' END,
               'agreed', m.id, NULL, m.next_contact_on::timestamp AT TIME ZONE 'UTC',
               m.next_contact_on
        FROM mine m WHERE m.next_contact_on <= m.today)
    SELECT m.survivor_id, m.reference, m.zone, m.worker_id, m.last_contact_at,
           d.kind, d.urgency, d.code, d.subject_id, d.subject_kind, d.due_at, d.held_on
    FROM due d JOIN mine m ON m.survivor_id = d.survivor_id
    ORDER BY array_position(ARRAY['safety', 'overdue', 'today'], d.urgency), d.due_at,
             d.subject_id
    LIMIT :limit
""")


async def list_due(tx: Transaction, now: datetime, *, limit: int) -> list[DueRow]:
    """Everything that is due in the caller's caseload, in one statement: open flags and tasks,
    planned contacts held today or before (texts aside), and days agreed at the last contact."""
    rows = await tx.fetch(
        _LIST_DUE, now=now, limit=limit, **caseload_args(tx), **asdict(local_dates(now))
    )
    return [_due_row(row) for row in rows]


def _due_row(row: Row) -> DueRow:
    return DueRow(
        survivor_id=row["survivor_id"],
        reference=row["reference"],
        zone=row["zone"],
        worker_id=row["worker_id"],
        last_contact_at=row["last_contact_at"],
        reason=Reason(
            kind=ReasonKind(row["kind"]),
            urgency=Urgency(row["urgency"]),
            code=row["code"],
            subject_id=row["subject_id"],
            subject_kind=row["subject_kind"],
            due_at=row["due_at"],
            on=row["held_on"],
        ),
    )


_IN_TEAM = "(:everyone::boolean OR worker.team_id = :team_id)"
"""The condition for the caller's team; an administrator sees every team."""


_LIST_LOADS = sql(f"""
    SELECT worker.id AS account_id, count(DISTINCT assignment.survivor_id) AS survivors,
           count(c.id) FILTER (WHERE c.closes_at > :now) AS due,
           count(c.id) FILTER (WHERE c.closes_at <= :now) AS overdue
    FROM accounts worker
    LEFT JOIN caseload_assignments assignment ON assignment.provider_id = :provider_id
         AND assignment.account_id = worker.id AND assignment.until_at IS NULL
    LEFT JOIN survivors s ON s.provider_id = :provider_id AND s.id = assignment.survivor_id
    LEFT JOIN planned_contacts c ON c.provider_id = :provider_id
         AND c.survivor_id = assignment.survivor_id AND c.state = 'planned'
         AND c.series IN ('call', 'review', 'follow_up')
         AND c.due_at < :now::timestamptz + interval '2 days'
         AND c.held_on <= {local_date_sql("s.zone")}
    WHERE worker.provider_id = :provider_id AND {_IN_TEAM}
      AND (worker.role = 'support_worker' OR assignment.id IS NOT NULL)
    GROUP BY worker.id
    ORDER BY overdue DESC, due DESC, worker.id
""")


async def list_loads(
    tx: Transaction, everyone: bool, team_id: UUID | None, now: datetime
) -> list[WorkerLoad]:
    """The load of each worker of the team, in one statement."""
    return await tx.fetch_as(
        WorkerLoad,
        _LIST_LOADS,
        everyone=everyone,
        team_id=team_id,
        now=now,
        **asdict(local_dates(now)),
    )


_TASKS = """SELECT t.id, t.kind, t.subject_kind, t.subject_id, t.survivor_id, s.reference,
        t.owner_account_id AS owner_id, t.raised_at, t.due_at,
        ARRAY(SELECT m.state FROM staff_alerts a
              JOIN outgoing_messages m ON m.provider_id = :provider_id AND m.id = a.id
              WHERE a.provider_id = :provider_id AND a.task_id = t.id
              ORDER BY a.attempt) AS alerts
    FROM tasks t
    LEFT JOIN survivors s ON s.provider_id = :provider_id AND s.id = t.survivor_id
    LEFT JOIN caseload_assignments assignment ON assignment.provider_id = :provider_id
         AND assignment.survivor_id = t.survivor_id AND assignment.until_at IS NULL
    LEFT JOIN accounts worker ON worker.provider_id = :provider_id
         AND worker.id = assignment.account_id"""


_LIST_TEAM_TASKS = sql(f"""
    {_TASKS}
    WHERE t.provider_id = :provider_id AND t.resolved_at IS NULL
      AND (t.survivor_id IS NULL OR {_IN_TEAM})
    ORDER BY t.due_at, t.id LIMIT 200
""")


async def list_team_tasks(tx: Transaction, everyone: bool, team_id: UUID | None) -> list[OpenTask]:
    """Open tasks of the team and tasks about no survivor, most urgent first."""
    return await tx.fetch_as(OpenTask, _LIST_TEAM_TASKS, everyone=everyone, team_id=team_id)


_LIST_TASKS = sql(f"""
    {_TASKS}
    WHERE t.provider_id = :provider_id AND t.survivor_id = :survivor_id AND t.resolved_at IS NULL
      AND t.kind <> 'disengagement'
    ORDER BY t.due_at, t.id LIMIT 50
""")


async def list_tasks(tx: Transaction, survivor_id: UUID) -> list[OpenTask]:
    """Open tasks about one survivor except flags, most urgent first."""
    return await tx.fetch_as(OpenTask, _LIST_TASKS, survivor_id=survivor_id)


_FIND_TASK = sql(f"""
    {_TASKS}
    WHERE t.provider_id = :provider_id AND t.id = :task_id AND t.resolved_at IS NULL
      AND (t.survivor_id IS NULL OR {in_caseload("s")})
""")


async def find_task(tx: Transaction, task_id: UUID) -> OpenTask | None:
    """An open task that the caller may finish: about their caseload, or about no survivor."""
    return await tx.fetch_one_as(OpenTask, _FIND_TASK, task_id=task_id, **caseload_args(tx))


class FlagRow(Struct, frozen=True):
    """An open flag of the team."""

    id: UUID
    survivor_id: UUID
    reference: str
    rule: str
    raised_at: datetime


_LIST_TEAM_FLAGS = sql(f"""
    SELECT f.id, f.survivor_id, s.reference, f.rule, f.raised_at
    FROM flags f
    JOIN survivors s ON s.provider_id = :provider_id AND s.id = f.survivor_id
    LEFT JOIN caseload_assignments assignment ON assignment.provider_id = :provider_id
         AND assignment.survivor_id = f.survivor_id AND assignment.until_at IS NULL
    LEFT JOIN accounts worker ON worker.provider_id = :provider_id
         AND worker.id = assignment.account_id
    WHERE f.provider_id = :provider_id AND f.resolved_at IS NULL AND {_IN_TEAM}
    ORDER BY f.raised_at, f.id LIMIT 200
""")


async def list_team_flags(tx: Transaction, everyone: bool, team_id: UUID | None) -> list[FlagRow]:
    """Open flags, the oldest first."""
    return await tx.fetch_as(FlagRow, _LIST_TEAM_FLAGS, everyone=everyone, team_id=team_id)


_LIST_COVERS = sql(f"""
    SELECT c.absent_account_id AS absent_id, c.cover_account_id AS cover_id, c.from_on,
           c.until_on
    FROM covers c
    JOIN accounts worker ON worker.provider_id = :provider_id
         AND worker.id = c.absent_account_id
    WHERE c.provider_id = :provider_id AND {_IN_TEAM} AND c.until_on >= :today
    ORDER BY c.from_on, c.id LIMIT 50
""")


async def list_covers(
    tx: Transaction, everyone: bool, team_id: UUID | None, today: date
) -> list[Cover]:
    """Current and coming cover, the earliest first."""
    return await tx.fetch_as(Cover, _LIST_COVERS, everyone=everyone, team_id=team_id, today=today)
