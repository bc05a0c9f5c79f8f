"""Hundreds of prompts and alerts due, and workers killed at the worst moments: each arrives once, or a
person knows. `make test-faults` runs the long form: a thousand due, forty kills.

The truth is the handset's own log of what it accepted, counted by phone. Time passes by moving the
leases of dead workers back, as a minute of waiting would.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import redis.asyncio
from msgspec import Struct

from outcomes.local.handset.faults import Callbacks, Fault, FaultKind, Plan
from outcomes.platform.calendar import SafeHours
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.tasks import service as tasks
from outcomes.tasks.models import TaskKind
from tests.prompts.installation import HOUR, Tenant
from tests.support import drama_number
from tests.workers.processes import RedisServer, WorkerPool

LONG = os.environ.get("TEST_FAULTS") == "long"
DUE = 800 if LONG else 450
ALERTED = 100 if LONG else 25
"""Tasks with two alerts each."""
KILLS = 40 if LONG else 20
AT_ONCE = 6


class People(Struct, frozen=True):
    """Who is due, by phone; and those who must get nothing, opted out or out of their hours."""

    due: dict[str, UUID]
    forbidden: dict[str, UUID]


async def make_people(tenant: Tenant, due: int, forbidden: int) -> People:
    """Everybody with a phone of their own and a prompt due now; half the forbidden said STOP."""
    turns = asyncio.Semaphore(AT_ONCE)
    after_noon = (await tenant.now()).hour >= 12
    closed = SafeHours.every_day(120, 180) if after_noon else SafeHours.every_day(1380, 1440)

    async def make(number: int) -> UUID:
        outside = due <= number < due + forbidden // 2
        async with turns:
            return await tenant.survivor(drama_number(number), hours=closed if outside else None)

    ids = await asyncio.gather(*(make(number) for number in range(due + forbidden)))
    by_phone = {drama_number(number): survivor_id for number, survivor_id in enumerate(ids)}
    await tenant.plan_all(list(ids), await tenant.now(), await tenant.now() + HOUR)
    stopped = [drama_number(number) for number in range(due + forbidden // 2, due + forbidden)]
    async with tenant.installation.product.db.transaction(tenant.caller) as tx:
        for phone in stopped:
            await safe_contact.insert_opt_out(
                tx,
                survivor_id=by_phone[phone],
                phone_bidx=tenant.caller.scope.keys.phone_index(phone),
                source="reply",
                now=await tx.now(),
            )
    phones = list(by_phone.items())
    return People(dict(phones[:due]), dict(phones[due:]))


async def make_alerts(tenant: Tenant, number: int) -> None:
    """Tasks about nobody in particular, whose first and second alerts are both due."""
    async with tenant.installation.product.db.transaction(tenant.caller) as tx:
        now = await tx.now()
        for _ in range(number):
            await tasks.raise_task(
                tx,
                TaskKind.UNREAD_REPLY,
                subject_kind="inbound_message",
                subject_id=uuid4(),
                survivor_id=None,
                owner_account_id=None,
                now=now,
            )
    await tenant.change(
        """UPDATE outgoing_messages SET due_at = due_at - interval '15 minutes'
           WHERE provider_id = $1 AND recipient_kind = 'account'"""
    )


async def counts(tenant: Tenant) -> Counter[str]:
    rows = await tenant.rows("SELECT state FROM outgoing_messages WHERE provider_id = $1")
    return Counter(row["state"] for row in rows)


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110  # what is waited for happens in other processes
            await asyncio.sleep(0.005)


async def a_minute_passes(tenant: Tenant) -> None:
    """Let the leases of killed workers expire; no running worker may have one."""
    await tenant.change(
        """UPDATE outgoing_messages SET lease_until = lease_until - interval '2 minutes'
           WHERE provider_id = $1 AND state = 'sending'"""
    )


async def drain(tenant: Tenant, worker_pool: WorkerPool) -> None:
    """Run an undisturbed worker until nothing is left to do."""
    pid = await worker_pool.start()

    async def is_done() -> bool:
        left = await counts(tenant)
        return not left["scheduled"] and not left["sending"]

    await until(is_done)
    assert await worker_pool.end(pid, signal.SIGTERM) == 0


async def check(tenant: Tenant, people: People, in_flight: int) -> None:
    """The invariants, by the handset's log."""
    arrived = Counter(
        text.phone for text in tenant.arrived() if text.sender == tenant.provider.survivors_number
    )
    assert not set(arrived) & set(people.forbidden)
    assert max(arrived.values()) == 1
    rows = await tenant.rows(
        """SELECT recipient_id AS survivor_id, id, state FROM outgoing_messages
           WHERE provider_id = $1 AND recipient_kind = 'survivor'"""
    )
    prompts = {row["survivor_id"]: row for row in rows}
    assert len(rows) == len(prompts) == len(people.due) + len(people.forbidden)
    asked = {subject for kind, subject in await tenant.open_tasks() if kind == "prompt_unconfirmed"}
    for phone, survivor_id in people.due.items():
        prompt = prompts[survivor_id]
        if prompt["state"] == "unconfirmed":
            assert prompt["id"] in asked
        else:
            assert prompt["state"] in ("accepted", "delivered")
            assert arrived[phone] == 1
    unconfirmed = {row["id"] for row in rows if row["state"] == "unconfirmed"}
    assert asked == unconfirmed
    assert len(asked) <= in_flight
    assert {prompts[survivor_id]["state"] for survivor_id in people.forbidden.values()} == {
        "withheld"
    }


