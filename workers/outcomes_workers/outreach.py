"""Steps that read and send messages: the inbox, staff alerts, prompts."""

from datetime import timedelta

from outcomes.prompts import service as prompts
from outcomes.prompts.gate import alert_wording
from outcomes.providers import service as providers
from outcomes_workers.tenant_run import EVERY_RUN, Step, TenantRun

PLANNING_EVERY = timedelta(minutes=5)
BATCHES_PER_RUN = 5
"""Batches of prompts sent per run, so that other providers are not delayed (product default; no
external source)."""


async def _read_inbox(run: TenantRun) -> None:
    await prompts.read_inbox(run.db, run.caller)


async def _send_alerts(run: TenantRun) -> None:
    await providers.sweep_alerts(run.db, run.caller)
    await providers.send_alerts(
        run.db,
        run.caller,
        run.gateway,
        text=alert_wording().text,
        public_url=run.public_url,
    )


async def _sweep(run: TenantRun) -> None:
    await prompts.sweep(run.db, run.caller)


async def _schedule_prompts(run: TenantRun) -> None:
    await prompts.schedule_prompts(run.db, run.caller)


async def _send_due(run: TenantRun) -> None:
    for _ in range(BATCHES_PER_RUN):
        if not run.should_continue():
            return
        if not await prompts.send_due(run.db, run.caller, run.gateway, run.public_url):
            return


STEPS = (
    Step("read inbox", EVERY_RUN, _read_inbox),
    Step("send alerts", EVERY_RUN, _send_alerts),
    Step("sweep", EVERY_RUN, _sweep),
    Step("schedule prompts", PLANNING_EVERY, _schedule_prompts),
    Step("send due", EVERY_RUN, _send_due),
)
"""In this order: a STOP is read before anything is sent, and alerts come before prompts."""
