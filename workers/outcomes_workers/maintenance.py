"""Steps that maintain a provider's records: plans, exports, flags."""

from datetime import timedelta

from outcomes.disengagement import service as disengagement
from outcomes.kpis import service as kpis
from outcomes.pathways import service as pathways
from outcomes_workers.tenant_run import EVERY_RUN, Step, TenantRun


async def _refresh_plans(run: TenantRun) -> None:
    await pathways.refresh_plans(run.db, run.caller, run.now)


async def _raise_flags(run: TenantRun) -> None:
    await disengagement.raise_due_flags(run.db, run.caller, run.now, ladder=run.ladder)


async def _build_exports(run: TenantRun) -> None:
    await kpis.build_pending_exports(
        run.db, run.caller, instrument=run.instruments.offered_outcomes
    )


async def _delete_old_exports(run: TenantRun) -> None:
    await kpis.delete_old_exports(run.db, run.caller)


STEPS = (
    Step("build exports", EVERY_RUN, _build_exports),
    Step("refresh plans", timedelta(minutes=10), _refresh_plans),
    Step("raise flags", timedelta(minutes=10), _raise_flags),
    Step("delete old exports", timedelta(hours=1), _delete_old_exports),
)
