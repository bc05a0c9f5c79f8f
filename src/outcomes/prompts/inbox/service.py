"""Incoming texts: stored at once, read in order by the worker, and handled by a person.

The sender of a text is never proven, so a text only changes what keeps people safe: texts stop, a number
is frozen, a task is raised. No text is ever answered.
"""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from outcomes.errors import NotFound, Unavailable
from outcomes.messaging.gateways.models import InboundSms
from outcomes.platform.access import audit
from outcomes.platform.access.data_keys import survivor_keys
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Database, Transaction
from outcomes.platform.paging import Moment
from outcomes.prompts.inbox import store as store_inbox
from outcomes.prompts.inbox.replies import (
    Answer,
    Answered,
    Duress,
    FreeText,
    OptOut,
    Reply,
    WrongNumber,
    read_reply,
)
from outcomes.prompts.inbox.store import Unread
from outcomes.prompts.models import CancelReason, InboxMessage, MessageKind, task_of
from outcomes.prompts.sending.producer import cancel_retry, cancel_scheduled
from outcomes.prompts.sending.store import find_open_prompt, set_answered
from outcomes.prompts.store import find_workers
from outcomes.providers import service as providers
from outcomes.survivors.models import Contactability
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.tasks import service as tasks
from outcomes.tasks.models import TaskKind

MOST_AT_ONCE = 50
"""Messages read in one tenant run; the others follow after the other providers
(product default; no external source)."""

_ONLY_RECORDED = (Answered(Answer.FINE), Answered(Answer.NOT_SO_GOOD))
"""Replies that need no person when they answer a prompt."""

_BEGINNING = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


class _Reading(Struct, frozen=True):
    """A message, the survivors who have its number, and what it says."""

    message: Unread
    holders: tuple[Contactability, ...]
    reply: Reply
    author: Contactability | None
    """The only survivor with the number; None for an unknown, a shared or a colleague's number."""
    from_staff: bool

    @property
    def holder_ids(self) -> list[UUID]:
        return [contactability.survivor_id for contactability in self.holders]


