"""The SQL of planning prompts and of showing them; the answers on record are decrypted here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from outcomes.platform.access import audit
from outcomes.platform.access.caseload import Admitted
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import Field
from outcomes.platform.sql import sql
from outcomes.prompts.gate import Accepted, Terms, wordings
from outcomes.prompts.inbox.replies import read_answer
from outcomes.prompts.models import WHY, Prompt, PromptState
from outcomes.prompts.wordings.wording import Wording, find_wording
from outcomes.survivors.models import Reach

BODY = Field("inbound_messages", "body_ciphertext")


class Unplanned(Struct, frozen=True):
    """An occurrence of the schedule that has no prompt, or one that may be planned again."""

    id: UUID
    survivor_id: UUID
    due_at: datetime
    closes_at: datetime
    withheld_for: str | None


class NewPrompt(Struct, frozen=True):
    """A prompt to be. Without a safe contact or number in `reach`, its terms withhold it."""

    id: UUID
    reach: Reach
    terms: Terms
    due_at: datetime
    expires_at: datetime
    planned_contact_id: UUID | None = None
    requested_by: UUID | None = None
    retry_of: UUID | None = None


_INSERT = """INSERT INTO prompts (provider_id, id, survivor_id, planned_contact_id, requested_by,
    retry_of, wording_code, wording_version, contact_method_id, safe_contact_version,
    sender_number_id, state, reason, due_at, expires_at, closed_at)
    VALUES (:provider_id, :id, :survivor_id, :planned_contact_id, :requested_by, :retry_of,
        :wording_code, :wording_version, :contact_method_id, :safe_contact_version,
        :sender_number_id, :state, :reason, :due_at, :expires_at, :closed_at)"""
_INSERT_PROMPT = sql(_INSERT)
_PLAN = sql(f"""
    {_INSERT}
    ON CONFLICT (provider_id, planned_contact_id) WHERE retry_of IS NULL DO UPDATE
    SET wording_code = excluded.wording_code, wording_version = excluded.wording_version,
        contact_method_id = excluded.contact_method_id,
        safe_contact_version = excluded.safe_contact_version, state = excluded.state,
        reason = excluded.reason, due_at = excluded.due_at, expires_at = excluded.expires_at,
        closed_at = excluded.closed_at, tries = 0, try_at = NULL
    WHERE prompts.state IN ('withheld', 'cancelled')
""")


_LIST_UNPLANNED = sql("""
    SELECT c.id, c.survivor_id, c.due_at, c.closes_at,
           CASE WHEN p.state = 'withheld' THEN p.reason END AS withheld_for
    FROM planned_contacts c
    JOIN pathways w ON w.provider_id = :provider_id AND w.id = c.pathway_id
                   AND w.ended_at IS NULL
    LEFT JOIN prompts p ON p.provider_id = :provider_id AND p.planned_contact_id = c.id
                       AND p.retry_of IS NULL
    WHERE c.provider_id = :provider_id AND c.series = 'prompt' AND c.state = 'planned'
      AND c.due_at <= :until AND c.closes_at > :now AND (c.due_at, c.id) > (:after_at, :after_id)
      AND (p.id IS NULL
           OR ((p.state = 'withheld'
                OR (p.state = 'cancelled' AND p.reason = 'number_frozen'))
               AND c.due_at > :now)
           OR (p.state = 'cancelled' AND p.reason IN
               ('number_changed', 'profile_changed', 'schedule_changed')))
    ORDER BY c.due_at, c.id LIMIT :limit
""")


async def list_unplanned(
    tx: Transaction, *, now: datetime, until: datetime, after: tuple[datetime, UUID], limit: int
) -> list[Unplanned]:
    """Occurrences due until then, in order, that need a prompt or may be planned again.

    What was withheld, or taken back for a number on hold, is looked at again until it is due; what
    was cancelled by a change, until its window closes.
    """
    rows = await tx.fetch(
        _LIST_UNPLANNED, now=now, until=until, after_at=after[0], after_id=after[1], limit=limit
    )
    return [Unplanned(**row) for row in rows]


async def plan(tx: Transaction, new: Sequence[NewPrompt], now: datetime) -> None:
    """One prompt an occurrence, however often this is called and from however many processes."""
    sender_id = await _sender_id(tx)
    rows = [_row(one, sender_id, now) for one in new]
    await tx.execute_many(_PLAN, rows)


async def insert_prompt(tx: Transaction, new: NewPrompt, now: datetime) -> None:
    """A prompt that a person asked for, or a retry."""
    await tx.execute(_INSERT_PROMPT, **_row(new, await _sender_id(tx), now))


def _row(new: NewPrompt, sender_id: UUID, now: datetime) -> dict[str, object]:
    wording, contact, withheld = new.terms.wording, new.reach.safe_contact, new.terms.withheld
    state = PromptState.SCHEDULED if withheld is None else PromptState.WITHHELD
    return {
        "id": new.id,
        "survivor_id": new.reach.survivor_id,
        "planned_contact_id": new.planned_contact_id,
        "requested_by": new.requested_by,
        "retry_of": new.retry_of,
        "wording_code": wording.code if wording else None,
        "wording_version": wording.version if wording else None,
        "contact_method_id": new.reach.contact_method_id,
        "safe_contact_version": contact.version if contact else None,
        "sender_number_id": sender_id,
        "state": state,
        "reason": withheld,
        "due_at": new.due_at,
        "expires_at": new.expires_at,
        "closed_at": None if withheld is None else now,
    }


_SENDER_ID = sql("""
    SELECT id FROM sender_numbers WHERE provider_id = :provider_id AND used_for = 'survivors'
