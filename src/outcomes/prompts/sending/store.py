"""The SQL of sending: claims with a lease and a fencing token, and what became of each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from outcomes.messaging.sending import CallbackToken
from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql
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
    LEFT JOIN contact_methods m ON m.provider_id = :provider_id AND m.survivor_id = p.survivor_id
                               AND m.retired_at IS NULL
    LEFT JOIN LATERAL (SELECT max(s.version) AS version FROM safe_contacts s
                       WHERE s.provider_id = :provider_id AND s.survivor_id = p.survivor_id) v ON true
    LEFT JOIN planned_contacts c ON c.provider_id = :provider_id AND c.id = p.planned_contact_id
    LEFT JOIN pathways w ON w.provider_id = :provider_id AND w.id = c.pathway_id"""


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


_LOCK_DUE = sql(f"""
    SELECT p.id, p.survivor_id, p.wording_code, p.wording_version, p.tries, {_STALE} AS stale
    FROM prompts p {_PLANNED_UNDER}
    WHERE p.provider_id = :provider_id AND p.state = 'scheduled' AND p.due_at <= :now
      AND coalesce(p.try_at, p.due_at) <= :now AND p.expires_at > :now
    ORDER BY coalesce(p.try_at, p.due_at), p.id LIMIT :limit
    FOR UPDATE OF p SKIP LOCKED
""")


async def lock_due(tx: Transaction, now: datetime, limit: int) -> list[Due]:
    """The first prompts that are due and that no other process is looking at."""
    rows = await tx.fetch(_LOCK_DUE, now=now, limit=limit)
    return [Due(**row) for row in rows]


_CLOSE_ALL = sql("""
    UPDATE prompts SET state = :state, reason = :reason, closed_at = :now
    WHERE provider_id = :provider_id AND id = :prompt_id AND state = 'scheduled'
""")


async def close_all(tx: Transaction, ended: Sequence[tuple[UUID, str, str]], now: datetime) -> None:
    """End scheduled prompts: (id, state, reason)."""
    await tx.execute_many(
        _CLOSE_ALL,
        [
            {"prompt_id": prompt_id, "state": state, "reason": reason, "now": now}
            for prompt_id, state, reason in ended
        ],
    )


_START_ALL = sql("""
    UPDATE prompts SET state = 'sending', lease_token = :lease_token, lease_until = :lease_until,
                       callback_digest = :callback_digest, tries = tries + 1
    WHERE provider_id = :provider_id AND id = :prompt_id AND state = 'scheduled'
""")


async def start_all(tx: Transaction, claims: Sequence[Claim], lease_until: datetime) -> None:
    """Commit to the intent to send, before anything is sent."""
    await tx.execute_many(
        _START_ALL,
        [
            {
                "prompt_id": c.prompt_id,
                "lease_token": c.lease_token,
                "lease_until": lease_until,
                "callback_digest": c.callback.digest,
            }
            for c in claims
        ],
    )


_FIND_HELD = sql(f"""
    SELECT n.number AS from_, p.wording_code, p.wording_version, p.expires_at
    FROM prompts p
    JOIN sender_numbers n ON n.provider_id = :provider_id AND n.id = p.sender_number_id
    {_PLANNED_UNDER}
    WHERE p.provider_id = :provider_id AND p.id = :prompt_id AND p.lease_token = :lease_token
      AND p.lease_until > :until
      AND {_STALE} IS NULL
""")


async def find_held(tx: Transaction, claim: Claim, *, until: datetime) -> Held | None:
    """What to send, if the lease lasts until then and what it was planned under still holds."""
    row = await tx.fetch_row(
        _FIND_HELD, prompt_id=claim.prompt_id, lease_token=claim.lease_token, until=until
    )
    return None if row is None else Held(**row)


_RELEASE = sql("""
    UPDATE prompts SET state = 'scheduled', lease_token = NULL, lease_until = NULL, try_at = :try_at
    WHERE provider_id = :provider_id AND id = :prompt_id AND lease_token = :lease_token
""")


async def release(tx: Transaction, claim: Claim, try_at: datetime) -> None:
    """Back to scheduled: the gateway provably did not take it."""
    await tx.execute(
        _RELEASE, prompt_id=claim.prompt_id, lease_token=claim.lease_token, try_at=try_at
    )


_SET_ACCEPTED = sql("""
    UPDATE prompts SET state = 'accepted', lease_token = NULL, lease_until = NULL,
                       gateway_message_id = :message_id, sent_at = :now, closed_at = NULL
    WHERE provider_id = :provider_id AND id = :prompt_id AND callback_digest = :callback_digest
      AND state IN ('sending', 'unconfirmed') RETURNING true
""")


async def set_accepted(tx: Transaction, claim: Claim, message_id: str, now: datetime) -> bool:
    """Whether the acceptance is news. It counts as evidence even after the lease was lost."""
    return bool(
        await tx.fetch_value(
            _SET_ACCEPTED,
            prompt_id=claim.prompt_id,
            callback_digest=claim.callback.digest,
            message_id=message_id,
            now=now,
        )
    )


_SET_OUTCOME = sql("""
    UPDATE prompts SET state = :state, lease_token = NULL, lease_until = NULL,
                       error_code = :error_code, closed_at = :now
    WHERE provider_id = :provider_id AND id = :prompt_id AND lease_token = :lease_token
    RETURNING true
""")


async def set_outcome(
    tx: Transaction, claim: Claim, state: str, error_code: str | None, now: datetime
) -> bool:
    """Whether the claim still held, and the prompt is now failed or unconfirmed."""
    return bool(
        await tx.fetch_value(
            _SET_OUTCOME,
            prompt_id=claim.prompt_id,
            lease_token=claim.lease_token,
            state=state,
            error_code=error_code,
            now=now,
        )
    )


