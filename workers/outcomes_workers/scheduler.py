"""Whom to visit, and the visit itself. One provider's trouble is not another's."""

import asyncio
from datetime import datetime
from uuid import UUID

import structlog

from outcomes.errors import Unavailable
from outcomes.platform.logs import describe
from outcomes.providers import service as providers
from outcomes_workers import outreach, upkeep
from outcomes_workers.tenant_run import VISITED_EVERY, Step, Visit, Work, settle_hint

STEPS = (*outreach.STEPS, *upkeep.STEPS)
_log = structlog.get_logger("outcomes.worker")


class Rounds:
    """Goes from provider to provider. What it remembers may be forgotten: it only saves work."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.failures = 0
        self._under_way = asyncio.Lock()
        self._visited: dict[UUID, datetime] = {}
        self._done: dict[tuple[UUID, str], datetime] = {}

    async def go(self) -> None:
        """Visit whoever something is due for; at once back when the round before is under way."""
        if self._under_way.locked():
            return
        async with self._under_way:
            try:
                entries, now = await self._list_entries()
            except Unavailable as error:
                self._failed("registry", error)
                return
            for entry in entries:
                long_ago = self._visited.get(entry.provider_id, now) <= now - VISITED_EVERY
                new = entry.provider_id not in self._visited
                if self.work.goes_on() and (entry.due or new or long_ago):
                    self._visited[entry.provider_id] = now
                    await self._visit(entry.provider_id, now)

    async def _list_entries(self) -> tuple[list[providers.RegistryEntry], datetime]:
        async with self.work.db.connection() as conn:
            now = await self.work.db.clock.now(conn)
            return await providers.list_registry(conn, now), now

    async def _visit(self, provider_id: UUID, now: datetime) -> None:
        """Each step by itself: what fails is logged without content, and tried at the next visit."""
        try:
            caller = self.work.scopes.worker(provider_id)
        except Unavailable as error:
            self._failed("keys", error)
            return
        work = self.work
        visit = Visit(work.db, caller, work.gateway, work.public_url, now, work.goes_on)
        for step in STEPS:
            if self._is_due(provider_id, step, now):
                try:
                    await step.work(visit)
                    self._done[provider_id, step.name] = now
                except Exception as error:  # whatever it is, the other steps have to be done
                    self._failed(step.name, error)
        try:
            await settle_hint(visit)
        except Unavailable as error:
            self._failed("hint", error)

    def _is_due(self, provider_id: UUID, step: Step, now: datetime) -> bool:
        done = self._done.get((provider_id, step.name))
        return done is None or done + step.every <= now

    def _failed(self, step: str, error: Exception) -> None:
        self.failures += 1
        _log.error("step failed", step=step, failures=self.failures, **describe(error))
