"""The SQL of sending: claims with a lease and a fencing token, and what became of each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from outcomes.messaging.sending import CallbackToken
from outcomes.platform.db import Transaction
from outcomes.prompts.models import CancelReason

_STALE = """CASE
    WHEN m.id IS DISTINCT FROM p.contact_method_id THEN 'number_changed'
    WHEN v.version IS DISTINCT FROM p.safe_contact_version THEN 'profile_changed'
    WHEN c.id IS NOT NULL AND w.ended_at IS NOT NULL THEN 'pathway_ended'
    WHEN p.retry_of IS NULL AND c.id IS NOT NULL
         AND (c.state <> 'planned' OR c.due_at <> p.due_at) THEN 'schedule_changed'
    END"""
"""Why what a prompt was planned under no longer holds, if it does not."""

_PLANNED_UNDER = """
    LEFT JOIN contact_methods m ON m.provider_id = p.provider_id AND m.survivor_id = p.survivor_id
                               AND m.retired_at IS NULL
    LEFT JOIN LATERAL (SELECT max(s.version) AS version FROM safe_contacts s
                       WHERE s.provider_id = p.provider_id AND s.survivor_id = p.survivor_id) v ON true
    LEFT JOIN planned_contacts c ON c.provider_id = p.provider_id AND c.id = p.planned_contact_id
    LEFT JOIN pathways w ON w.provider_id = c.provider_id AND w.id = c.pathway_id"""


class Due(Struct, frozen=True):
    """A prompt whose time has come, locked by the transaction that read it."""

    id: UUID
    survivor_id: UUID
    wording_code: str
    wording_version: str
    tries: int
    stale: str | None


class Claim(Struct, frozen=True):
    """The right to send one prompt once. Only its holder may record the result."""

    prompt_id: UUID
    survivor_id: UUID
    tries: int
    lease_token: UUID
    callback: CallbackToken


class Held(Struct, frozen=True):
    """What a claimed prompt needs to become a message."""

    from_: str
    wording_code: str
    wording_version: str
    expires_at: datetime


async def lock_due(tx: Transaction, now: datetime, limit: int) -> list[Due]:
    """The first prompts that are due and that no other process is looking at."""
    rows = await tx.conn.fetch(
        f"""SELECT p.id, p.survivor_id, p.wording_code, p.wording_version, p.tries, {_STALE} AS stale
            FROM prompts p {_PLANNED_UNDER}
            WHERE p.provider_id = $1 AND p.state = 'scheduled' AND p.due_at <= $2
              AND coalesce(p.try_at, p.due_at) <= $2 AND p.expires_at > $2
            ORDER BY coalesce(p.try_at, p.due_at), p.id LIMIT $3
            FOR UPDATE OF p SKIP LOCKED""",
        tx.caller.provider_id,
        now,
        limit,
    )
    return [Due(**row) for row in rows]


async def close_all(tx: Transaction, ended: Sequence[tuple[UUID, str, str]], now: datetime) -> None:
    """End scheduled prompts: (id, state, reason)."""
    await tx.conn.executemany(
        """UPDATE prompts SET state = $3, reason = $4, closed_at = $5
           WHERE provider_id = $1 AND id = $2 AND state = 'scheduled'""",
        [(tx.caller.provider_id, *one, now) for one in ended],
    )


async def start_all(tx: Transaction, claims: Sequence[Claim], lease_until: datetime) -> None:
    """Commit to the intent to send, before anything is sent."""
    await tx.conn.executemany(
        """UPDATE prompts SET state = 'sending', lease_token = $3, lease_until = $4,
                              callback_digest = $5, tries = tries + 1
           WHERE provider_id = $1 AND id = $2 AND state = 'scheduled'""",
        [
            (tx.caller.provider_id, c.prompt_id, c.lease_token, lease_until, c.callback.digest)
            for c in claims
        ],
    )


async def find_held(tx: Transaction, claim: Claim, *, until: datetime) -> Held | None:
    """What to send, if the lease lasts until then and what it was planned under still holds."""
    row = await tx.conn.fetchrow(
        f"""SELECT n.number AS from_, p.wording_code, p.wording_version, p.expires_at
            FROM prompts p
            JOIN sender_numbers n ON n.provider_id = p.provider_id AND n.id = p.sender_number_id
            {_PLANNED_UNDER}
            WHERE p.provider_id = $1 AND p.id = $2 AND p.lease_token = $3 AND p.lease_until > $4
              AND {_STALE} IS NULL""",
        tx.caller.provider_id,
        claim.prompt_id,
        claim.lease_token,
        until,
    )
    return None if row is None else Held(**row)


async def release(tx: Transaction, claim: Claim, try_at: datetime) -> None:
    """Back to scheduled: the gateway provably did not take it."""
    await tx.conn.execute(
        """UPDATE prompts SET state = 'scheduled', lease_token = NULL, lease_until = NULL, try_at = $4
           WHERE provider_id = $1 AND id = $2 AND lease_token = $3""",
        tx.caller.provider_id,
        claim.prompt_id,
        claim.lease_token,
        try_at,
    )


async def set_accepted(tx: Transaction, claim: Claim, message_id: str, now: datetime) -> bool:
    """Whether the acceptance is news. It counts as evidence even after the lease was lost."""
    return bool(
        await tx.conn.fetchval(
            """UPDATE prompts SET state = 'accepted', lease_token = NULL, lease_until = NULL,
                                  gateway_message_id = $4, sent_at = $5, closed_at = NULL
               WHERE provider_id = $1 AND id = $2 AND callback_digest = $3
                 AND state IN ('sending', 'unconfirmed') RETURNING true""",
            tx.caller.provider_id,
            claim.prompt_id,
            claim.callback.digest,
            message_id,
            now,
        )
    )


async def set_outcome(
    tx: Transaction, claim: Claim, state: str, error_code: str | None, now: datetime
) -> bool:
    """Whether the claim still held, and the prompt is now failed or unconfirmed."""
    return bool(
        await tx.conn.fetchval(
            """UPDATE prompts SET state = $4, lease_token = NULL, lease_until = NULL,
                                  error_code = $5, closed_at = $6
               WHERE provider_id = $1 AND id = $2 AND lease_token = $3 RETURNING true""",
            tx.caller.provider_id,
            claim.prompt_id,
            claim.lease_token,
            state,
            error_code,
            now,
        )
    )


async def end_lost_leases(tx: Transaction, now: datetime) -> list[tuple[UUID, UUID]]:
    """Whose sender is gone: nobody knows whether they were sent. Returns (prompt, survivor) ids."""
    rows = await tx.conn.fetch(
        """UPDATE prompts SET state = 'unconfirmed', lease_token = NULL, lease_until = NULL,
                              closed_at = $2
           WHERE provider_id = $1 AND state = 'sending' AND lease_until < $2
           RETURNING id, survivor_id""",
        tx.caller.provider_id,
        now,
    )
    return [(row["id"], row["survivor_id"]) for row in rows]


async def expire(tx: Transaction, now: datetime) -> list[UUID]:
    """Nothing goes out after its time. Returns whose prompts expired."""
    rows = await tx.conn.fetch(
        """UPDATE prompts SET state = 'expired', closed_at = $2
           WHERE provider_id = $1 AND state = 'scheduled' AND expires_at <= $2
           RETURNING survivor_id""",
        tx.caller.provider_id,
        now,
    )
    return [row["survivor_id"] for row in rows]


async def cancel_stale(tx: Transaction, now: datetime) -> list[UUID]:
    """Take back what was planned for another number, profile, time or pathway. Returns whose."""
    rows = await tx.conn.fetch(
        f"""SELECT p.id, p.survivor_id, {_STALE} AS stale FROM prompts p {_PLANNED_UNDER}
            WHERE p.provider_id = $1 AND p.state = 'scheduled' AND {_STALE} IS NOT NULL
            LIMIT 500 FOR UPDATE OF p SKIP LOCKED""",
        tx.caller.provider_id,
    )
    await close_all(tx, [(row["id"], "cancelled", row["stale"]) for row in rows], now)
    return [row["survivor_id"] for row in rows]


async def cancel_scheduled(
    tx: Transaction, survivor_ids: list[UUID], reason: CancelReason, now: datetime
) -> None:
    """Take back everything that waits for these people."""
    await tx.conn.execute(
        """UPDATE prompts SET state = 'cancelled', reason = $3, closed_at = $4
           WHERE provider_id = $1 AND survivor_id = ANY($2::uuid[]) AND state = 'scheduled'""",
        tx.caller.provider_id,
        survivor_ids,
        reason,
        now,
    )


async def cancel_retry(tx: Transaction, prompt_id: UUID, now: datetime) -> None:
    """This one arrived after all: what was to repeat it does not go out, if it still waits."""
    await tx.conn.execute(
        """UPDATE prompts SET state = 'cancelled', reason = $3, closed_at = $4
           WHERE provider_id = $1 AND retry_of = $2 AND state = 'scheduled'""",
        tx.caller.provider_id,
        prompt_id,
        CancelReason.ARRIVED_AFTER_ALL,
        now,
    )


async def find_workers(tx: Transaction, survivor_ids: list[UUID]) -> dict[UUID, UUID]:
    """The account that each of these survivors is assigned to now."""
    rows = await tx.conn.fetch(
        """SELECT survivor_id, account_id FROM caseload_assignments
           WHERE provider_id = $1 AND survivor_id = ANY($2::uuid[]) AND until_at IS NULL""",
        tx.caller.provider_id,
        survivor_ids,
    )
    return {row["survivor_id"]: row["account_id"] for row in rows}


async def next_due(tx: Transaction) -> datetime | None:
    """When the next thing happens by itself: a prompt, a lease that ends, a message to read (UTC)."""
    at: datetime | None = await tx.conn.fetchval(
        """SELECT least(
               (SELECT min(greatest(due_at, try_at)) FROM prompts
                WHERE provider_id = $1 AND state = 'scheduled'),
               (SELECT min(lease_until) FROM prompts WHERE provider_id = $1 AND state = 'sending'),
               (SELECT min(received_at) FROM inbound_messages
                WHERE provider_id = $1 AND state = 'unread'))""",
        tx.caller.provider_id,
    )
    return at


class Method(Struct, frozen=True):
    """The number that a prompt was planned for, as it is looked up."""

    id: UUID
    phone_bidx: bytes


async def get_method(tx: Transaction, prompt_id: UUID) -> Method:
    row = await tx.conn.fetchrow(
        """SELECT m.id, m.phone_bidx FROM prompts p
           JOIN contact_methods m ON m.provider_id = p.provider_id AND m.id = p.contact_method_id
           WHERE p.provider_id = $1 AND p.id = $2""",
        tx.caller.provider_id,
        prompt_id,
    )
    return Method(**row)


async def find_planned_contact(tx: Transaction, prompt_id: UUID) -> UUID | None:
    """The occurrence that this prompt fulfils, while that is still to be done."""
    contact_id: UUID | None = await tx.conn.fetchval(
        """SELECT c.id FROM prompts p
           JOIN planned_contacts c ON c.provider_id = p.provider_id AND c.id = p.planned_contact_id
           WHERE p.provider_id = $1 AND p.id = $2 AND c.state = 'planned'""",
        tx.caller.provider_id,
        prompt_id,
    )
    return contact_id
