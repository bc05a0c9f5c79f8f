"""The SQL of planning and listing prompts; stored answers are decrypted here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from outcomes.messaging import service as messages
from outcomes.messaging.lifecycle import MessageState
from outcomes.messaging.models import NewMessage, NumberUse, RecipientKind
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor
from outcomes.platform.db import Row, Transaction
from outcomes.platform.encryption import Field
from outcomes.platform.paging import Moment, position_args
from outcomes.platform.sql import sql
from outcomes.prompts.gate import Accepted, Terms, wordings
from outcomes.prompts.inbox.replies import read_answer
from outcomes.prompts.models import Prompt
from outcomes.prompts.reasons import why_not_sent
from outcomes.prompts.wordings.wording import Wording, find_wording
from outcomes.survivors.models import Contactability

BODY = Field("inbound_messages", "body_ciphertext")


class Unplanned(Struct, frozen=True):
    """A scheduled text without a prompt, or with a prompt that may be planned again."""

    id: UUID
    survivor_id: UUID
    due_at: datetime
    closes_at: datetime
    prompt_id: UUID | None
    withheld_for: str | None


class NewPrompt(Struct, frozen=True):
    """A prompt to insert. Without a safe contact or number, its terms withhold it."""

    id: UUID
    contactability: Contactability
    terms: Terms
    due_at: datetime
    expires_at: datetime
    planned_contact_id: UUID | None = None
    requested_by: UUID | None = None
    retry_of: UUID | None = None


_PROMPT = """INSERT INTO prompts (provider_id, id, survivor_id, planned_contact_id, requested_by,
        retry_of, wording_code, wording_version, contact_method_id, safe_contact_version)
    VALUES (:provider_id, :id, :survivor_id, :planned_contact_id, :requested_by, :retry_of,
            :wording_code, :wording_version, :contact_method_id, :safe_contact_version)"""
_INSERT_PROMPT = sql(_PROMPT)
_PLAN_PROMPT = sql(
    f"""{_PROMPT}
    ON CONFLICT (provider_id, id) DO UPDATE
    SET wording_code = excluded.wording_code, wording_version = excluded.wording_version,
        contact_method_id = excluded.contact_method_id,
        safe_contact_version = excluded.safe_contact_version"""
)

_LIST_UNPLANNED = sql(
    """SELECT c.id, c.survivor_id, c.due_at, c.closes_at, p.id AS prompt_id,
              CASE WHEN m.state = 'withheld' THEN m.reason END AS withheld_for
    FROM planned_contacts c
    JOIN pathways w ON w.provider_id = :provider_id AND w.id = c.pathway_id AND w.ended_at IS NULL
    LEFT JOIN prompts p ON p.provider_id = :provider_id AND p.planned_contact_id = c.id
                       AND p.retry_of IS NULL
    LEFT JOIN outgoing_messages m ON m.provider_id = :provider_id AND m.id = p.id
    WHERE c.provider_id = :provider_id AND c.series = 'prompt' AND c.state = 'planned'
      AND c.due_at <= :until AND c.closes_at > :now AND (c.due_at, c.id) > (:after_due_at, :after_id)
      AND (p.id IS NULL
           OR ((m.state = 'withheld' OR (m.state = 'cancelled' AND m.reason = 'number_frozen'))
               AND c.due_at > :now)
           OR (m.state = 'cancelled' AND m.reason IN
               ('number_changed', 'profile_changed', 'schedule_changed')))
    ORDER BY c.due_at, c.id LIMIT :limit"""
)


async def list_unplanned(
    tx: Transaction, *, now: datetime, until: datetime, after: tuple[datetime, UUID], limit: int
) -> list[Unplanned]:
    """Occurrences due until then, in order, that need a prompt or may be planned again.

    Prompts that were withheld, or cancelled for a frozen number, may be planned again until they are due;
    those cancelled by a change, until their window closes.
    """
    after_due_at, after_id = after
    return await tx.fetch_as(
        Unplanned,
        _LIST_UNPLANNED,
        now=now,
        until=until,
        after_due_at=after_due_at,
        after_id=after_id,
        limit=limit,
    )


async def plan(tx: Transaction, new: Sequence[NewPrompt], now: datetime) -> None:
    """One prompt per occurrence, however often this is called and from however many processes."""
    planned = await messages.plan(tx, [_message(one) for one in new], now)
    await tx.execute_many(_PLAN_PROMPT, [_values(one) for one in new if one.id in planned])


async def insert_prompt(tx: Transaction, new: NewPrompt, now: datetime) -> None:
    """A prompt that a person asked for, or a retry."""
    await messages.schedule(tx, _message(new), now)
    await tx.execute(_INSERT_PROMPT, **_values(new))


def _message(new: NewPrompt) -> NewMessage:
    return NewMessage(
        id=new.id,
        recipient_kind=RecipientKind.SURVIVOR,
        recipient_id=new.contactability.survivor_id,
        sender=NumberUse.SURVIVORS,
        due_at=new.due_at,
        expires_at=new.expires_at,
        withheld=new.terms.withheld,
    )


def _values(new: NewPrompt) -> dict[str, object]:
    wording, contact = new.terms.wording, new.contactability.safe_contact
    return {
        "id": new.id,
        "survivor_id": new.contactability.survivor_id,
        "planned_contact_id": new.planned_contact_id,
        "requested_by": new.requested_by,
        "retry_of": new.retry_of,
        "wording_code": wording.code if wording else None,
        "wording_version": wording.version if wording else None,
        "contact_method_id": new.contactability.contact_method_id,
        "safe_contact_version": contact.version if contact else None,
    }


_LIST_ACCEPTED = sql("""
    SELECT wording_code, wording_version FROM wording_acceptances WHERE provider_id = :provider_id
