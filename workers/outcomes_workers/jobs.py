"""The jobs of a provider's run, in order: what each does and how often it is due.

A STOP is read before anything is sent, and alerts come before prompts.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from msgspec import Struct

from outcomes_workers import maintenance, outreach
from outcomes_workers.tenant_run import TenantRun

EVERY_RUN = timedelta(0)


class Job(Struct, frozen=True):
    """One kind of work. A run includes it when its last run was at least `every` ago."""

    name: str
    every: timedelta
    work: Callable[[TenantRun], Awaitable[object]]


JOBS = (
    Job("read inbox", EVERY_RUN, outreach.read_inbox),
    Job("send alerts", EVERY_RUN, outreach.send_alerts),
    Job("sweep prompts", EVERY_RUN, outreach.sweep_prompts),
    Job("schedule prompts", timedelta(minutes=5), outreach.schedule_prompts),
    Job("send prompts", EVERY_RUN, outreach.send_prompts),
    Job("build exports", EVERY_RUN, maintenance.build_exports),
    Job("refresh plans", timedelta(minutes=10), maintenance.refresh_plans),
    Job("raise flags", timedelta(minutes=10), maintenance.raise_flags),
    Job("delete old exports", timedelta(hours=1), maintenance.delete_old_exports),
)
