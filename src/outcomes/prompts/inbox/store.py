"""The SQL of incoming texts, which are encrypted and decrypted here.

A message is stored under the provider's quarantine key. Once it is matched to one survivor it is
re-encrypted with their key, and the first blob is overwritten in the same transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from msgspec import Struct

from outcomes.messaging.gateways.models import InboundSms
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import caseload_args, in_caseload
from outcomes.platform.access.data_keys import quarantine_key, wrapped_keys
from outcomes.platform.db import Row, Transaction
from outcomes.platform.encryption import DataKey, DecryptionError, Field, WrappedKey
from outcomes.platform.paging import Moment, position_args
from outcomes.platform.sql import sql
from outcomes.prompts.models import InboxMessage, MessageKind, task_of
from outcomes.prompts.store import BODY, text_of
from outcomes.tasks.models import TaskKind

FROM = Field("inbound_messages", "from_ciphertext")


class Unread(Struct, frozen=True):
    """An unread message, locked. Sender and body are None when their key is gone."""

    id: UUID
    from_bidx: bytes
    received_at: datetime
    sender: str | None
    body: str | None
    opt_out_type: str | None

    def __repr__(self) -> str:
        return f"Unread({self.id})"


class Visible(Struct, frozen=True):
    """A message of the Inbox that is about to be handled."""

    task: TaskKind
    survivor_id: UUID | None
    handled: bool


_INSERT_MESSAGE = sql("""
    INSERT INTO inbound_messages (provider_id, id, gateway_message_id, signature_digest,
        sender_number_id, from_bidx, data_key_id, from_ciphertext, body_ciphertext, state,
        opt_out_type, received_at)
    SELECT :provider_id, :message_id, :gateway_message_id, :signature_digest, n.id, :from_bidx,
        :data_key_id, :from_ciphertext, :body_ciphertext, 'unread', :opt_out_type, :now
    FROM sender_numbers n WHERE n.provider_id = :provider_id AND n.number = :number
    ON CONFLICT DO NOTHING RETURNING true
""")


async def insert_message(tx: Transaction, sms: InboundSms, now: datetime) -> bool:
    """Whether it is new: stored once per id and per signature, however often it is posted."""
    key, message_id = await quarantine_key(tx, now), uuid4()
    new = await tx.fetch_value(
        _INSERT_MESSAGE,
        message_id=message_id,
        gateway_message_id=sms.message_sid,
        signature_digest=sms.signature_digest,
        number=sms.to,
        from_bidx=tx.caller.scope.keys.phone_index(sms.from_),
        data_key_id=key.id,
        from_ciphertext=key.encrypt_text(FROM, message_id, sms.from_),
        body_ciphertext=key.encrypt_text(BODY, message_id, sms.body),
        opt_out_type=sms.opt_out_type,
        now=now,
    )
    return bool(new)


_LOCK_NEXT_UNREAD = sql("""
    SELECT id, from_bidx, received_at, data_key_id, from_ciphertext, body_ciphertext,
           opt_out_type
    FROM inbound_messages
    WHERE provider_id = :provider_id AND state = 'unread'
      AND (received_at, id) > (:after_at, :after_id)
    ORDER BY received_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
""")


async def lock_next_unread(tx: Transaction, after: tuple[datetime, UUID]) -> Unread | None:
    """The oldest unread message after that one that no other process has locked."""
    row = await tx.fetch_row(_LOCK_NEXT_UNREAD, after_at=after[0], after_id=after[1])
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
    tx: Transaction, row: Row, keys: Mapping[UUID, WrappedKey]
) -> tuple[str | None, str | None]:
    """Sender and body; None for both when their key was destroyed or cannot decrypt them."""
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


_IS_STAFF_PHONE = sql("""
    SELECT true FROM accounts
    WHERE provider_id = :provider_id AND phone_bidx = :phone_bidx AND state = 'active' LIMIT 1
""")


async def is_staff_phone(tx: Transaction, phone_bidx: bytes) -> bool:
    """Whether an active account has this number."""
    return bool(await tx.fetch_value(_IS_STAFF_PHONE, phone_bidx=phone_bidx))


_NEXT_UNREAD = sql(
    """SELECT min(received_at) FROM inbound_messages
    WHERE provider_id = :provider_id AND state = 'unread'"""
)


async def next_unread(tx: Transaction) -> datetime | None:
    """When the oldest unread message was received (UTC)."""
    received_at: datetime | None = await tx.fetch_value(_NEXT_UNREAD)
    return received_at


_SET_READ = sql("""
    UPDATE inbound_messages SET state = :state, kind = :kind, prompt_id = :prompt_id, read_at = :now
    WHERE provider_id = :provider_id AND id = :message_id
