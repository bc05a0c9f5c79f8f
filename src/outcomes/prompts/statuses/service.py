"""What becomes of a message after the gateway took it: told late, doubled and out of order."""

from datetime import datetime, timedelta
from uuid import uuid4

from outcomes.messaging.failures import delivery_retries, failure_kind
from outcomes.messaging.inbound import StatusUpdate
from outcomes.messaging.sending import callback_digest
from outcomes.messaging.statuses import GatewayStatus, later_status
from outcomes.platform.access import audit
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Database, Transaction
from outcomes.prompts import store
from outcomes.prompts.gate import expiry, terms_for_later
from outcomes.prompts.models import PromptState
from outcomes.prompts.sending import store as store_sending
from outcomes.prompts.sending.failures import react
from outcomes.prompts.sending.service import accepted
from outcomes.prompts.statuses import store as store_statuses
from outcomes.prompts.statuses.store import Told
from outcomes.prompts.store import NewPrompt
from outcomes.providers import service as providers
from outcomes.survivors import service as survivors

RETRY_AFTER = timedelta(minutes=30)
"""How long after a failed delivery a retry waits (ours)."""

_HELD = {
    PromptState.ACCEPTED: GatewayStatus.ACCEPTED,
    PromptState.DELIVERED: GatewayStatus.DELIVERED,
    PromptState.UNDELIVERED: GatewayStatus.UNDELIVERED,
}
_MEANS = {
    GatewayStatus.DELIVERED: PromptState.DELIVERED,
    GatewayStatus.UNDELIVERED: PromptState.UNDELIVERED,
    GatewayStatus.FAILED: PromptState.UNDELIVERED,
}


async def record_status(db: Database, caller: Caller, token: str, update: StatusUpdate) -> bool:
    """Keep a status, and act on it when it is news; whether the token is one of a prompt's.

    A status with our opaque token proves that the gateway took the message, whatever we had made
    of its silence.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        told = await store_statuses.lock_told(tx, callback_digest(caller, token))
        if told is None:
            return False
        word = update.status or "unknown"
        await store_statuses.insert_event(tx, told.id, word, update.error_code, now)
        event = audit.Event("prompt.status_told", "survivor", (told.survivor_id,), ("state",))
        await audit.record(tx, event, now)
        of_another_message = told.message_id not in (None, update.message_sid)
        if update.status is not None and not of_another_message:
            await _advance(tx, told, update, update.status, now)
        return True


async def _advance(
    tx: Transaction, told: Told, update: StatusUpdate, status: GatewayStatus, now: datetime
) -> None:
    if status is GatewayStatus.DELIVERED and told.state is PromptState.UNDELIVERED:
        await store_sending.cancel_retry(tx, told.id, now)
    later = later_status(_HELD.get(told.state), status)
    state = _MEANS.get(later, PromptState.ACCEPTED)
    if state is told.state:
        return
    await store_statuses.set_state(
        tx,
        told.id,
        state,
        message_id=update.message_sid,
        error_code=update.error_code,
        now=now,
    )
    if told.state not in _HELD:
        await accepted(tx, told.id, told.survivor_id, now)
    if state is PromptState.UNDELIVERED and not await _retry(tx, told, update.error_code, now):
        await react(tx, told.id, told.survivor_id, failure_kind(update.error_code), now)


async def _retry(tx: Transaction, told: Told, error_code: int | None, now: datetime) -> bool:
    """Whether a new prompt takes its place: for failures that pass, at a time that is safe too."""
    if await store_statuses.count_retries(tx, told.id) >= delivery_retries(error_code):
        return False
    reach = await survivors.get_reach(tx, told.survivor_id)
    due_at = now + RETRY_AFTER
    expires_at = expiry(reach, due_at)
    terms = terms_for_later(reach, await store.list_accepted(tx), now)
    if terms.withheld or expires_at is None:
        return False
    retry = NewPrompt(
        id=uuid4(),
        reach=reach,
        terms=terms,
        due_at=due_at,
        expires_at=expires_at,
        planned_contact_id=told.planned_contact_id,
        requested_by=told.requested_by,
        retry_of=told.id,
    )
    await store.insert_prompt(tx, retry, now)
    await providers.bring_next_run_forward(tx, due_at)
    return True
