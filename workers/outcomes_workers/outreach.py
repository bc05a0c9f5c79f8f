"""Jobs that read and send messages: the inbox, staff alerts, prompts."""

from outcomes.messaging.delivery import service as delivery
from outcomes.messaging.producers import Producer
from outcomes.prompts import service as prompts
from outcomes.prompts.gate import alert_wording
from outcomes.prompts.inbox import service as inbox
from outcomes.prompts.sending.producer import PromptProducer
from outcomes.tasks.alerts import AlertProducer
from outcomes_workers.tenant_run import TenantRun

BATCHES_PER_RUN = 5
"""Batches of messages sent per run, so that other providers are not delayed (product default; no
external source)."""


async def read_inbox(run: TenantRun) -> None:
    await inbox.read_inbox(run.db, run.caller)


async def send_alerts(run: TenantRun) -> None:
    alerts = AlertProducer(alert_wording().text)
    await delivery.sweep(run.db, run.caller, alerts)
    await _send_due(run, alerts)


async def sweep_prompts(run: TenantRun) -> None:
    await delivery.sweep(run.db, run.caller, PromptProducer())


async def schedule_prompts(run: TenantRun) -> None:
    await prompts.schedule_prompts(run.db, run.caller)


async def send_prompts(run: TenantRun) -> None:
    await _send_due(run, PromptProducer())


async def _send_due(run: TenantRun, producer: Producer) -> None:
    for _ in range(BATCHES_PER_RUN):
        if not run.should_continue():
            return
        if not await delivery.send_due(run.db, run.caller, producer, run.gateway, run.public_url):
            return
