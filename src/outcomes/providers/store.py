"""The SQL of a provider, its cover and access grants. Its name is encrypted and decrypted here."""

from datetime import date, datetime
from uuid import UUID, uuid4

from outcomes.errors import NotFound
from outcomes.platform.access.data_keys import staff_key
from outcomes.platform.calendar import UkPart
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import DataKey, Field
from outcomes.platform.sql import sql
from outcomes.providers.models import Duty, Provider

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
    """Whether the provider texts from this number, so that no person can have it."""
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


_DUTY = sql("SELECT uk_part, on_call_account_id FROM providers WHERE provider_id = :provider_id")


async def get_duty(tx: Transaction) -> Duty:
    """Who is on call, without opening the provider's name."""
    duty = await tx.fetch_one_as(Duty, _DUTY)
    if duty is None:
        raise NotFound
    return duty


_SET_ON_CALL = sql(
    "UPDATE providers SET on_call_account_id = :account_id WHERE provider_id = :provider_id"
)


async def set_on_call(tx: Transaction, account_id: UUID) -> None:
    await tx.execute(_SET_ON_CALL, account_id=account_id)


_GRANT = sql(
    """INSERT INTO access_grants (provider_id, survivor_id, account_id, task_id, granted_at)
    VALUES (:provider_id, :survivor_id, :account_id, :task_id, :now)
    ON CONFLICT (provider_id, survivor_id, account_id, task_id) DO UPDATE SET ended_at = NULL"""
)


async def grant_access(
    tx: Transaction, survivor_id: UUID, account_id: UUID, task_id: UUID, now: datetime
) -> None:
    """Let an account open a survivor outside its caseload until the task is resolved."""
    await tx.execute(
        _GRANT, survivor_id=survivor_id, account_id=account_id, task_id=task_id, now=now
    )


_END_ACCESS = sql(
    """UPDATE access_grants SET ended_at = :now
    WHERE provider_id = :provider_id AND task_id = :task_id AND ended_at IS NULL"""
)


async def end_access(tx: Transaction, task_id: UUID, now: datetime) -> None:
    """End the access grants of this task."""
    await tx.execute(_END_ACCESS, task_id=task_id, now=now)


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


_BRING_NEXT_RUN_FORWARD = sql("""
    UPDATE provider_registry SET next_due_at = least(next_due_at, :due_at)
    WHERE provider_id = :provider_id
""")


async def bring_next_run_forward(tx: Transaction, due_at: datetime) -> None:
    """Move `next_due_at` forward to `due_at`, if it is later; locks the provider's registry row."""
    await tx.execute(_BRING_NEXT_RUN_FORWARD, due_at=due_at)
