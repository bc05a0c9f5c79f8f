"""What follows when the gateway refused a message, or the network did not deliver it."""

from datetime import datetime
from uuid import UUID

from outcomes.messaging.failures import FailureKind
from outcomes.platform.db import Transaction
from outcomes.prompts.models import CancelReason
from outcomes.prompts.sending import store as store_sending
from outcomes.providers import service as providers
from outcomes.providers.models import TaskKind
from outcomes.survivors import service as survivors


async def react(
    tx: Transaction, prompt_id: UUID, survivor_id: UUID, kind: FailureKind, now: datetime
) -> None:
    """Learn from a failure that is final, and ask a person to look."""
    task = TaskKind.PROMPT_FAILED
    method = await store_sending.get_method(tx, prompt_id)
    if kind is FailureKind.OPTED_OUT:
        task = TaskKind.OPTED_OUT
        await survivors.insert_opt_out(
            tx,
            survivor_id=survivor_id,
            phone_bidx=method.phone_bidx,
            source="gateway",
            now=now,
        )
        await store_sending.cancel_scheduled(tx, [survivor_id], CancelReason.OPTED_OUT, now)
    elif kind is FailureKind.BAD_NUMBER:
        await survivors.freeze_number(tx, method.id, "unknown_to_gateway", now)
        await store_sending.cancel_scheduled(tx, [survivor_id], CancelReason.NUMBER_FROZEN, now)
    await ask_to_look(tx, task, prompt_id, survivor_id, now)


async def ask_to_look(
    tx: Transaction, kind: TaskKind, prompt_id: UUID, survivor_id: UUID, now: datetime
) -> None:
    """A task about one prompt, for the worker whom the survivor is assigned to."""
    workers = await store_sending.find_workers(tx, [survivor_id])
    await providers.raise_task(
        tx,
        kind,
        subject_kind="prompt",
        subject_id=prompt_id,
        survivor_id=survivor_id,
        owner_account_id=workers.get(survivor_id),
        now=now,
    )
