"""The only use of arq: a cron tick. It stores, logs and repeats no data of the product."""

import json

from arq import Worker, cron
from arq.connections import RedisSettings
from arq.typing import StartupShutdown, WorkerCoroutine

TICK_SECONDS = 2
_LONGEST_TICK_S = 600
_SHUTDOWN_GRACE_S = 3
"""How long a running tick may continue after the process was asked to stop."""


def worker_for(
    redis_url: str,
    tick: WorkerCoroutine,
    *,
    on_startup: StartupShutdown,
    on_shutdown: StartupShutdown,
) -> Worker:
    """A worker whose only job is `tick`, without arguments and without a result."""
    return Worker(
        cron_jobs=[
            cron(
                tick,
                name="tick",
                second=set(range(0, 60, TICK_SECONDS)),
                run_at_startup=True,
                timeout=_LONGEST_TICK_S,
            )
        ],
        redis_settings=RedisSettings.from_dsn(redis_url),
        on_startup=on_startup,
        on_shutdown=on_shutdown,
        job_serializer=lambda job: json.dumps(job).encode(),
        job_deserializer=json.loads,
        keep_result=0,
        log_results=False,
        max_tries=1,
        poll_delay=0.5,
        health_check_interval=15,
        job_completion_wait=_SHUTDOWN_GRACE_S,
    )
