"""The worker as a process: it does all of it by itself, ends cleanly, and says nothing of anybody."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from outcomes.local.handset.faults import Callbacks, Fault, FaultKind, Plan
from outcomes.messaging.lifecycle import MessageState
from outcomes.prompts.inbox.replies import Answer
from tests.prompts.installation import Installation, Tenant, make_tenant, until
from tests.workers.processes import ROOT, RedisServer, WorkerPool, environment

PLANTED = "please read Wolverhampton"


def words(log: Path) -> str:
    """All that the workers have said."""
    return log.read_text()


async def test_from_the_plan_to_the_answer_and_the_alert_by_the_tick_alone(
    tenant: Tenant, worker_pool: WorkerPool, worker_log: Path
) -> None:
    survivor_id, other_id = await tenant.survivor(), await tenant.survivor("07700 900555")
    await tenant.plan(survivor_id, await tenant.now())
    pid = await worker_pool.start()

    async def is_delivered() -> bool:
        prompts = await tenant.prompts(survivor_id)
        return bool(prompts) and prompts[0].state == MessageState.DELIVERED

    await until(is_delivered)
    await tenant.writes("3")
    await tenant.writes(PLANTED, phone="+447700900555")

    async def is_answered() -> bool:
        return (await tenant.only_prompt(survivor_id)).answer == Answer.PLEASE_CALL

    await until(is_answered)

    def alerts() -> int:
        return sum(text.sender == tenant.provider.staff_number for text in tenant.arrived())

    await until(lambda: alerts() == 2)
    assert {message.survivor_id for message in await tenant.inbox()} == {survivor_id, other_id}
    assert await worker_pool.end(pid, signal.SIGTERM) == 0
    said = words(worker_log)
    assert "job failed" not in said
    for private in (PLANTED, "Wolverhampton", "447700900", "7700 900", "how are things"):
        assert private not in said


async def test_told_to_end_it_first_records_what_it_has_sent(
    tenant: Tenant, worker_pool: WorkerPool
) -> None:
    survivor_id = await tenant.survivor()
    await tenant.request(survivor_id)
    tenant.goes_wrong(Plan(faults=(Fault(FaultKind.SLOW, seconds=1.0),), callbacks=Callbacks.OFF))
    pid = await worker_pool.start()
    await until(lambda: len(tenant.arrived()) == 1)
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.SENDING
    await worker_pool.end(pid, signal.SIGTERM)
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.ACCEPTED
    assert await tenant.open_tasks() == []


async def test_it_ends_without_redis_and_loses_nothing(
    tenant: Tenant, worker_pool: WorkerPool, own_redis: RedisServer, worker_log: Path
) -> None:
    survivor_id = await tenant.survivor()
    pid = await worker_pool.start()

    async def has_run() -> bool:
        (row,) = await tenant.rows(
            "SELECT next_due_at FROM provider_registry WHERE provider_id = $1"
        )
        return bool(row["next_due_at"] > await tenant.now())

    await until(has_run)
    own_redis.kill()
    assert await worker_pool.wait(pid) > 0
    assert "redis is unavailable" in words(worker_log)
    own_redis.start()
    await tenant.request(survivor_id)
    pid = await worker_pool.start()
    await until(lambda: len(tenant.arrived()) == 1)
    await worker_pool.end(pid, signal.SIGKILL)


async def test_one_provider_failing_does_not_affect_others(
    installation: Installation, tenant: Tenant, worker_pool: WorkerPool, worker_log: Path
) -> None:
    failing = await make_tenant(installation)
    (folder,) = installation.product.settings.keys.rglob(f"*{failing.provider.id}*")
    shutil.move(folder, f"{folder}.away")
    survivor_id = await tenant.survivor()
    await tenant.request(survivor_id)
    pid = await worker_pool.start()
    await until(lambda: len(tenant.arrived()) == 1 and '"job": "keys"' in words(worker_log))
    await worker_pool.end(pid, signal.SIGKILL)
    os.rename(f"{folder}.away", folder)


@pytest.mark.parametrize("missing", ["OUTCOMES_REDIS_URL", "OUTCOMES_KEYS"])
def test_it_does_not_start_without_its_settings(installation: Installation, missing: str) -> None:
    environ = {**os.environ, **environment(installation.product.settings)}
    del environ[missing]
    ended = subprocess.run(
        [sys.executable, "-m", "outcomes_workers"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (1, f"Error: {missing} is missing.\n")