_END_LOST_LEASES = sql("""
    UPDATE prompts SET state = 'unconfirmed', lease_token = NULL, lease_until = NULL,
                       closed_at = :now
    WHERE provider_id = :provider_id AND state = 'sending' AND lease_until < :now
    RETURNING id, survivor_id
""")


async def end_lost_leases(tx: Transaction, now: datetime) -> list[tuple[UUID, UUID]]:
    """Whose sender is gone: nobody knows whether they were sent. Returns (prompt, survivor) ids."""
    rows = await tx.fetch(_END_LOST_LEASES, now=now)
    return [(row["id"], row["survivor_id"]) for row in rows]


_EXPIRE = sql("""
    UPDATE prompts SET state = 'expired', closed_at = :now
    WHERE provider_id = :provider_id AND state = 'scheduled' AND expires_at <= :now
    RETURNING survivor_id
""")


async def expire(tx: Transaction, now: datetime) -> list[UUID]:
    """Nothing goes out after its time. Returns whose prompts expired."""
    rows = await tx.fetch(_EXPIRE, now=now)
    return [row["survivor_id"] for row in rows]


_CANCEL_STALE = sql(f"""
    SELECT p.id, p.survivor_id, {_STALE} AS stale FROM prompts p {_PLANNED_UNDER}
    WHERE p.provider_id = :provider_id AND p.state = 'scheduled' AND {_STALE} IS NOT NULL
    LIMIT 500 FOR UPDATE OF p SKIP LOCKED
""")


async def cancel_stale(tx: Transaction, now: datetime) -> list[UUID]:
    """Take back what was planned for another number, profile, time or pathway. Returns whose."""
    rows = await tx.fetch(_CANCEL_STALE)
    await close_all(tx, [(row["id"], "cancelled", row["stale"]) for row in rows], now)
    return [row["survivor_id"] for row in rows]


_CANCEL_SCHEDULED = sql("""
    UPDATE prompts SET state = 'cancelled', reason = :reason, closed_at = :now
    WHERE provider_id = :provider_id AND survivor_id = ANY(:survivor_ids::uuid[])
      AND state = 'scheduled'
""")


async def cancel_scheduled(
    tx: Transaction, survivor_ids: list[UUID], reason: CancelReason, now: datetime
) -> None:
    """Take back everything that waits for these people."""
    await tx.execute(_CANCEL_SCHEDULED, survivor_ids=survivor_ids, reason=reason, now=now)


_CANCEL_RETRY = sql("""
    UPDATE prompts SET state = 'cancelled', reason = :reason, closed_at = :now
    WHERE provider_id = :provider_id AND retry_of = :prompt_id AND state = 'scheduled'
""")


async def cancel_retry(tx: Transaction, prompt_id: UUID, now: datetime) -> None:
    """This one arrived after all: what was to repeat it does not go out, if it still waits."""
    await tx.execute(
        _CANCEL_RETRY, prompt_id=prompt_id, reason=CancelReason.ARRIVED_AFTER_ALL, now=now
    )


_FIND_WORKERS = sql("""
    SELECT survivor_id, account_id FROM caseload_assignments
    WHERE provider_id = :provider_id AND survivor_id = ANY(:survivor_ids::uuid[])
      AND until_at IS NULL
""")


async def find_workers(tx: Transaction, survivor_ids: list[UUID]) -> dict[UUID, UUID]:
    """The account that each of these survivors is assigned to now."""
    rows = await tx.fetch(_FIND_WORKERS, survivor_ids=survivor_ids)
    return {row["survivor_id"]: row["account_id"] for row in rows}


_NEXT_DUE = sql("""
    SELECT least(
    (SELECT min(greatest(due_at, try_at)) FROM prompts
     WHERE provider_id = :provider_id AND state = 'scheduled'),
    (SELECT min(lease_until) FROM prompts WHERE provider_id = :provider_id AND state = 'sending'),
    (SELECT min(received_at) FROM inbound_messages
     WHERE provider_id = :provider_id AND state = 'unread'))
""")


async def next_due(tx: Transaction) -> datetime | None:
    """When the next thing happens by itself: a prompt, a lease that ends, a message to read (UTC)."""
    at: datetime | None = await tx.fetch_value(_NEXT_DUE)
    return at


class Method(Struct, frozen=True):
    """The number that a prompt was planned for, as it is looked up."""

    id: UUID
    phone_bidx: bytes


_GET_METHOD = sql("""
    SELECT m.id, m.phone_bidx FROM prompts p
    JOIN contact_methods m ON m.provider_id = :provider_id AND m.id = p.contact_method_id
    WHERE p.provider_id = :provider_id AND p.id = :prompt_id
""")


async def get_method(tx: Transaction, prompt_id: UUID) -> Method:
    row = await tx.get_row(_GET_METHOD, prompt_id=prompt_id)
    return Method(**row)


_FIND_PLANNED_CONTACT = sql("""
    SELECT c.id FROM prompts p
    JOIN planned_contacts c ON c.provider_id = :provider_id AND c.id = p.planned_contact_id
    WHERE p.provider_id = :provider_id AND p.id = :prompt_id AND c.state = 'planned'
""")


async def find_planned_contact(tx: Transaction, prompt_id: UUID) -> UUID | None:
    """The occurrence that this prompt fulfils, while that is still to be done."""
    contact_id: UUID | None = await tx.fetch_value(_FIND_PLANNED_CONTACT, prompt_id=prompt_id)
    return contact_id
