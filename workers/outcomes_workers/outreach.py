"""Messages out and in, and colleagues woken: what happens at every visit."""

from datetime import timedelta

from outcomes.prompts import service as prompts
from outcomes.prompts.gate import alert_wording
from outcomes.providers import service as providers
from outcomes_workers.tenant_run import AT_EVERY_VISIT, Step, Visit

PLANNING_EVERY = timedelta(minutes=5)
BATCHES_A_VISIT = 5
"""How many batches one provider's prompts get before the next provider has its turn (ours)."""


async def _read_inbox(visit: Visit) -> None:
    await prompts.read_inbox(visit.db, visit.caller)


async def _send_alerts(visit: Visit) -> None:
    await providers.sweep_alerts(visit.db, visit.caller)
    await providers.send_alerts(
        visit.db,
        visit.caller,
        visit.gateway,
        text=alert_wording().text,
        public_url=visit.public_url,
    )


async def _sweep(visit: Visit) -> None:
    await prompts.sweep(visit.db, visit.caller)


async def _schedule_prompts(visit: Visit) -> None:
    await prompts.schedule_prompts(visit.db, visit.caller)


async def _send_due(visit: Visit) -> None:
    for _ in range(BATCHES_A_VISIT):
        if not visit.goes_on():
            return
        if not await prompts.send_due(visit.db, visit.caller, visit.gateway, visit.public_url):
            return


STEPS = (
    Step("read inbox", AT_EVERY_VISIT, _read_inbox),
    Step("send alerts", AT_EVERY_VISIT, _send_alerts),
    Step("sweep", AT_EVERY_VISIT, _sweep),
    Step("schedule prompts", PLANNING_EVERY, _schedule_prompts),
    Step("send due", AT_EVERY_VISIT, _send_due),
)
"""In this order: a STOP is read before anything is sent, and a cry for help waits for nothing."""
