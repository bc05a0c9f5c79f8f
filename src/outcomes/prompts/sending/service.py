"""Sending what is due: the intent is committed before the call, and nothing is sent twice.

A prompt passes the gate when it is claimed and once more in the moment before the call, with what is
known then. While it is being sent nobody else touches it; when its sender dies, the sweep makes it
*unconfirmed* and asks a person, because a second text to a watched phone is worse than none.
"""

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

from outcomes.messaging.gateways.gateway import (
    Accepted,
    OutboundSms,
    SmsError,
    SmsGateway,
    SmsNotSent,
    SmsRejected,
)
from outcomes.messaging.sending import (
    LEASE,
    START_WITHIN,
    attempt,
    backoff,
    new_callback_token,
    validity_seconds,
)
from outcomes.pathways import service as pathways
from outcomes.platform.access import audit
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Database, Transaction
from outcomes.prompts import store
from outcomes.prompts.gate import terms_now, wordings
from outcomes.prompts.models import CancelReason, PromptState
from outcomes.prompts.sending import store as store_sending
from outcomes.prompts.sending.failures import ask_to_look, react
from outcomes.prompts.sending.store import Claim, Due
from outcomes.prompts.wordings.wording import find_wording
from outcomes.providers import service as providers
from outcomes.providers.models import TaskKind
from outcomes.survivors import service as survivors
from outcomes.survivors.models import Reach

BATCH = 10
"""As many as are sent at the same moment, so that none waits between claim and call (ours)."""


async def send_due(db: Database, caller: Caller, gateway: SmsGateway, public_url: str) -> int:
    """Send one batch of what is due; returns how many prompts were looked at, 0 when none is due."""
    looked_at, claims = await _claim(db, caller)
    results = await asyncio.gather(
        *(_send(db, caller, gateway, public_url, claim) for claim in claims),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return looked_at


async def _claim(db: Database, caller: Caller) -> tuple[int, list[Claim]]:
    """Close what may not go out, and commit to the intent to send the rest."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        due = await store_sending.lock_due(tx, now, BATCH)
        if not due:
            return 0, []
        reach = await survivors.list_reach(tx, [one.survivor_id for one in due])
        accepted = await store.list_accepted(tx)
        claims, ended = list[Claim](), list[tuple[UUID, str, str]]()
        for one in due:
            if one.stale is not None:
                ended.append((one.id, PromptState.CANCELLED, one.stale))
            elif reason := terms_now(reach[one.survivor_id], accepted, now).withheld:
                ended.append((one.id, PromptState.WITHHELD, reason))
            elif not _still_worded(one, reach[one.survivor_id]):
                ended.append((one.id, PromptState.CANCELLED, CancelReason.PROFILE_CHANGED))
            else:
                claims.append(
                    Claim(one.id, one.survivor_id, one.tries, uuid4(), new_callback_token(caller))
                )
        await store_sending.close_all(tx, ended, now)
        await store_sending.start_all(tx, claims, now + LEASE)
        ids = tuple(one.survivor_id for one in due)
        await audit.record(tx, audit.Event("prompt.claimed", "survivor", ids, ("reach",)), now)
        return len(due), claims


def _still_worded(due: Due, reach: Reach) -> bool:
    """Whether the wording it was planned with is still approved, and in their language."""
    wording = find_wording(wordings(), due.wording_code, due.wording_version)
    return wording is not None and wording.language == reach.language


async def _send(
    db: Database, caller: Caller, gateway: SmsGateway, public_url: str, claim: Claim
) -> None:
    message = await _compose(db, caller, claim, public_url)
    if message is not None:
        await _record(db, caller, claim, await attempt(gateway, message))


async def _compose(
    db: Database, caller: Caller, claim: Claim, public_url: str
) -> OutboundSms | None:
    """The number and the words, opened just in time; None, and nothing is sent, when it is late.

    A process that was stopped between claim and call wakes up here, or in the call itself. What
    came in since the claim is seen here: a STOP that was answered, a consent that was withdrawn.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        held = await store_sending.find_held(tx, claim, until=now + LEASE - START_WITHIN)
        reach = await survivors.get_reach(tx, claim.survivor_id)
        withheld = terms_now(reach, await store.list_accepted(tx), now).withheld
        wording = held and find_wording(wordings(), held.wording_code, held.wording_version)
        if not held or not wording or withheld or not reach.phone or held.expires_at <= now:
            await store_sending.release(tx, claim, now)
            return None
    return OutboundSms(
        to=reach.phone,
        from_=held.from_,
        body=wording.text,
        status_callback_url=claim.callback.url(public_url),
        validity_seconds=validity_seconds(held.expires_at, now),
    )


async def _record(db: Database, caller: Caller, claim: Claim, outcome: Accepted | SmsError) -> None:
    """What the gateway said, in a transaction begun after it said so."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        event = audit.Event("prompt.sent", "survivor", (claim.survivor_id,), ("state",))
        await audit.record(tx, event, now)
        if isinstance(outcome, Accepted):
            if await store_sending.set_accepted(tx, claim, outcome.message_sid, now):
                await accepted(tx, claim.prompt_id, claim.survivor_id, now)
        elif isinstance(outcome, SmsNotSent):
            wait = backoff(claim.tries, outcome.retry_after_seconds)
            await store_sending.release(tx, claim, now + wait)
        elif isinstance(outcome, SmsRejected):
            code = str(outcome.code)
            if await store_sending.set_outcome(tx, claim, PromptState.FAILED, code, now):
                await react(tx, claim.prompt_id, claim.survivor_id, outcome.kind, now)
        elif await store_sending.set_outcome(tx, claim, PromptState.UNCONFIRMED, None, now):
            await _ask_about_unconfirmed(tx, [(claim.prompt_id, claim.survivor_id)], now)


async def accepted(tx: Transaction, prompt_id: UUID, survivor_id: UUID, now: datetime) -> None:
    """The gateway has it: whoever was asked to look need not, and the planned contact is done."""
    await providers.resolve_task(tx, TaskKind.PROMPT_UNCONFIRMED, prompt_id, now)
    planned_contact_id = await store_sending.find_planned_contact(tx, prompt_id)
    if planned_contact_id is not None:
        await pathways.complete(tx, planned_contact_id, now, survivor_id=survivor_id)


async def sweep(db: Database, caller: Caller) -> None:
    """Tidy what time has overtaken: lost senders, prompts past their time, plans that changed."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        lost = await store_sending.end_lost_leases(tx, now)
        expired = await store_sending.expire(tx, now)
        stale = await store_sending.cancel_stale(tx, now)
        await _ask_about_unconfirmed(tx, lost, now)
        if ids := (*(survivor_id for _, survivor_id in lost), *expired, *stale):
            await audit.record(tx, audit.Event("prompt.swept", "survivor", ids, ("state",)), now)


async def _ask_about_unconfirmed(
    tx: Transaction, prompts: list[tuple[UUID, UUID]], now: datetime
) -> None:
    for prompt_id, survivor_id in prompts:
        await ask_to_look(tx, TaskKind.PROMPT_UNCONFIRMED, prompt_id, survivor_id, now)


async def next_due(tx: Transaction) -> datetime | None:
    """When the worker has something to do here next (UTC); None while nothing is planned."""
    return await store_sending.next_due(tx)
