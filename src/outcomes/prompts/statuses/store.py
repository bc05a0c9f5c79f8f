"""The SQL of what the gateway tells us about a prompt afterwards."""

from datetime import datetime
from uuid import UUID, uuid4

from msgspec import Struct

from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql
from outcomes.prompts.models import PromptState


class Told(Struct, frozen=True):
    """The prompt that a status is about, locked by the transaction that read it."""

    id: UUID
    survivor_id: UUID
    state: PromptState
    message_id: str | None
    planned_contact_id: UUID | None
    requested_by: UUID | None


_LOCK_TOLD = sql("""
    SELECT id, survivor_id, state, gateway_message_id AS message_id, planned_contact_id,
           requested_by
    FROM prompts WHERE provider_id = :provider_id AND callback_digest = :digest FOR UPDATE
""")


async def lock_told(tx: Transaction, digest: bytes) -> Told | None:
    """The prompt whose latest claim has this callback digest."""
    row = await tx.fetch_row(_LOCK_TOLD, digest=digest)
    return None if row is None else Told(**{**row, "state": PromptState(row["state"])})


_INSERT_EVENT = sql("""
    INSERT INTO prompt_events (provider_id, id, prompt_id, status, error_code, at)
    VALUES (:provider_id, :id, :prompt_id, :status, :error_code, :now)
""")


async def insert_event(
    tx: Transaction, prompt_id: UUID, status: str, error_code: int | None, now: datetime
) -> None:
    """Every status is kept as it was told, doubled and contradictory ones too."""
    await tx.execute(
        _INSERT_EVENT,
        id=uuid4(),
        prompt_id=prompt_id,
        status=status,
        error_code=None if error_code is None else str(error_code),
        now=now,
    )


_SET_STATE = sql("""
    UPDATE prompts SET state = :state, reason = NULL, lease_token = NULL, lease_until = NULL,
        gateway_message_id = :message_id, error_code = :error_code,
            sent_at = coalesce(sent_at, :now),
        closed_at = CASE WHEN :state = 'accepted' THEN NULL ELSE :now END
    WHERE provider_id = :provider_id AND id = :prompt_id
""")


async def set_state(
    tx: Transaction,
    prompt_id: UUID,
    state: PromptState,
    *,
    message_id: str,
    error_code: int | None,
    now: datetime,
) -> None:
    """What is known now, which ends any claim and any earlier end."""
    await tx.execute(
        _SET_STATE,
        prompt_id=prompt_id,
        state=state,
        message_id=message_id,
        error_code=None if error_code is None else str(error_code),
        now=now,
    )


_COUNT_RETRIES = sql("""
    WITH RECURSIVE chain AS (
        SELECT provider_id, retry_of FROM prompts WHERE provider_id = :provider_id
          AND id = :prompt_id
        UNION ALL
        SELECT p.provider_id, p.retry_of FROM prompts p
        JOIN chain ON p.provider_id = :provider_id AND p.id = chain.retry_of)
    SELECT count(retry_of) FROM chain
""")


async def count_retries(tx: Transaction, prompt_id: UUID) -> int:
    """How many messages before this one it is a retry of."""
    count: int = await tx.fetch_value(_COUNT_RETRIES, prompt_id=prompt_id)
    return count
