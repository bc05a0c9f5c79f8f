"""Which providers a pass runs, and `next_due_at`, which must never leave a due prompt behind."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import asyncpg

from outcomes.assessments.instruments import shipped_instruments
from outcomes.disengagement.rules import DEFAULT_LADDER
from outcomes.local.handset.faults import Fault, FaultKind, Plan
from outcomes.platform.db import Database
from outcomes.providers import service as providers
from outcomes_workers.scheduler import Scheduler
from outcomes_workers.tenant_run import TenantRun, Work, update_next_run
from tests.moment import CLOCK, clock_ahead
from tests.prompts.installation import Installation, Tenant, until


async def make_scheduler(installation: Installation) -> Scheduler:
    product = installation.product
    db = Database(product.settings.database.app, size=4, clock=CLOCK)
    await db.open()
    return Scheduler(
        Work(
            db=db,
            scopes=product.scopes,
            gateway=installation.gateway,
            public_url=installation.url,
            ladder=DEFAULT_LADDER,
            instruments=shipped_instruments(),
            should_continue=lambda: True,
        )
    )


async def next_run_is_due(tenant: Tenant) -> bool:
    (row,) = await tenant.rows("SELECT next_due_at FROM provider_registry WHERE provider_id = $1")
    return bool(row["next_due_at"] <= await tenant.now())


async def make_due_without_bringing_the_run_forward(tenant: Tenant) -> None:
    """A prompt is due although `next_due_at` is a year ahead."""
    await tenant.request(await tenant.survivor())
    await tenant.change(
        """UPDATE provider_registry SET next_due_at = next_due_at + interval '1 year'
           WHERE provider_id = $1"""
    )


async def test_a_run_moves_the_next_run_ahead_and_planning_brings_it_forward(
    installation: Installation, tenant: Tenant
) -> None:
    scheduler = await make_scheduler(installation)
    await scheduler.run_pass()
    assert not await next_run_is_due(tenant)
    await tenant.request(await tenant.survivor())
    assert await next_run_is_due(tenant)
    await scheduler.run_pass()
    assert len(tenant.arrived()) == 1
    assert not await next_run_is_due(tenant)
    await tenant.writes("hello")
    assert await next_run_is_due(tenant)


async def test_every_provider_runs_at_least_once_a_minute(
    installation: Installation, tenant: Tenant
) -> None:
    scheduler = await make_scheduler(installation)
    await scheduler.run_pass()
    await make_due_without_bringing_the_run_forward(tenant)
    await scheduler.run_pass()
    assert tenant.arrived() == []
    scheduler.work.db.clock = clock_ahead(timedelta(seconds=61))
    await scheduler.run_pass()
    assert len(tenant.arrived()) == 1


async def test_a_pass_returns_while_another_is_running(
    installation: Installation, tenant: Tenant
) -> None:
    await tenant.request(await tenant.survivor())
    tenant.goes_wrong(Plan(faults=(Fault(FaultKind.SLOW, seconds=0.3),)))
    scheduler = await make_scheduler(installation)
    first = asyncio.create_task(scheduler.run_pass())
    await until(lambda: len(tenant.arrived()) == 1)
    await scheduler.run_pass()
    assert not first.done()
    await first


async def test_a_failing_step_does_not_stop_later_steps(
    installation: Installation, tenant: Tenant
) -> None:
    """The inbox cannot be read because a column is missing; prompts are still sent."""
    survivor_id = await tenant.survivor()
    await tenant.request(survivor_id)
    await tenant.writes("hello", phone="+447700900456")
    owner = await asyncpg.connect(installation.product.settings.database.owner)
    scheduler = await make_scheduler(installation)
    await owner.execute("ALTER TABLE inbound_messages RENAME COLUMN opt_out_type TO hidden")
    try:
        await scheduler.run_pass()
    finally:
        await owner.execute("ALTER TABLE inbound_messages RENAME COLUMN hidden TO opt_out_type")
        await owner.close()
    async with installation.product.db.connection() as conn:
        assert scheduler.failures == await conn.conn.fetchval(
            "SELECT count(*) FROM provider_registry"
        )
    assert len(tenant.arrived()) == 1
    await scheduler.run_pass()
    assert len(await tenant.inbox(tenant.provider.lead)) == 1


async def _plan_while(
    tenant: Tenant, superuser_url: str, run: Callable[[], Coroutine[Any, Any, None]]
) -> bool:
    """Update the next run while a prompt is planned; return whether the next run takes it into account."""
    now, watching = await tenant.now(), await asyncpg.connect(superuser_url)
    survivor_id = await tenant.survivor()
    prompt_id = await tenant.request(survivor_id)
    await tenant.change(
        """UPDATE outgoing_messages SET state = 'cancelled', reason = 'opted_out'
           WHERE provider_id = $1 AND recipient_kind = 'survivor' AND id = $2""",
        prompt_id,
    )
    async with tenant.installation.product.db.transaction(tenant.caller) as tx:
        await tx.conn.execute(
            """UPDATE outgoing_messages SET state = 'scheduled', reason = NULL
               WHERE provider_id = $1 AND recipient_kind = 'survivor' AND id = $2""",
            tenant.provider.id,
            prompt_id,
        )
        await providers.bring_next_run_forward(tx, now)
        updating = asyncio.create_task(run())

        async def waits() -> bool:
            return bool(
                await watching.fetchval(
                    "SELECT true FROM pg_stat_activity WHERE wait_event_type = 'Lock' LIMIT 1"
                )
            )

        await until(waits)
    await updating
    await watching.close()
    return await next_run_is_due(tenant)


async def test_planning_during_a_run_is_not_lost(
    installation: Installation, tenant: Tenant, superuser_url: str
) -> None:
    db = installation.product.db

    async def run() -> None:
        await update_next_run(
            TenantRun(
                db=db,
                caller=tenant.caller,
                gateway=installation.gateway,
                public_url=installation.url,
                ladder=DEFAULT_LADDER,
                instruments=shipped_instruments(),
                now=await tenant.now(),
                should_continue=lambda: True,
            )
        )

    assert await _plan_while(tenant, superuser_url, run)


async def test_in_one_statement_planning_would_be_lost(
    installation: Installation, tenant: Tenant, superuser_url: str
) -> None:
    """The control: a statement that locks and reads at once does not see rows committed meanwhile."""

    async def run() -> None:
        async with installation.product.db.transaction(tenant.caller) as tx:
            await tx.conn.execute(
                """UPDATE provider_registry r
                   SET next_due_at = coalesce(
                       (SELECT min(p.due_at) FROM outgoing_messages p
                        WHERE p.provider_id = $1 AND p.state = 'scheduled'),
                       $2::timestamptz + interval '1 minute')
                   FROM (SELECT provider_id FROM provider_registry WHERE provider_id = $1
                         FOR UPDATE) locked
                   WHERE r.provider_id = locked.provider_id""",
                tenant.provider.id,
                await tx.now(),
            )

    assert not await _plan_while(tenant, superuser_url, run)