async def check_alerts(tenant: Tenant, in_flight: int) -> None:
    """By the gateway's ids: what arrived is on record once, or its alert is unconfirmed. The tasks are
    open all the same, so nobody is forgotten."""
    rows = await tenant.rows(
        """SELECT state, gateway_message_id FROM outgoing_messages
           WHERE provider_id = $1 AND recipient_kind = 'account'"""
    )
    assert len(rows) == 2 * ALERTED
    recorded = [row["gateway_message_id"] for row in rows if row["gateway_message_id"]]
    arrived = [text.sid for text in tenant.arrived() if text.sender == tenant.provider.staff_number]
    assert len(set(recorded)) == len(recorded)
    assert set(recorded) <= set(arrived)
    unconfirmed = [row for row in rows if row["state"] == "unconfirmed"]
    assert len(set(arrived) - set(recorded)) <= len(unconfirmed) <= in_flight
    assert {row["state"] for row in rows} <= {"accepted", "delivered", "unconfirmed"}
    kinds = Counter(kind for kind, _ in await tenant.open_tasks())
    assert kinds["unread_reply"] == ALERTED


async def test_kills_an_emptied_and_a_restarted_redis(
    tenant: Tenant, worker_pool: WorkerPool, own_redis: RedisServer
) -> None:
    people = await make_people(tenant, DUE, 20)
    await make_alerts(tenant, ALERTED)
    in_flight = set[UUID]()
    steps = (at_once, when_claimed, when_taken, when_recorded)
    for kill in range(KILLS):
        tenant.goes_wrong(
            slow(callbacks=Callbacks.OFF if kill // len(steps) % 2 else Callbacks.ONCE)
        )
        pid = await worker_pool.start()
        await steps[kill % len(steps)](tenant)
        if kill == KILLS // 3:
            await empty(own_redis)
            await when_taken(tenant)
        if kill == 2 * KILLS // 3:
            own_redis.kill()
            assert await worker_pool.wait(pid) > 0
            own_redis.start()
            pid = await worker_pool.start()
            await when_claimed(tenant)
        assert await worker_pool.end(pid, signal.SIGKILL) == -signal.SIGKILL
        rows = await tenant.rows(
            "SELECT id FROM outgoing_messages WHERE provider_id = $1 AND state = 'sending'"
        )
        in_flight |= {row["id"] for row in rows}
    left = await counts(tenant)
    assert left["scheduled"] > 0, "the kills came too late to prove anything"
    assert in_flight
    tenant.goes_wrong(Plan(statuses=("delivered",)))
    await a_minute_passes(tenant)
    await drain(tenant, worker_pool)
    await check(tenant, people, len(in_flight))
    await check_alerts(tenant, len(in_flight))


def slow(callbacks: Callbacks) -> Plan:
    """A gateway slow enough to be caught in the act; with its callbacks, or with all of them lost."""
    late = Fault(FaultKind.SLOW, times=5_000, seconds=0.1)
    return Plan(faults=(late,), statuses=("delivered",), callbacks=callbacks)


async def at_once(tenant: Tenant) -> None:
    """While it starts, reads and plans."""
    await asyncio.sleep(0.3)


async def when_claimed(tenant: Tenant) -> None:
    """When the intent to send is committed: before, in or just after the calls."""
    before = set(await sending(tenant))

    async def claimed() -> bool:
        return bool(set(await sending(tenant)) - before)

    await until(claimed)


async def when_taken(tenant: Tenant) -> None:
    """When the gateway has taken some, and has not answered yet."""
    before = len(tenant.arrived())

    async def taken() -> bool:
        return len(tenant.arrived()) >= before + 3

    await until(taken)


async def when_recorded(tenant: Tenant) -> None:
    """When some answers are recorded and others are not."""

    async def recorded() -> int:
        rows = await tenant.rows(
            """SELECT count(*) FROM outgoing_messages
               WHERE provider_id = $1 AND sent_at IS NOT NULL"""
        )
        count: int = rows[0]["count"]
        return count

    before = await recorded()

    async def grown() -> bool:
        return await recorded() >= before + 12

    await until(grown)


async def sending(tenant: Tenant) -> list[UUID]:
    rows = await tenant.rows(
        "SELECT id FROM outgoing_messages WHERE provider_id = $1 AND state = 'sending'"
    )
    return [row["id"] for row in rows]


async def empty(server: RedisServer) -> None:
    """Empty the Redis that this test started."""
    client = redis.asyncio.Redis.from_url(server.url)
    assert server.process is not None
    info = await client.info("server")
    assert info["process_id"] == server.process.pid
    await client.flushall()
    await client.aclose()


async def test_a_worker_that_sleeps_past_its_lease_sends_nothing_twice(
    tenant: Tenant, worker_pool: WorkerPool
) -> None:
    people = await make_people(tenant, 60, 4)
    tenant.goes_wrong(slow(Callbacks.OFF))
    in_flight = set[UUID]()
    sleepers = list[int]()
    for step in (when_claimed, when_taken, when_claimed):
        pid = await worker_pool.start()
        await step(tenant)
        worker_pool.stop(pid)
        in_flight |= set(await sending(tenant))
        await a_minute_passes(tenant)
        sleepers.append(pid)
    other = await worker_pool.start()

    async def swept() -> bool:
        return not in_flight & set(await sending(tenant))

    await until(swept)
    assert [kind for kind, _ in await tenant.open_tasks()].count("prompt_unconfirmed") > 0
    for pid in sleepers:
        worker_pool.wake(pid)
    await drain(tenant, worker_pool)
    for pid in (*sleepers, other):
        await worker_pool.end(pid, signal.SIGTERM)
    await check(tenant, people, len(in_flight))