""")


async def _sender_id(tx: Transaction) -> UUID:
    sender_id: UUID = await tx.fetch_value(_SENDER_ID)
    return sender_id


_LIST_ACCEPTED = sql("""
    SELECT wording_code, wording_version FROM wording_acceptances WHERE provider_id = :provider_id
""")


async def list_accepted(tx: Transaction) -> Accepted:
    """The wordings that this provider's admin has accepted."""
    rows = await tx.fetch(_LIST_ACCEPTED)
    return frozenset((row["wording_code"], row["wording_version"]) for row in rows)


_INSERT_ACCEPTANCE = sql("""
    INSERT INTO wording_acceptances (provider_id, id, wording_code, wording_version, language,
                                     accepted_by, accepted_at)
    VALUES (:provider_id, :acceptance_id, :wording_code, :wording_version, :language, :accepted_by,
        :now)
    ON CONFLICT (provider_id, wording_code, wording_version, language) DO NOTHING
""")


async def insert_acceptance(
    tx: Transaction, acceptance_id: UUID, wording: Wording, now: datetime
) -> None:
    await tx.execute(
        _INSERT_ACCEPTANCE,
        acceptance_id=acceptance_id,
        wording_code=wording.code,
        wording_version=wording.version,
        language=wording.language,
        accepted_by=tx.caller.actor.account,
        now=now,
    )


_LOCK_SURVIVOR = sql("""
    SELECT 1 FROM survivors WHERE provider_id = :provider_id AND id = :survivor_id FOR NO KEY UPDATE
""")


_IS_ONE_ON_ITS_WAY = sql("""
    SELECT true FROM prompts
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id
      AND (state = 'sending' OR (state = 'scheduled' AND expires_at > :now
                                 AND due_at <= :now + interval '1 minute'))
    LIMIT 1
""")


async def is_one_on_its_way(tx: Transaction, survivor_id: UUID, now: datetime) -> bool:
    """Whether a message to them is being sent, or will be within the minute. Who asks next waits for
    this transaction, so that two people do not both find none."""
    await tx.execute(_LOCK_SURVIVOR, survivor_id=survivor_id)
    return bool(await tx.fetch_value(_IS_ONE_ON_ITS_WAY, survivor_id=survivor_id, now=now))


_LIST_PROMPTS = sql(f"""
    {audit.FOLDED}
    SELECT p.id, p.state, p.reason, p.wording_code, p.wording_version, p.due_at, p.expires_at,
           p.sent_at, p.answered_at, p.planned_contact_id, p.requested_by, p.retry_of,
           m.id AS message_id, m.body_ciphertext
    FROM prompts p
    LEFT JOIN inbound_messages m ON m.provider_id = :provider_id AND m.prompt_id = p.id
                                AND m.kind = 'answer'
    WHERE p.provider_id = :provider_id AND p.survivor_id = :survivor_id
      AND (:after::uuid IS NULL OR (p.due_at, p.id) <
           (SELECT q.due_at, q.id FROM prompts q WHERE q.provider_id = :provider_id
            AND q.id = :after))
    ORDER BY p.due_at DESC, p.id DESC LIMIT :limit
""")


async def list_prompts(
    tx: Transaction, opened: Admitted, *, after: UUID | None, limit: int
) -> list[Prompt]:
    """Their prompts, the latest due first, with the answers; audited in the same statement."""
    event = audit.Event("prompt.listed", "survivor", (opened.survivor_id,), ("answer",))
    rows = await tx.fetch(
        _LIST_PROMPTS,
        **audit.args(tx.caller, event, opened.now),
        survivor_id=opened.survivor_id,
        after=after,
        limit=limit,
    )
    return [_prompt(opened, row) for row in rows]


def _prompt(opened: Admitted, row: Any) -> Prompt:
    answer = None
    if row["message_id"] is not None:
        body = opened.key.decrypt_text(BODY, row["message_id"], row["body_ciphertext"])
        answer = read_answer(body)
    return Prompt(
        id=row["id"],
        state=PromptState(row["state"]),
        reason=row["reason"],
        why=WHY[row["reason"]] if row["reason"] else None,
        text=text_of(row),
        due_at=row["due_at"],
        expires_at=row["expires_at"],
        sent_at=row["sent_at"],
        answered_at=row["answered_at"],
        answer=answer,
        planned_contact_id=row["planned_contact_id"],
        requested_by=row["requested_by"],
        retry_of=row["retry_of"],
    )


def text_of(row: Any) -> str | None:
    """The words of a prompt's row; None when it has none, or they left the product."""
    if row["wording_code"] is None:
        return None
    wording = find_wording(wordings(), row["wording_code"], row["wording_version"])
    return wording.text if wording else None