""")


async def set_read(
    tx: Transaction,
    message_id: UUID,
    kind: MessageKind,
    *,
    needs_person: bool,
    prompt_id: UUID | None,
    now: datetime,
) -> None:
    """Store the kind and state of a message that was read."""
    await tx.execute(
        _SET_READ,
        message_id=message_id,
        state="needs_person" if needs_person else "recorded",
        kind=kind,
        prompt_id=prompt_id,
        now=now,
    )


_ASSIGN_TO_SURVIVOR = sql("""
    UPDATE inbound_messages
    SET survivor_id = :survivor_id, data_key_id = :data_key_id, from_ciphertext = :from_ciphertext,
                                body_ciphertext = :body_ciphertext
    WHERE provider_id = :provider_id AND id = :message_id
""")


async def assign_to_survivor(
    tx: Transaction, message: Unread, survivor_id: UUID, key: DataKey
) -> None:
    """Assign a message to one survivor; the ciphertext under the quarantine key is overwritten."""
    if message.sender is None or message.body is None:
        await _match(tx, message.id, survivor_id)
        return
    await tx.execute(
        _ASSIGN_TO_SURVIVOR,
        message_id=message.id,
        survivor_id=survivor_id,
        data_key_id=key.id,
        from_ciphertext=key.encrypt_text(FROM, message.id, message.sender),
        body_ciphertext=key.encrypt_text(BODY, message.id, message.body),
    )


_MATCH = sql("""
    UPDATE inbound_messages SET survivor_id = :survivor_id WHERE provider_id = :provider_id
      AND id = :message_id
""")


async def _match(tx: Transaction, message_id: UUID, survivor_id: UUID) -> None:
    await tx.execute(_MATCH, message_id=message_id, survivor_id=survivor_id)


_MAY_SEE = f"""({in_caseload("s")}
        OR (:caller_reach::text = 'team' AND m.survivor_id IS NULL)
        OR EXISTS (SELECT 1 FROM providers o WHERE o.provider_id = :provider_id
                   AND o.on_call_account_id = :caller_account_id::uuid))"""
"""Which messages a caller sees: those of their caseload; unmatched ones if they are a team lead; all of
them if they are on call, because they were alerted."""

_WAITING = """FROM inbound_messages m
    LEFT JOIN survivors s ON s.provider_id = :provider_id AND s.id = m.survivor_id
    LEFT JOIN prompts p ON p.provider_id = :provider_id AND p.id = m.prompt_id
    LEFT JOIN outgoing_messages o ON o.provider_id = :provider_id AND o.id = m.prompt_id"""


_LIST_WAITING = sql(f"""
    SELECT m.id, m.kind, m.survivor_id, m.prompt_id, m.received_at, m.data_key_id,
           m.from_ciphertext, m.body_ciphertext, s.reference, p.wording_code,
           p.wording_version, coalesce(o.sent_at, o.due_at) AS asked_at
    {_WAITING}
    WHERE m.provider_id = :provider_id AND m.state = 'needs_person' AND {_MAY_SEE}
      AND (:only::uuid IS NULL OR m.id = :only)
      AND (:after_at::timestamptz IS NULL OR (m.received_at, m.id) > (:after_at, :after_id::uuid))
    ORDER BY m.received_at, m.id LIMIT :limit
""")


async def list_waiting(
    tx: Transaction, *, after: Moment | None, only: UUID | None = None, limit: int, now: datetime
) -> list[InboxMessage]:
    """Messages that need the caller, oldest first, decrypted and audited; `only` selects one."""
    rows = await tx.fetch(
        _LIST_WAITING, limit=limit, only=only, **position_args(Moment, after), **caseload_args(tx)
    )
    ids = tuple(row["survivor_id"] for row in rows if row["survivor_id"] is not None)
    await audit.record_access(tx, "inbox.listed", ids, ("body",), now=now)
    keys = await wrapped_keys(tx, [row["data_key_id"] for row in rows])
    return [_inbox_message(tx, row, keys) for row in rows]


def _inbox_message(tx: Transaction, row: Row, keys: Mapping[UUID, WrappedKey]) -> InboxMessage:
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


_LOCK_VISIBLE = sql(f"""
    SELECT m.id, m.kind, m.state, m.prompt_id, m.survivor_id {_WAITING}
    WHERE m.provider_id = :provider_id AND m.id = :message_id
      AND m.state IN ('needs_person', 'handled')
      AND {_MAY_SEE} FOR UPDATE OF m
""")


async def lock_visible(tx: Transaction, message_id: UUID) -> Visible:
    """A message that the caller may see, open or handled. Raises NotFound otherwise."""
    row = await tx.get_row(_LOCK_VISIBLE, message_id=message_id, **caseload_args(tx))
    return Visible(
        task=task_of(MessageKind(row["kind"]), row["prompt_id"]),
        survivor_id=row["survivor_id"],
        handled=row["state"] == "handled",
    )


_SET_HANDLED = sql("""
    UPDATE inbound_messages SET state = 'handled', handled_at = :now, handled_by = :handled_by
    WHERE provider_id = :provider_id AND id = :message_id
""")


async def set_handled(tx: Transaction, message_id: UUID, now: datetime) -> None:
    await tx.execute(
        _SET_HANDLED, message_id=message_id, now=now, handled_by=tx.caller.actor.account
    )
