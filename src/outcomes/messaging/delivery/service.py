"""Sending what is due: the intent is committed before the call, and nothing is sent twice.

A message passes its producer's gate when it is claimed, and again in the moment before the call. While
it is being sent nobody else touches it. When its sender is gone, the sweep makes it *unconfirmed*: a
person decides, because a second text to a watched phone is worse than none.
"""

import asyncio
from datetime import datetime
from uuid import uuid4

from outcomes.messaging.delivery import store
from outcomes.messaging.delivery.timing import LEASE, START_WITHIN, backoff, validity_seconds
from outcomes.messaging.gateways.callbacks import new_callback_token
from outcomes.messaging.gateways.failures import FailureKind
from outcomes.messaging.gateways.gateway import (
    Accepted,
    OutboundSms,
    SmsError,
    SmsGateway,
    SmsNotSent,
    SmsRejected,
)
from outcomes.messaging.lifecycle import MessageEvent, MessageState, next_state
from outcomes.messaging.models import Change, Claim, Unsendable
from outcomes.messaging.producers import Producer
from outcomes.messaging.store import close_scheduled
from outcomes.platform.access import audit
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Database, Transaction

BATCH = 10
"""Messages sent at the same moment, so that none waits between claim and call (product default; no
external source)."""


async def send_due(
    db: Database, caller: Caller, producer: Producer, gateway: SmsGateway, public_url: str
) -> int:
    """Send one batch of what is due; returns how many messages were due, 0 when none was."""
    due, claims = await _claim(db, caller, producer)
    results = await asyncio.gather(
        *(_send(db, caller, producer, gateway, public_url, claim) for claim in claims),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return due


async def _claim(db: Database, caller: Caller, producer: Producer) -> tuple[int, list[Claim]]:
    """Close what may not go out, and commit to the intent to send the rest."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        due = await store.lock_due(tx, producer.recipient_kind, now, BATCH)
        if not due:
            return 0, []
        verdicts = await producer.gate(tx, due, now)
        claims, closed, deferred = [], [], []
        for one in due:
            verdict = verdicts[one.id]
            if verdict.event is MessageEvent.CLAIM:
                claims.append(Claim(one, uuid4(), new_callback_token(caller)))
            elif verdict.event is not None:
                after = next_state(MessageState.SCHEDULED, verdict.event)
                closed.append((one.id, after, verdict.reason))
            elif verdict.try_at is not None:
                deferred.append((one.id, verdict.try_at))
        await close_scheduled(tx, closed, now)
        await store.defer(tx, deferred)
        await store.start_all(tx, claims, now + LEASE)
        recipients = tuple(one.recipient_id for one in due)
        await audit.record(tx, producer.event("claimed", recipients), now)
        return len(due), claims


async def _send(
    db: Database,
    caller: Caller,
    producer: Producer,
    gateway: SmsGateway,
    public_url: str,
    claim: Claim,
) -> None:
    message = await _compose(db, caller, producer, public_url, claim)
    if message is not None:
        outcome = await _attempt(gateway, message)
        async with db.transaction(caller) as tx:
            await _record(tx, producer, claim, outcome, await tx.now())


async def _compose(
    db: Database, caller: Caller, producer: Producer, public_url: str, claim: Claim
) -> OutboundSms | None:
    """The address and the words, read just in time; None, and nothing is sent, when it is late.

    A process that was stopped between claim and call continues here, or in the call itself. What came
    in since the claim is seen here: a STOP that was answered, a consent that was withdrawn.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        claimed = await store.find_claimed(tx, claim, until=now + LEASE - START_WITHIN)
        if claimed is None:
            await store.release(tx, claim, now)
            return None
        content = await producer.compose(tx, claim.message, now)
        if isinstance(content, Unsendable):
            await _end(tx, producer, claim, MessageEvent.REFUSE, now, failure=content.kind)
            return None
        expires_at = claimed.expires_at or now + producer.validity
        if content is None or expires_at <= now:
            await store.release(tx, claim, now)
            return None
    return OutboundSms(
        to=content.to,
        from_=claimed.from_number,
        body=content.body,
        status_callback_url=claim.callback.url(public_url),
        validity_seconds=validity_seconds(expires_at, now),
    )


async def _attempt(gateway: SmsGateway, message: OutboundSms) -> Accepted | SmsError:
    """The gateway's answer: one of four outcomes to record."""
    try:
        return await gateway.send(message)
    except SmsError as error:
        return error


async def _record(
    tx: Transaction, producer: Producer, claim: Claim, outcome: Accepted | SmsError, now: datetime
) -> None:
    """The gateway's answer, in a transaction begun after the call."""
    message = claim.message
    await audit.record(tx, producer.event("sent", (message.recipient_id,)), now)
    if isinstance(outcome, Accepted):
        if await store.set_accepted(tx, claim, outcome.message_sid, now):
            change = Change(
                message.id,
                message.recipient_id,
                MessageState.SENDING,
                MessageEvent.ACCEPT,
                MessageState.ACCEPTED,
            )
            await producer.changed(tx, change, now)
    elif isinstance(outcome, SmsNotSent):
        wait = backoff(message.tries, outcome.retry_after_seconds, producer.longest_wait)
        await store.release(tx, claim, now + wait)
    elif isinstance(outcome, SmsRejected):
        await _end(
            tx,
            producer,
            claim,
            MessageEvent.REFUSE,
            now,
            failure=outcome.kind,
            error_code=outcome.code,
        )
    else:
        await _end(tx, producer, claim, MessageEvent.LOSE, now)


async def _end(
    tx: Transaction,
    producer: Producer,
    claim: Claim,
    event: MessageEvent,
    now: datetime,
    *,
    failure: FailureKind | None = None,
    error_code: int | None = None,
) -> None:
    """End a claim whose message was not accepted, and tell the producer, if the lease still holds."""
    before = MessageState.SENDING
    after = next_state(before, event)
    if await store.set_outcome(tx, claim, after, error_code, now):
        change = Change(
            claim.message.id,
            claim.message.recipient_id,
            before,
            event,
            after,
            failure,
            error_code,
        )
        await producer.changed(tx, change, now)


async def sweep(db: Database, caller: Caller, producer: Producer) -> None:
    """End what time has overtaken: lost leases, expired messages, plans that changed."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        kind = producer.recipient_kind
        lost = await store.end_lost_leases(tx, kind, now)
        expired = await store.expire(tx, kind, now)
        stale = await producer.find_stale(tx, now)
        await close_scheduled(
            tx, [(one.id, MessageState.CANCELLED, reason) for one, reason in stale], now
        )
        for one in lost:
            change = Change(
                one.id,
                one.recipient_id,
                MessageState.SENDING,
                MessageEvent.LOSE,
                MessageState.UNCONFIRMED,
            )
            await producer.changed(tx, change, now)
        recipients = (
            *(one.recipient_id for one in lost),
            *(one.recipient_id for one in expired),
            *(one.recipient_id for one, _ in stale),
        )
        if recipients:
            await audit.record(tx, producer.event("swept", recipients), now)
