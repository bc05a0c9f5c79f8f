"""The scheduler: which providers have work due, and the run of each.

One provider's failure does not affect another's run.
"""

import asyncio
from datetime import datetime
from uuid import UUID

import structlog

from outcomes.errors import Unavailable
from outcomes.platform.logs import describe
from outcomes.providers import registry
from outcomes_workers.jobs import JOBS, Job
from outcomes_workers.tenant_run import RUN_AT_LEAST_EVERY, TenantRun, Work, update_next_run

_log = structlog.get_logger("outcomes.worker")


class Scheduler:
    """Runs the jobs of each provider in turn. Its memory may be lost: it only saves work."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.failures = 0
        self._pass_lock = asyncio.Lock()
        self._ran_at: dict[UUID, datetime] = {}
        self._done: dict[tuple[UUID, str], datetime] = {}

    async def run_pass(self) -> None:
        """Run every provider with work due; return at once while another pass is running."""
        if self._pass_lock.locked():
            return
        async with self._pass_lock:
            try:
                entries, now = await self._list_entries()
            except Unavailable as error:
                self._failed("registry", error)
                return
            for entry in entries:
                long_ago = self._ran_at.get(entry.provider_id, now) <= now - RUN_AT_LEAST_EVERY
                new = entry.provider_id not in self._ran_at
                if self.work.should_continue() and (entry.due or new or long_ago):
                    self._ran_at[entry.provider_id] = now
                    await self._run_tenant(entry.provider_id, now)

    async def _list_entries(self) -> tuple[list[registry.RegistryEntry], datetime]:
        async with self.work.db.connection() as conn:
            now = await self.work.db.clock.now(conn)
            return await registry.list_registry(conn, now), now

    async def _run_tenant(self, provider_id: UUID, now: datetime) -> None:
        """Run each job by itself. A failure is logged without content and tried at the next run."""
        try:
            caller = self.work.scopes.worker(provider_id)
        except Unavailable as error:
            self._failed("keys", error)
            return
        work = self.work
        run = TenantRun(
            db=work.db,
            caller=caller,
            gateway=work.gateway,
            public_url=work.public_url,
            ladder=work.ladder,
            instruments=work.instruments,
            now=now,
            should_continue=work.should_continue,
        )
        for job in JOBS:
            if self._is_due(provider_id, job, now):
                try:
                    await job.work(run)
                    self._done[provider_id, job.name] = now
                except Exception as error:  # one failing job must not stop the others
                    self._failed(job.name, error)
        try:
            await update_next_run(run)
        except Unavailable as error:
            self._failed("update next run", error)

    def _is_due(self, provider_id: UUID, job: Job, now: datetime) -> bool:
        done = self._done.get((provider_id, job.name))
        return done is None or done + job.every <= now

    def _failed(self, job: str, error: Exception) -> None:
        self.failures += 1
        _log.error("job failed", job=job, failures=self.failures, **describe(error))