async def receive(db: Database, caller: Caller, sms: InboundSms) -> None:
    """Store a verified text once. Nothing is sent to that number until the text is read, and handled if it
    needs a person.

    The next run is brought forward in a second transaction: a locked registry row delays the reading by a
    minute at most, and must not fail the request, because the gateway does not send it again.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        new = await store_inbox.insert_message(tx, sms, now)
    if new:
        with suppress(Unavailable):
            async with db.transaction(caller) as tx:
                await providers.bring_next_run_forward(tx, now)


async def read_inbox(db: Database, caller: Caller) -> int:
    """Read unread texts, oldest first, each in its own transaction; returns how many were read.

    A message that fails stays unread and does not delay the others, which may be urgent. The error is
    raised at the end.
    """
    last, read, failures = _BEGINNING, 0, list[Exception]()
    for _ in range(MOST_AT_ONCE):
        message: Unread | None = None
        try:
            async with db.transaction(caller) as tx:
                message = await store_inbox.lock_next_unread(tx, last)
                if message is None:
                    break
                await _read(tx, message, await tx.now())
            read += 1
        except Exception as error:
            if message is None:
                raise
            failures.append(error)
        last = (message.received_at, message.id)
    if failures:
        raise failures[0]
    return read


async def _read(tx: Transaction, message: Unread, now: datetime) -> None:
    """Opt-out words first, then the danger word, then the answer; otherwise a person reads it."""
    reading = await _interpret(tx, message)
    await audit.record_access(tx, "reply.read", tuple(reading.holder_ids), ("body",), now=now)
    prompt_id = await _match(tx, reading, now)
    await _stop_texts(tx, reading, now)
    kind = _kind(reading)
    if kind is MessageKind.ANSWER and prompt_id is not None:
        await set_answered(tx, prompt_id, message.received_at)
        await cancel_retry(tx, prompt_id, now)
    recorded = prompt_id is not None and reading.reply in _ONLY_RECORDED
    await store_inbox.set_read(
        tx, message.id, kind, needs_person=not recorded, prompt_id=prompt_id, now=now
    )
    if not recorded:
        await _raise_task(tx, reading, task_of(kind, prompt_id), now)


async def _match(tx: Transaction, reading: _Reading, now: datetime) -> UUID | None:
    """Assign the message to the survivor it is from; returns the prompt it may answer."""
    if reading.author is None:
        return None
    survivor_id = reading.author.survivor_id
    key = (await survivor_keys(tx, [survivor_id])).get(survivor_id)
    if key is None:
        return None
    await store_inbox.assign_to_survivor(tx, reading.message, survivor_id, key)
    return await find_open_prompt(tx, survivor_id, now)


async def _interpret(tx: Transaction, message: Unread) -> _Reading:
    """Interpret a message. The danger words of all survivors with the number are checked."""
    ids = await safe_contact.list_holders(tx, message.from_bidx)
    holders = tuple((await safe_contact.list_contactability(tx, ids)).values()) if ids else ()
    from_staff = await store_inbox.is_staff_phone(tx, message.from_bidx)
    words = await safe_contact.list_danger_words(tx, ids)
    replies = [(one, _reply(message, words.get(one.survivor_id))) for one in holders]
    alone = holders[0] if len(holders) == 1 else None
    author, reply = alone, (replies[0][1] if replies else _reply(message, None))
    for contactability, said in replies:
        if isinstance(said, Duress):
            author, reply = contactability, said
    return _Reading(message, holders, reply, None if from_staff else author, from_staff)


def _reply(message: Unread, danger_word: str | None) -> Reply:
    if message.body is None:
        return OptOut() if message.opt_out_type == "STOP" else FreeText()
    return read_reply(message.body, duress_word=danger_word, opt_out_type=message.opt_out_type)


async def _stop_texts(tx: Transaction, reading: _Reading, now: datetime) -> None:
    """Stop texts at once, for everybody who has the number."""
    reply = reading.reply
    if isinstance(reply, OptOut) or (isinstance(reply, Duress) and reply.also_opt_out):
        await _opt_out(tx, reading, "reply", now)
    if isinstance(reply, Duress):
        await _opt_out(tx, reading, "duress", now)
    if isinstance(reply, WrongNumber):
        for contactability in reading.holders:
            if contactability.contact_method_id is not None:
                await safe_contact.freeze_number(
                    tx, contactability.contact_method_id, "wrong_number", now
                )
        await cancel_scheduled(tx, reading.holder_ids, CancelReason.NUMBER_FROZEN, now)


async def _opt_out(tx: Transaction, reading: _Reading, source: str, now: datetime) -> None:
    """Put the number, and each survivor who has it, on the opt-out list; also an unknown number."""
    people: list[UUID | None] = [*reading.holder_ids]
    for survivor_id in people or [None]:
        await safe_contact.insert_opt_out(
            tx,
            survivor_id=survivor_id,
            phone_bidx=reading.message.from_bidx,
            source=source,
            now=now,
        )
    await cancel_scheduled(tx, reading.holder_ids, CancelReason.OPTED_OUT, now)


def _kind(reading: _Reading) -> MessageKind:
    """The kind of a message; kinds that stop texts come first."""
    if isinstance(reading.reply, Duress):
        return MessageKind.DURESS
    if isinstance(reading.reply, OptOut):
        return MessageKind.OPT_OUT
    if reading.from_staff:
        return MessageKind.STAFF_PHONE
    if reading.author is None:
        return MessageKind.SHARED_NUMBER if reading.holders else MessageKind.UNKNOWN_NUMBER
    if isinstance(reading.reply, Answered):
        return MessageKind.ANSWER
    if isinstance(reading.reply, WrongNumber):
        return MessageKind.WRONG_NUMBER
    return MessageKind.FREE_TEXT


async def _raise_task(tx: Transaction, reading: _Reading, task: TaskKind, now: datetime) -> None:
    survivor_id = reading.author.survivor_id if reading.author else None
    workers = await find_workers(tx, [survivor_id]) if survivor_id else {}
    await tasks.raise_task(
        tx,
        task,
        subject_kind="inbound_message",
        subject_id=reading.message.id,
        survivor_id=survivor_id,
        owner_account_id=workers.get(survivor_id) if survivor_id else None,
        now=now,
    )


async def list_inbox(
    db: Database, caller: Caller, *, after: Moment | None = None, limit: int = 50
) -> list[InboxMessage]:
    """Messages that need a person, oldest first."""
    async with db.transaction(caller) as tx:
        return await store_inbox.list_waiting(tx, after=after, limit=limit, now=await tx.now())


async def get_message(db: Database, caller: Caller, message_id: UUID) -> InboxMessage:
    """A message that needs a person. Raises NotFound when it was handled, or the caller may not see it."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        found = await store_inbox.list_waiting(tx, after=None, only=message_id, limit=1, now=now)
    if not found:
        raise NotFound
    return found[0]


async def handle_message(db: Database, caller: Caller, message_id: UUID) -> None:
    """Mark a message and its task as done. Idempotent.

    Raises:
        NotFound: absent, or the caller may not see it.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        visible = await store_inbox.lock_visible(tx, message_id)
        if visible.handled:
            return
        await store_inbox.set_handled(tx, message_id, now)
        await tasks.resolve_task(tx, visible.task, message_id, now)
        ids = (visible.survivor_id,) if visible.survivor_id else ()
        await audit.record_access(tx, "inbox.handled", ids, ("state",), now=now)


async def next_unread(tx: Transaction) -> datetime | None:
    """When the oldest unread message was received (UTC)."""
    return await store_inbox.next_unread(tx)
