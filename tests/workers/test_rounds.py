"""Whom a tick visits, and the hint that must never leave a due prompt behind."""

import asyncio
from datetime import timedelta

import asyncpg

from outcomes.local.handset.faults import Fault, FaultKind, Plan
from outcomes.platform.clock import Clock
from outcomes.platform.db import Database
from outcomes.providers import service as providers
from outcomes_workers.scheduler import Rounds
from outcomes_workers.tenant_run import Visit, Work, settle_hint
from tests.prompts.street import Home, Street, until


async def rounds(street: Street) -> Rounds:
    product = street.product
    db = Database(product.settings.database.app, size=4, clock=Clock())
    await db.open()
    return Rounds(Work(db, product.scopes, street.gateway, street.url, lambda: True))


async def hint_is_due(home: Home) -> bool:
    (row,) = await home.rows("SELECT next_due_at FROM provider_registry WHERE provider_id = $1")
    return bool(row["next_due_at"] <= await home.now())


async def due_behind_the_hints_back(home: Home) -> None:
    """A prompt that is due while the hint says that nothing is for a year."""
    await home.request(await home.survivor())
    await home.change(
        """UPDATE provider_registry SET next_due_at = next_due_at + interval '1 year'
           WHERE provider_id = $1"""
    )


async def test_a_visit_leaves_the_hint_ahead_and_planning_lowers_it(
    street: Street, home: Home
) -> None:
    going = await rounds(street)
    await going.go()
    assert not await hint_is_due(home)
    await home.request(await home.survivor())
    assert await hint_is_due(home)
    await going.go()
    assert len(home.arrived()) == 1
    assert not await hint_is_due(home)
    await home.writes("hello")
    assert await hint_is_due(home)


async def test_whatever_the_hint_says_everybody_is_visited_once_a_minute(
    street: Street, home: Home
) -> None:
    going = await rounds(street)
    await going.go()
    await due_behind_the_hints_back(home)
    await going.go()
    assert home.arrived() == []
    going.work.db.clock = Clock(timedelta(seconds=61))
    await going.go()
    assert len(home.arrived()) == 1


async def test_a_round_that_finds_another_under_way_returns(street: Street, home: Home) -> None:
    await home.request(await home.survivor())
    home.goes_wrong(Plan(faults=(Fault(FaultKind.SLOW, seconds=0.3),)))
    going = await rounds(street)
    first = asyncio.create_task(going.go())
    await until(lambda: len(home.arrived()) == 1)
    await going.go()
    assert not first.done()
    await first


async def test_what_fails_does_not_stop_the_steps_after_it(street: Street, home: Home) -> None:
    """No inbox can be read, because a column is gone for the moment; prompts still go."""
    survivor_id = await home.survivor()
    await home.request(survivor_id)
    await home.writes("hello", phone="+447700900456")
    owner = await asyncpg.connect(street.product.settings.database.owner)
    going = await rounds(street)
    await owner.execute("ALTER TABLE inbound_messages RENAME COLUMN opt_out_type TO hidden")
    try:
        await going.go()
    finally:
        await owner.execute("ALTER TABLE inbound_messages RENAME COLUMN hidden TO opt_out_type")
        await owner.close()
    async with street.product.db.connection() as conn:
        assert going.failures == await conn.fetchval("SELECT count(*) FROM provider_registry")
    assert len(home.arrived()) == 1
    await going.go()
    assert len(await home.inbox(home.provider.lead)) == 1


async def _plan_while(home: Home, superuser_url: str, visit: object) -> bool:
    """Let a visit settle the hint while somebody plans, and tell whether the hint knows of it."""
    now, watching = await home.now(), await asyncpg.connect(superuser_url)
    survivor_id = await home.survivor()
    prompt_id = await home.request(survivor_id)
    await home.change(
        """UPDATE prompts SET state = 'cancelled', reason = 'opted_out'
           WHERE provider_id = $1 AND id = $2""",
        prompt_id,
    )
    async with home.street.product.db.transaction(home.caller) as tx:
        await tx.conn.execute(
            """UPDATE prompts SET state = 'scheduled', reason = NULL
               WHERE provider_id = $1 AND id = $2""",
            home.provider.id,
            prompt_id,
        )
        await providers.lower_due_hint(tx, now)
        settling = asyncio.create_task(visit())  # type: ignore[operator]

        async def waits() -> bool:
            return bool(
                await watching.fetchval(
                    "SELECT true FROM pg_stat_activity WHERE wait_event_type = 'Lock' LIMIT 1"
                )
            )

        await until(waits)
    await settling
    await watching.close()
    return await hint_is_due(home)


async def test_planning_during_a_visit_is_not_forgotten(
    street: Street, home: Home, superuser_url: str
) -> None:
    db = street.product.db

    async def visit() -> None:
        await settle_hint(
            Visit(db, home.caller, street.gateway, street.url, await home.now(), lambda: True)
        )

    assert await _plan_while(home, superuser_url, visit)


async def test_the_same_in_one_statement_would_be(
    street: Street, home: Home, superuser_url: str
) -> None:
    """The control: a statement that locks and reads at once does not see what it waited for."""

    async def visit() -> None:
        async with street.product.db.transaction(home.caller) as tx:
            await tx.conn.execute(
                """UPDATE provider_registry r
                   SET next_due_at = coalesce(
                       (SELECT min(p.due_at) FROM prompts p
                        WHERE p.provider_id = $1 AND p.state = 'scheduled'),
                       transaction_timestamp() + interval '1 minute')
                   FROM (SELECT provider_id FROM provider_registry WHERE provider_id = $1
                         FOR UPDATE) held
                   WHERE r.provider_id = held.provider_id""",
                home.provider.id,
            )

    assert not await _plan_while(home, superuser_url, visit)
