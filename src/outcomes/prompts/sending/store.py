"""The SQL of sending prompts: their terms, origin, retries and answers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from outcomes.errors import NotFound
from outcomes.messaging.models import Due
from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql
from outcomes.prompts.models import ANSWERABLE_FOR


class PlannedUnder(Struct, frozen=True):
    """The wording of a prompt, and the reason if its terms no longer hold."""

    id: UUID
    survivor_id: UUID
    wording_code: str
    wording_version: str
    stale: str | None


_STALE = """CASE
    WHEN m.id IS DISTINCT FROM p.contact_method_id THEN 'number_changed'
    WHEN v.version IS DISTINCT FROM p.safe_contact_version THEN 'profile_changed'
    WHEN c.id IS NOT NULL AND w.ended_at IS NOT NULL THEN 'pathway_ended'
    WHEN p.retry_of IS NULL AND c.id IS NOT NULL
         AND (c.state <> 'planned' OR c.due_at <> o.due_at) THEN 'schedule_changed'
    END"""
_PLANNED_UNDER = """JOIN outgoing_messages o ON o.provider_id = :provider_id AND o.id = p.id
    LEFT JOIN contact_methods m ON m.provider_id = :provider_id AND m.survivor_id = p.survivor_id
                               AND m.retired_at IS NULL
    LEFT JOIN (SELECT survivor_id, max(version) AS version FROM safe_contacts
               WHERE provider_id = :provider_id GROUP BY survivor_id) v
           ON v.survivor_id = p.survivor_id
    LEFT JOIN planned_contacts c ON c.provider_id = :provider_id AND c.id = p.planned_contact_id
    LEFT JOIN pathways w ON w.provider_id = :provider_id AND w.id = c.pathway_id"""

_LIST_PLANNED_UNDER = sql(
    f"""SELECT p.id, p.survivor_id, p.wording_code, p.wording_version, {_STALE} AS stale
    FROM prompts p
    {_PLANNED_UNDER}
    WHERE p.provider_id = :provider_id AND p.id = ANY(:ids::uuid[])"""
)


async def list_planned_under(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, PlannedUnder]:
    """The terms of these prompts, by id."""
    prompts = await tx.fetch_as(PlannedUnder, _LIST_PLANNED_UNDER, ids=list(ids))
    return {prompt.id: prompt for prompt in prompts}


_LOCK_STALE = sql(
    f"""SELECT p.id, p.survivor_id AS recipient_id, o.tries, {_STALE} AS stale
    FROM prompts p
    {_PLANNED_UNDER}
    WHERE p.provider_id = :provider_id AND o.state = 'scheduled' AND {_STALE} IS NOT NULL
    LIMIT 500 FOR UPDATE OF o SKIP LOCKED"""
)


async def lock_stale(tx: Transaction) -> list[tuple[Due, str]]:
    """Scheduled prompts that were planned for another number, profile, time or pathway."""
    rows = await tx.fetch(_LOCK_STALE)
    return [(Due(row["id"], row["recipient_id"], row["tries"]), row["stale"]) for row in rows]


class Origin(Struct, frozen=True):
    """The planned contact of a prompt, or the account that requested it."""

    planned_contact_id: UUID | None
    requested_by: UUID | None


_ORIGIN = sql(
    """SELECT planned_contact_id, requested_by FROM prompts
    WHERE provider_id = :provider_id AND id = :prompt_id"""
)


async def get_origin(tx: Transaction, prompt_id: UUID) -> Origin:
    origin = await tx.fetch_one_as(Origin, _ORIGIN, prompt_id=prompt_id)
    if origin is None:
        raise NotFound
    return origin


_FIND_RETRY = sql(
    "SELECT id FROM prompts WHERE provider_id = :provider_id AND retry_of = :prompt_id"
)


async def find_retry(tx: Transaction, prompt_id: UUID) -> UUID | None:
    """The prompt that repeats this one."""
    retry_id: UUID | None = await tx.fetch_value(_FIND_RETRY, prompt_id=prompt_id)
    return retry_id


_COUNT_RETRIES = sql(
    """WITH RECURSIVE chain AS (
        SELECT retry_of FROM prompts WHERE provider_id = :provider_id AND id = :prompt_id
        UNION ALL
        SELECT p.retry_of FROM prompts p
        JOIN chain ON p.id = chain.retry_of
        WHERE p.provider_id = :provider_id)
    SELECT count(retry_of) FROM chain"""
)


async def count_retries(tx: Transaction, prompt_id: UUID) -> int:
    """How many earlier prompts it is a retry of."""
    count: int = await tx.fetch_value(_COUNT_RETRIES, prompt_id=prompt_id)
    return count


class Method(Struct, frozen=True):
    """The number that a prompt was planned for, by its blind index."""

    id: UUID
    phone_bidx: bytes


_METHOD = sql(
    """SELECT m.id, m.phone_bidx FROM prompts p
    JOIN contact_methods m ON m.provider_id = :provider_id AND m.id = p.contact_method_id
    WHERE p.provider_id = :provider_id AND p.id = :prompt_id"""
)


async def get_method(tx: Transaction, prompt_id: UUID) -> Method:
    method = await tx.fetch_one_as(Method, _METHOD, prompt_id=prompt_id)
    if method is None:
        raise NotFound
    return method


_FIND_CONTACT = sql(
    """SELECT c.id FROM prompts p
    JOIN planned_contacts c ON c.provider_id = :provider_id AND c.id = p.planned_contact_id
    WHERE p.provider_id = :provider_id AND p.id = :prompt_id AND c.state = 'planned'"""
)


async def find_planned_contact(tx: Transaction, prompt_id: UUID) -> UUID | None:
    """The planned contact that this prompt completes, while it is still open."""
    contact_id: UUID | None = await tx.fetch_value(_FIND_CONTACT, prompt_id=prompt_id)
    return contact_id


_FIND_OPEN_PROMPT = sql(
    """SELECT p.id, p.answered_at
    FROM outgoing_messages o
    JOIN prompts p ON p.provider_id = :provider_id AND p.id = o.id
    WHERE o.provider_id = :provider_id AND o.recipient_kind = 'survivor'
      AND o.recipient_id = :survivor_id AND o.due_at > :due_after
      AND o.state IN ('sending', 'accepted', 'delivered', 'undelivered', 'unconfirmed')
    ORDER BY o.due_at DESC, o.id DESC LIMIT 1"""
)


async def find_open_prompt(tx: Transaction, survivor_id: UUID, now: datetime) -> UUID | None:
    """The latest prompt that they may have received, if it is unanswered and recent."""
    row = await tx.fetch_row(
        _FIND_OPEN_PROMPT, survivor_id=survivor_id, due_after=now - ANSWERABLE_FOR
    )
    return row["id"] if row is not None and row["answered_at"] is None else None


_SET_ANSWERED = sql("""
    UPDATE prompts SET answered_at = :answered_at WHERE provider_id = :provider_id
      AND id = :prompt_id
""")


async def set_answered(tx: Transaction, prompt_id: UUID, answered_at: datetime) -> None:
    await tx.execute(_SET_ANSWERED, prompt_id=prompt_id, answered_at=answered_at)
