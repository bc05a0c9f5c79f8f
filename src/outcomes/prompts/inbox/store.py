"""The SQL of what comes in, and the border where it is encrypted.

A message is stored under the provider's quarantine key. Once it is matched to one survivor it is
encrypted anew under theirs, and the first blob is overwritten in the same transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct

from outcomes.errors import NotFound
from outcomes.messaging.inbound import InboundSms
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import caseload_args, in_caseload
from outcomes.platform.access.data_keys import quarantine_key, wrapped_keys
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import DataKey, DecryptionError, Field, WrappedKey
from outcomes.prompts.models import OPEN_FOR, InboxMessage, MessageKind, task_of
from outcomes.prompts.store import BODY, text_of
from outcomes.providers.models import TaskKind

FROM = Field("inbound_messages", "from_ciphertext")


class Unread(Struct, frozen=True):
    """A message that nobody has looked at, locked. Words are None when their key is gone."""

    id: UUID
    from_bidx: bytes
    received_at: datetime
    sender: str | None
    body: str | None
    opt_out_type: str | None

    def __repr__(self) -> str:
        return f"Unread({self.id})"


class Visible(Struct, frozen=True):
    """A message of the Inbox that somebody is about to put away."""

    task: TaskKind
    survivor_id: UUID | None
    handled: bool


async def insert_message(tx: Transaction, sms: InboundSms, now: datetime) -> bool:
    """Whether it is new: stored once an id and once a signature, however often it is posted."""
    key, message_id = await quarantine_key(tx, now), uuid4()
    new = await tx.conn.fetchval(
        """INSERT INTO inbound_messages (provider_id, id, gateway_message_id, signature_digest,
               sender_number_id, from_bidx, data_key_id, from_ciphertext, body_ciphertext, state,
               opt_out_type, received_at)
           SELECT $1, $2, $3, $4, n.id, $6, $7, $8, $9, 'unread', $10, $11
           FROM sender_numbers n WHERE n.provider_id = $1 AND n.number = $5
           ON CONFLICT DO NOTHING RETURNING true""",
        tx.caller.provider_id,
        message_id,
        sms.message_sid,
        sms.signature_digest,
        sms.to,
        tx.caller.scope.keys.phone_index(sms.from_),
        key.id,
        key.encrypt_text(FROM, message_id, sms.from_),
        key.encrypt_text(BODY, message_id, sms.body),
        sms.opt_out_type,
        now,
    )
    return bool(new)


async def lock_next_unread(tx: Transaction, after: tuple[datetime, UUID]) -> Unread | None:
    """The oldest message after that one that nobody has looked at and nobody is looking at."""
    row = await tx.conn.fetchrow(
        """SELECT id, from_bidx, received_at, data_key_id, from_ciphertext, body_ciphertext,
                  opt_out_type
           FROM inbound_messages
           WHERE provider_id = $1 AND state = 'unread' AND (received_at, id) > ($2, $3)
           ORDER BY received_at, id LIMIT 1 FOR UPDATE SKIP LOCKED""",
        tx.caller.provider_id,
        *after,
    )
    if row is None:
        return None
    keys = await wrapped_keys(tx, [row["data_key_id"]])
    sender, body = _opened(tx, row, keys)
    return Unread(
        id=row["id"],
        from_bidx=row["from_bidx"],
        received_at=row["received_at"],
        sender=sender,
        body=body,
        opt_out_type=row["opt_out_type"],
    )


def _opened(
    tx: Transaction, row: Any, keys: Mapping[UUID, WrappedKey]
) -> tuple[str | None, str | None]:
    """Sender and body; None for both when their key was destroyed, or does not fit."""
    wrapped = keys.get(row["data_key_id"])
    if wrapped is None:
        return None, None
    try:
        key = tx.caller.scope.open_key(wrapped)
        sender = key.decrypt_text(FROM, row["id"], row["from_ciphertext"])
        body = key.decrypt_text(BODY, row["id"], row["body_ciphertext"])
    except DecryptionError:
        return None, None
    return sender, body


async def is_staff_phone(tx: Transaction, phone_bidx: bytes) -> bool:
    """Whether a colleague at work has this number."""
    return bool(
        await tx.conn.fetchval(
            """SELECT true FROM accounts
               WHERE provider_id = $1 AND phone_bidx = $2 AND state = 'active' LIMIT 1""",
            tx.caller.provider_id,
            phone_bidx,
        )
    )


async def find_open_prompt(tx: Transaction, survivor_id: UUID, now: datetime) -> UUID | None:
    """The latest message they may have got, if it is not answered and not too long ago."""
    row = await tx.conn.fetchrow(
        """SELECT id, answered_at FROM prompts
           WHERE provider_id = $1 AND survivor_id = $2 AND due_at > $3
             AND state IN ('sending', 'accepted', 'delivered', 'undelivered', 'unconfirmed')
           ORDER BY due_at DESC, id DESC LIMIT 1""",
        tx.caller.provider_id,
        survivor_id,
        now - OPEN_FOR,
    )
    return row["id"] if row is not None and row["answered_at"] is None else None


async def set_answered(tx: Transaction, prompt_id: UUID, answered_at: datetime) -> None:
    await tx.conn.execute(
        "UPDATE prompts SET answered_at = $3 WHERE provider_id = $1 AND id = $2",
        tx.caller.provider_id,
        prompt_id,
        answered_at,
    )


async def set_read(
    tx: Transaction,
    message_id: UUID,
    kind: MessageKind,
    *,
    needs_person: bool,
    prompt_id: UUID | None,
    now: datetime,
) -> None:
    """What a message turned out to be."""
    await tx.conn.execute(
        """UPDATE inbound_messages SET state = $3, kind = $4, prompt_id = $5, read_at = $6
           WHERE provider_id = $1 AND id = $2""",
        tx.caller.provider_id,
        message_id,
        "needs_person" if needs_person else "recorded",
        kind,
        prompt_id,
        now,
    )


async def give_to_survivor(
    tx: Transaction, message: Unread, survivor_id: UUID, key: DataKey
) -> None:
    """Match a message to one survivor; what was under the quarantine key is overwritten."""
    if message.sender is None or message.body is None:
        await _match(tx, message.id, survivor_id)
        return
    await tx.conn.execute(
        """UPDATE inbound_messages SET survivor_id = $3, data_key_id = $4, from_ciphertext = $5,
                                       body_ciphertext = $6
           WHERE provider_id = $1 AND id = $2""",
        tx.caller.provider_id,
        message.id,
        survivor_id,
        key.id,
        key.encrypt_text(FROM, message.id, message.sender),
        key.encrypt_text(BODY, message.id, message.body),
    )


async def _match(tx: Transaction, message_id: UUID, survivor_id: UUID) -> None:
    await tx.conn.execute(
        "UPDATE inbound_messages SET survivor_id = $3 WHERE provider_id = $1 AND id = $2",
        tx.caller.provider_id,
        message_id,
        survivor_id,
    )


def _may_see(first: int) -> str:
    """SQL for whose messages a person sees: their caseload's; unmatched ones, a team lead; all of
    them, whoever is on call, because the alert went to them."""
    reach, account = f"${first}", f"${first + 1}"
    return f"""({in_caseload("s", first)}
        OR ({reach}::text = 'team' AND m.survivor_id IS NULL)
        OR EXISTS (SELECT 1 FROM providers o WHERE o.provider_id = m.provider_id
                   AND o.on_call_account_id = {account}::uuid))"""


_WAITING = """FROM inbound_messages m
    LEFT JOIN survivors s ON s.provider_id = m.provider_id AND s.id = m.survivor_id
    LEFT JOIN prompts p ON p.provider_id = m.provider_id AND p.id = m.prompt_id"""


async def list_waiting(
    tx: Transaction, *, after: UUID | None, only: UUID | None = None, limit: int, now: datetime
) -> list[InboxMessage]:
    """What waits for the caller, oldest first, decrypted and audited; `only` asks for that one."""
    rows = await tx.conn.fetch(
        f"""SELECT m.id, m.kind, m.survivor_id, m.prompt_id, m.received_at, m.data_key_id,
                   m.from_ciphertext, m.body_ciphertext, s.reference, p.wording_code,
                   p.wording_version, coalesce(p.sent_at, p.due_at) AS asked_at
            {_WAITING}
            WHERE m.provider_id = $1 AND m.state = 'needs_person' AND {_may_see(5)}
              AND ($4::uuid IS NULL OR m.id = $4)
              AND ($2::uuid IS NULL OR (m.received_at, m.id) >
                   (SELECT a.received_at, a.id FROM inbound_messages a
                    WHERE a.provider_id = $1 AND a.id = $2))
            ORDER BY m.received_at, m.id LIMIT $3""",
        tx.caller.provider_id,
        after,
        limit,
        only,
        *caseload_args(tx),
    )
    ids = tuple(row["survivor_id"] for row in rows if row["survivor_id"] is not None)
    await audit.record(tx, audit.Event("inbox.listed", "survivor", ids, ("body",)), now)
    keys = await wrapped_keys(tx, [row["data_key_id"] for row in rows])
    return [_inbox_message(tx, row, keys) for row in rows]


def _inbox_message(tx: Transaction, row: Any, keys: Mapping[UUID, WrappedKey]) -> InboxMessage:
    sender, body = _opened(tx, row, keys)
    kind = MessageKind(row["kind"])
    return InboxMessage(
        id=row["id"],
        kind=kind,
        task=task_of(kind, row["prompt_id"]),
        body=body,
        sender=sender if row["survivor_id"] is None else None,
        survivor_id=row["survivor_id"],
        reference=row["reference"],
        asked=text_of(row),
        asked_at=row["asked_at"],
        received_at=row["received_at"],
    )


async def lock_visible(tx: Transaction, message_id: UUID) -> Visible:
    """A message that the caller may see, waiting or done. Raises NotFound otherwise."""
    row = await tx.conn.fetchrow(
        f"""SELECT m.id, m.kind, m.state, m.prompt_id, m.survivor_id {_WAITING}
            WHERE m.provider_id = $1 AND m.id = $2 AND m.state IN ('needs_person', 'handled')
              AND {_may_see(3)} FOR UPDATE OF m""",
        tx.caller.provider_id,
        message_id,
        *caseload_args(tx),
    )
    if row is None:
        raise NotFound
    return Visible(
        task=task_of(MessageKind(row["kind"]), row["prompt_id"]),
        survivor_id=row["survivor_id"],
        handled=row["state"] == "handled",
    )


async def set_handled(tx: Transaction, message_id: UUID, now: datetime) -> None:
    await tx.conn.execute(
        """UPDATE inbound_messages SET state = 'handled', handled_at = $3, handled_by = $4
           WHERE provider_id = $1 AND id = $2""",
        tx.caller.provider_id,
        message_id,
        now,
        tx.caller.actor.account,
    )
