"""Jobs that maintain a provider's records: plans, exports, flags."""

from outcomes.disengagement import service as disengagement
from outcomes.kpis import service as kpis
from outcomes.pathways import service as pathways
from outcomes_workers.tenant_run import TenantRun


async def refresh_plans(run: TenantRun) -> None:
    await pathways.refresh_plans(run.db, run.caller, run.now)


async def raise_flags(run: TenantRun) -> None:
    await disengagement.raise_due_flags(run.db, run.caller, run.now, ladder=run.ladder)


async def build_exports(run: TenantRun) -> None:
    await kpis.build_pending_exports(
        run.db, run.caller, instrument=run.instruments.offered_outcomes
    )


async def delete_old_exports(run: TenantRun) -> None:
    await kpis.delete_old_exports(run.db, run.caller)
