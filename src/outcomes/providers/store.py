"""The SQL of a provider, its cover, tasks and alerts, and the border where its name is encrypted."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID, uuid4

from outcomes.platform.access.data_keys import staff_key
from outcomes.platform.calendar import UkPart
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import DataKey, Field
from outcomes.platform.sql import sql
from outcomes.providers.models import Provider, Task, TaskKind

PROVIDER_NAME = Field("providers", "name_ciphertext")


_INSERT_REGISTRY = sql("""
    INSERT INTO provider_registry (provider_id, state, next_due_at)
    VALUES (:provider_id, 'active', :now)
""")


async def insert_registry(tx: Transaction, now: datetime) -> None:
    await tx.execute(_INSERT_REGISTRY, now=now)


_INSERT_PROVIDER = sql("""
    INSERT INTO providers (provider_id, id, name_ciphertext, uk_part, created_at)
    VALUES (:provider_id, :provider_id, :name_ciphertext, :uk_part, :now)
""")


async def insert_provider(
    tx: Transaction, key: DataKey, *, name: str, uk_part: UkPart, now: datetime
) -> None:
    provider_id = tx.caller.provider_id
    await tx.execute(
        _INSERT_PROVIDER,
        name_ciphertext=key.encrypt_text(PROVIDER_NAME, provider_id, name),
        uk_part=uk_part,
        now=now,
    )


_INSERT_SENDER_NUMBER = sql("""
    INSERT INTO sender_numbers (provider_id, id, number, used_for)
    VALUES (:provider_id, :id, :number, :used_for)
""")


async def insert_sender_number(tx: Transaction, number: str, used_for: str) -> None:
    await tx.execute(_INSERT_SENDER_NUMBER, id=uuid4(), number=number, used_for=used_for)


_IS_SENDER_NUMBER = sql("""
    SELECT true FROM sender_numbers WHERE provider_id = :provider_id AND number = :e164
""")


async def is_sender_number(tx: Transaction, e164: str) -> bool:
    """Whether the provider texts from this number: nobody else can have it."""
    return bool(await tx.fetch_value(_IS_SENDER_NUMBER, e164=e164))


_GET_PROVIDER = sql("""
    SELECT id, name_ciphertext, uk_part, on_call_account_id
    FROM providers WHERE provider_id = :provider_id
""")


async def get_provider(tx: Transaction) -> Provider:
    key = await staff_key(tx)
    row = await tx.get_row(_GET_PROVIDER)
    return Provider(
        id=row["id"],
        name=key.decrypt_text(PROVIDER_NAME, row["id"], row["name_ciphertext"]),
        uk_part=UkPart(row["uk_part"]),
        on_call_account_id=row["on_call_account_id"],
    )


_SET_ON_CALL = sql("""
    UPDATE providers SET on_call_account_id = :account_id WHERE provider_id = :provider_id
""")


_MOVE_ALERTS = sql("""
    UPDATE staff_alerts SET account_id = :account_id
    WHERE provider_id = :provider_id AND state = 'scheduled'
""")


async def set_on_call(tx: Transaction, account_id: UUID) -> None:
    """From now on alerts go to this account, those that have not gone out yet too."""
    await tx.execute(_SET_ON_CALL, account_id=account_id)
    await tx.execute(_MOVE_ALERTS, account_id=account_id)


_FIND_UNHEARD_TASK = sql("""
    SELECT t.id FROM tasks t
    WHERE t.provider_id = :provider_id AND t.resolved_at IS NULL AND t.kind = ANY(:kinds::text[])
      AND NOT EXISTS (SELECT 1 FROM staff_alerts a
                      WHERE a.provider_id = :provider_id AND a.task_id = t.id)
    ORDER BY t.due_at, t.id LIMIT 1
""")


async def find_unheard_task(tx: Transaction, kinds: Collection[TaskKind]) -> UUID | None:
    """The most urgent open task of these kinds for which nobody was ever to be woken."""
    task_id: UUID | None = await tx.fetch_value(_FIND_UNHEARD_TASK, kinds=list(kinds))
    return task_id


_INSERT_COVER = sql("""
    INSERT INTO covers (provider_id, id, absent_account_id, cover_account_id, from_on, until_on,
                        recorded_by, recorded_at)
    VALUES (:provider_id, :cover_id, :absent_account_id, :cover_account_id, :from_on, :until_on,
        :recorded_by, :now)