""")


async def list_accepted(tx: Transaction) -> Accepted:
    """The wordings that this provider's admin has accepted."""
    rows = await tx.fetch(_LIST_ACCEPTED)
    return frozenset((row["wording_code"], row["wording_version"]) for row in rows)


_LIST_UNREAD = sql("""
    SELECT m.survivor_id FROM contact_methods m
    WHERE m.provider_id = :provider_id AND m.retired_at IS NULL
      AND m.survivor_id = ANY(:survivor_ids::uuid[])
      AND EXISTS (SELECT 1 FROM inbound_messages unread
                  WHERE unread.provider_id = :provider_id
                    AND unread.state IN ('unread', 'needs_person')
                    AND unread.from_bidx = m.phone_bidx)
""")


async def list_unread(tx: Transaction, survivor_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these survivors with an unhandled text from their number."""
    rows = await tx.fetch(_LIST_UNREAD, survivor_ids=list(survivor_ids))
    return frozenset(row["survivor_id"] for row in rows)


_INSERT_ACCEPTANCE = sql(
    """INSERT INTO wording_acceptances (provider_id, id, wording_code, wording_version, language,
                                        accepted_by, accepted_at)
    VALUES (:provider_id, :id, :code, :version, :language, :account_id, :now)
    ON CONFLICT (provider_id, wording_code, wording_version, language) DO NOTHING"""
)


async def insert_acceptance(
    tx: Transaction, acceptance_id: UUID, wording: Wording, now: datetime
) -> None:
    await tx.execute(
        _INSERT_ACCEPTANCE,
        id=acceptance_id,
        code=wording.code,
        version=wording.version,
        language=wording.language,
        account_id=tx.caller.actor.account,
        now=now,
    )


_ONE_ON_ITS_WAY = sql(
    """SELECT true FROM outgoing_messages
    WHERE provider_id = :provider_id AND recipient_kind = 'survivor'
      AND recipient_id = :survivor_id
      AND (state = 'sending' OR (state = 'scheduled' AND expires_at > :now
                                 AND due_at <= :now + interval '1 minute'))
    LIMIT 1"""
)


async def is_one_on_its_way(tx: Transaction, survivor_id: UUID, now: datetime) -> bool:
    """Whether a message to them is being sent, or will be within the minute."""
    return bool(await tx.fetch_value(_ONE_ON_ITS_WAY, survivor_id=survivor_id, now=now))


_LIST_PROMPTS = sql(
    f"""{audit.FOLDED}
    SELECT p.id, o.state, o.reason, p.wording_code, p.wording_version, o.due_at, o.expires_at,
           o.sent_at, p.answered_at, p.planned_contact_id, p.requested_by, p.retry_of,
           m.id AS message_id, m.body_ciphertext
    FROM prompts p
    JOIN outgoing_messages o ON o.provider_id = :provider_id AND o.id = p.id
    LEFT JOIN inbound_messages m ON m.provider_id = :provider_id AND m.prompt_id = p.id
                                AND m.kind = 'answer'
    WHERE p.provider_id = :provider_id AND p.survivor_id = :survivor_id
      AND (:after_at::timestamptz IS NULL OR (o.due_at, o.id) < (:after_at, :after_id::uuid))
    ORDER BY o.due_at DESC, o.id DESC LIMIT :limit"""
)


async def list_prompts(
    tx: Transaction, opened: AuthorisedSurvivor, *, after: Moment | None, limit: int
) -> list[Prompt]:
    """Their prompts, the latest due first, with the answers; audited in the same statement."""
    rows = await tx.fetch(
        _LIST_PROMPTS,
        **audit.opened_args(tx, opened, "prompt.listed", "answer"),
        survivor_id=opened.survivor_id,
        limit=limit,
        **position_args(Moment, after),
    )
    return [_prompt(opened, row) for row in rows]


def _prompt(opened: AuthorisedSurvivor, row: Row) -> Prompt:
    answer = None
    if row["message_id"] is not None:
        body = opened.key.decrypt_text(BODY, row["message_id"], row["body_ciphertext"])
        answer = read_answer(body)
    state, reason = MessageState(row["state"]), row["reason"]
    return Prompt(
        id=row["id"],
        state=state,
        reason=reason,
        why=why_not_sent(state, reason) if reason else None,
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


def text_of(row: Row) -> str | None:
    """The text of a prompt's wording; None without one, or if the wording no longer ships."""
    if row["wording_code"] is None:
        return None
    wording = find_wording(wordings(), row["wording_code"], row["wording_version"])
    return wording.text if wording else None


_FIND_WORKERS = sql(
    """SELECT survivor_id, account_id FROM caseload_assignments
    WHERE provider_id = :provider_id AND survivor_id = ANY(:survivor_ids::uuid[])
      AND until_at IS NULL"""
)


async def find_workers(tx: Transaction, survivor_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The account that each of these survivors is assigned to now."""
    rows = await tx.fetch(_FIND_WORKERS, survivor_ids=list(survivor_ids))
    return {row["survivor_id"]: row["account_id"] for row in rows}
