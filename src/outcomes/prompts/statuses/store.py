"""The SQL of what the gateway tells us about a prompt afterwards."""

from datetime import datetime
from uuid import UUID, uuid4

from msgspec import Struct

from outcomes.platform.db import Transaction
from outcomes.prompts.models import PromptState


class Told(Struct, frozen=True):
    """The prompt that a status is about, locked by the transaction that read it."""

    id: UUID
    survivor_id: UUID
    state: PromptState
    message_id: str | None
    planned_contact_id: UUID | None
    requested_by: UUID | None


async def lock_told(tx: Transaction, digest: bytes) -> Told | None:
    """The prompt whose latest claim has this callback digest."""
    row = await tx.conn.fetchrow(
        """SELECT id, survivor_id, state, gateway_message_id AS message_id, planned_contact_id,
                  requested_by
           FROM prompts WHERE provider_id = $1 AND callback_digest = $2 FOR UPDATE""",
        tx.caller.provider_id,
        digest,
    )
    return None if row is None else Told(**{**row, "state": PromptState(row["state"])})


async def insert_event(
    tx: Transaction, prompt_id: UUID, status: str, error_code: int | None, now: datetime
) -> None:
    """Every status is kept as it was told, doubled and contradictory ones too."""
    await tx.conn.execute(
        """INSERT INTO prompt_events (provider_id, id, prompt_id, status, error_code, at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        tx.caller.provider_id,
        uuid4(),
        prompt_id,
        status,
        None if error_code is None else str(error_code),
        now,
    )


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
    await tx.conn.execute(
        """UPDATE prompts SET state = $3, reason = NULL, lease_token = NULL, lease_until = NULL,
               gateway_message_id = $4, error_code = $5, sent_at = coalesce(sent_at, $6),
               closed_at = CASE WHEN $3 = 'accepted' THEN NULL ELSE $6 END
           WHERE provider_id = $1 AND id = $2""",
        tx.caller.provider_id,
        prompt_id,
        state,
        message_id,
        None if error_code is None else str(error_code),
        now,
    )


async def count_retries(tx: Transaction, prompt_id: UUID) -> int:
    """How many messages before this one it is a retry of."""
    count: int = await tx.conn.fetchval(
        """WITH RECURSIVE chain AS (
               SELECT provider_id, retry_of FROM prompts WHERE provider_id = $1 AND id = $2
               UNION ALL
               SELECT p.provider_id, p.retry_of FROM prompts p
               JOIN chain ON p.provider_id = chain.provider_id AND p.id = chain.retry_of)
           SELECT count(retry_of) FROM chain""",
        tx.caller.provider_id,
        prompt_id,
    )
    return count