""")


async def insert_cover(
    tx: Transaction,
    cover_id: UUID,
    *,
    absent_account_id: UUID,
    cover_account_id: UUID,
    from_on: date,
    until_on: date,
    now: datetime,
) -> None:
    await tx.execute(
        _INSERT_COVER,
        cover_id=cover_id,
        absent_account_id=absent_account_id,
        cover_account_id=cover_account_id,
        from_on=from_on,
        until_on=until_on,
        recorded_by=tx.caller.actor.account,
        now=now,
    )


_INSERT_TASK = sql("""
    INSERT INTO tasks (provider_id, id, kind, subject_kind, subject_id, survivor_id,
                       owner_account_id, raised_at, due_at)
    VALUES (:provider_id, :task_id, :kind, :subject_kind, :subject_id, :survivor_id,
        :owner_account_id, :raised_at, :due_at)
    ON CONFLICT (provider_id, kind, subject_id) DO NOTHING RETURNING true
""")


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
    """Whether it is new: there is one task a kind and subject."""
    new = await tx.fetch_value(
        _INSERT_TASK,
        task_id=task_id,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        survivor_id=survivor_id,
        owner_account_id=owner_account_id,
        raised_at=raised_at,
        due_at=due_at,
    )
    return bool(new)


_INSERT_ALERT = sql("""
    INSERT INTO staff_alerts (provider_id, id, task_id, account_id, attempt, state, due_at)
    VALUES (:provider_id, :id, :task_id, :account_id, :attempt, 'scheduled', :due_at)
""")


async def insert_alert(
    tx: Transaction, *, task_id: UUID, account_id: UUID, attempt: int, due_at: datetime
) -> None:
    await tx.execute(
        _INSERT_ALERT,
        id=uuid4(),
        task_id=task_id,
        account_id=account_id,
        attempt=attempt,
        due_at=due_at,
    )


_BRING_NEXT_RUN_FORWARD = sql("""
    UPDATE provider_registry SET next_due_at = least(next_due_at, :due_at)
    WHERE provider_id = :provider_id
""")


async def bring_next_run_forward(tx: Transaction, due_at: datetime) -> None:
    """Nothing is due later than the registry's hint says; takes the lock of the provider's row."""
    await tx.execute(_BRING_NEXT_RUN_FORWARD, due_at=due_at)


_RESOLVE_TASK = sql("""
    WITH done AS (
        UPDATE tasks SET resolved_at = :now, resolved_by = :resolved_by
        WHERE provider_id = :provider_id AND kind = :kind AND subject_id = :subject_id
          AND resolved_at IS NULL
        RETURNING provider_id, id)
    UPDATE staff_alerts a SET state = 'cancelled'
    FROM done WHERE a.provider_id = :provider_id AND a.task_id = done.id
      AND a.state = 'scheduled'
""")


async def resolve_task(tx: Transaction, kind: TaskKind, subject_id: UUID, now: datetime) -> None:
    """Close the task, if it is open, and take back its alerts that have not gone out."""
    await tx.execute(
        _RESOLVE_TASK,
        kind=kind,
        subject_id=subject_id,
        now=now,
        resolved_by=tx.caller.actor.account_id,
    )


_LIST_OPEN_TASKS = sql("""
    SELECT t.id, t.kind, t.subject_id, t.survivor_id, s.reference, t.owner_account_id,
           t.raised_at, t.due_at
    FROM tasks t
    LEFT JOIN survivors s ON s.provider_id = :provider_id AND s.id = t.survivor_id
    WHERE t.provider_id = :provider_id AND t.resolved_at IS NULL
    ORDER BY t.due_at, t.id LIMIT 500
""")


async def list_open_tasks(tx: Transaction) -> list[Task]:
    """Everything that waits for somebody, most urgent first."""
    rows = await tx.fetch(_LIST_OPEN_TASKS)
    return [Task(**{**dict(row), "kind": TaskKind(row["kind"])}) for row in rows]
