"""The producer of messages to survivors: when one may be sent, in which words, and what follows.

A prompt is a message with the same id. Its terms are compared with what holds now.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from outcomes.messaging import service as messages
from outcomes.messaging.gateways.failures import FailureKind, delivery_retries
from outcomes.messaging.lifecycle import MessageEvent, MessageState
from outcomes.messaging.models import Change, Content, Due, RecipientKind, Unsendable, Verdict
from outcomes.pathways import service as pathways
from outcomes.platform.access import audit
from outcomes.platform.access.data_keys import logging_damage
from outcomes.platform.db import Transaction
from outcomes.prompts.facts import get_facts, list_facts
from outcomes.prompts.gate import GateFacts, expiry, terms_for_later, terms_now, wordings
from outcomes.prompts.models import CancelReason
from outcomes.prompts.sending import store
from outcomes.prompts.sending.store import PlannedUnder
from outcomes.prompts.store import NewPrompt, find_workers, insert_prompt
from outcomes.prompts.wordings.wording import find_wording
from outcomes.providers import service as providers
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.tasks import service as tasks
from outcomes.tasks.models import TaskKind

RETRY_AFTER = timedelta(minutes=30)
"""How long a retry waits after a failed delivery (product default; no external source)."""

_WITH_GATEWAY = (MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.UNDELIVERED)


class PromptProducer:
    """Messages to survivors."""

    recipient_kind = RecipientKind.SURVIVOR
    longest_wait = timedelta(hours=1)
    """After a longer wait the safe window would be over (product default; no external source)."""
    validity = timedelta(0)
    """Every prompt has an `expires_at`."""

    async def gate(
        self, tx: Transaction, due: Sequence[Due], now: datetime
    ) -> Mapping[UUID, Verdict]:
        """Consent, opt-out, number, safe window and wording as they are now."""
        prompts = await store.list_planned_under(tx, [one.id for one in due])
        facts = await list_facts(tx, [one.recipient_id for one in due])
        return {one.id: _verdict(prompts[one.id], facts[one.recipient_id], now) for one in due}

    async def compose(
        self, tx: Transaction, message: Due, now: datetime
    ) -> Content | Unsendable | None:
        """The number and the approved words, if the gate is still open. A number that cannot be decrypted
        fails the message and raises a task."""
        prompt = (await store.list_planned_under(tx, [message.id]))[message.id]
        verdict = _verdict(prompt, await get_facts(tx, message.recipient_id), now)
        wording = find_wording(wordings(), prompt.wording_code, prompt.wording_version)
        if verdict.event is not MessageEvent.CLAIM or wording is None:
            return None
        number = None
        with logging_damage():
            number = await safe_contact.get_number(tx, message.recipient_id)
        return Unsendable(FailureKind.OTHER) if number is None else Content(number, wording.text)

    async def find_stale(self, tx: Transaction, now: datetime) -> Sequence[tuple[Due, str]]:
        """Prompts that were planned for another number, profile, time or pathway."""
        return await store.lock_stale(tx)

    async def changed(self, tx: Transaction, change: Change, now: datetime) -> None:
        """Complete the planned contact, retry, or raise a task."""
        undelivered = change.before is MessageState.UNDELIVERED
        if undelivered and change.event is MessageEvent.REPORT_DELIVERED:
            await cancel_retry(tx, change.message_id, now)
        if change.after is change.before:
            return
        if change.after in _WITH_GATEWAY and change.before not in _WITH_GATEWAY:
            await _complete(tx, change, now)
        if change.after is MessageState.UNDELIVERED:
            if not await _retry(tx, change, now):
                await _react(tx, change, now)
        elif change.after is MessageState.FAILED:
            await _react(tx, change, now)
        elif change.after is MessageState.UNCONFIRMED:
            await _raise_task(tx, TaskKind.PROMPT_UNCONFIRMED, change, now)

    def event(self, action: str, recipient_ids: tuple[UUID, ...]) -> audit.Event:
        fields = ("reach",) if action == "claimed" else ("state",)
        return audit.Event(f"prompt.{action}", "survivor", recipient_ids, fields)


def _verdict(prompt: PlannedUnder, facts: GateFacts, now: datetime) -> Verdict:
    if prompt.stale is not None:
        return Verdict(MessageEvent.CANCEL, prompt.stale)
    if withheld := terms_now(facts, now).withheld:
        return Verdict(MessageEvent.WITHHOLD, withheld)
    wording = find_wording(wordings(), prompt.wording_code, prompt.wording_version)
    if wording is None or wording.language != facts.contactability.language:
        return Verdict(MessageEvent.CANCEL, CancelReason.PROFILE_CHANGED)
    return Verdict(MessageEvent.CLAIM)


async def cancel_scheduled(
    tx: Transaction, survivor_ids: Sequence[UUID], reason: CancelReason, now: datetime
) -> None:
    """Cancel everything scheduled for these survivors."""
    await messages.cancel_all(tx, RecipientKind.SURVIVOR, survivor_ids, reason, now)


async def cancel_retry(tx: Transaction, prompt_id: UUID, now: datetime) -> None:
    """Cancel the retry of a prompt that arrived after all, if it is still scheduled."""
    retry_id = await store.find_retry(tx, prompt_id)
    if retry_id is not None:
        reason = CancelReason.ARRIVED_AFTER_ALL
        await messages.cancel(tx, [retry_id], reason, now)


async def _complete(tx: Transaction, change: Change, now: datetime) -> None:
    """The gateway accepted it: resolve its task, and complete the planned contact."""
    await tasks.resolve_task(tx, TaskKind.PROMPT_UNCONFIRMED, change.message_id, now)
    contact_id = await store.find_planned_contact(tx, change.message_id)
    if contact_id is not None:
        await pathways.complete(tx, contact_id, now, survivor_id=change.recipient_id)


async def _retry(tx: Transaction, change: Change, now: datetime) -> bool:
    """Whether a retry was planned: for temporary failures only, at a safe time."""
    if await store.count_retries(tx, change.message_id) >= delivery_retries(change.error_code):
        return False
    facts = await get_facts(tx, change.recipient_id)
    due_at = now + RETRY_AFTER
    expires_at = expiry(facts.contactability, due_at)
    terms = terms_for_later(facts, now)
    if terms.withheld or expires_at is None:
        return False
    retried = await store.get_origin(tx, change.message_id)
    retry = NewPrompt(
        id=uuid4(),
        contactability=facts.contactability,
        terms=terms,
        due_at=due_at,
        expires_at=expires_at,
        planned_contact_id=retried.planned_contact_id,
        requested_by=retried.requested_by,
        retry_of=change.message_id,
    )
    await insert_prompt(tx, retry, now)
    await providers.bring_next_run_forward(tx, due_at)
    return True


async def _react(tx: Transaction, change: Change, now: datetime) -> None:
    """Act on a final failure: update opt-outs and numbers, and raise a task."""
    kind = TaskKind.PROMPT_FAILED
    survivor_id = change.recipient_id
    method = await store.get_method(tx, change.message_id)
    if change.failure is FailureKind.OPTED_OUT:
        kind = TaskKind.OPTED_OUT
        await safe_contact.insert_opt_out(
            tx,
            survivor_id=survivor_id,
            phone_bidx=method.phone_bidx,
            source="gateway",
            now=now,
        )
        await cancel_scheduled(tx, [survivor_id], CancelReason.OPTED_OUT, now)
    elif change.failure is FailureKind.BAD_NUMBER:
        await safe_contact.freeze_number(tx, method.id, "unknown_to_gateway", now)
        await cancel_scheduled(tx, [survivor_id], CancelReason.NUMBER_FROZEN, now)
    await _raise_task(tx, kind, change, now)


async def _raise_task(tx: Transaction, kind: TaskKind, change: Change, now: datetime) -> None:
    """A task about one prompt, for the survivor's support worker."""
    workers = await find_workers(tx, [change.recipient_id])
    await tasks.raise_task(
        tx,
        kind,
        subject_kind="prompt",
        subject_id=change.message_id,
        survivor_id=change.recipient_id,
        owner_account_id=workers.get(change.recipient_id),
        now=now,
    )
