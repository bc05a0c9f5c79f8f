"""What keeps a provider's records in order: plans, exports, flags."""

from datetime import timedelta

from outcomes.disengagement import service as disengagement
from outcomes.kpis import service as kpis
from outcomes.pathways import service as pathways
from outcomes_workers.tenant_run import AT_EVERY_VISIT, Step, Visit


async def _refresh_plans(visit: Visit) -> None:
    await pathways.refresh_plans(visit.db, visit.caller, visit.now)


async def _raise_flags(visit: Visit) -> None:
    await disengagement.raise_due_flags(visit.db, visit.caller, visit.now)


async def _build_exports(visit: Visit) -> None:
    await kpis.build_pending_exports(visit.db, visit.caller)


async def _delete_old_exports(visit: Visit) -> None:
    await kpis.delete_old_exports(visit.db, visit.caller)


STEPS = (
    Step("build exports", AT_EVERY_VISIT, _build_exports),
    Step("refresh plans", timedelta(minutes=10), _refresh_plans),
    Step("raise flags", timedelta(minutes=10), _raise_flags),
    Step("delete old exports", timedelta(hours=1), _delete_old_exports),
)
