"""The worker process: what it opens, what it does, and how it ends.

arq only keeps the beat: a tick every two seconds. All that has to be remembered is in PostgreSQL, so
an emptied Redis costs a tick, and a Redis that is gone ends the process, which is started again.
"""

import json
import resource
from typing import Any

import structlog
from arq import Worker, cron
from arq.connections import RedisSettings
from redis.exceptions import RedisError

from outcomes.access.scopes import Scopes
from outcomes.clock import Clock
from outcomes.db import Database
from outcomes.encryption import FieldCipher, KeyRing
from outcomes.settings import Settings
from outcomes.sms.twilio import TwilioGateway
from outcomes.web.logs import configure, describe
from workers.rounds import Rounds, Work

TICK_SECONDS = 2
_LONGEST_TICK_S = 600
_LAST_WORDS_S = 3
_log = structlog.get_logger("outcomes.worker")


def start(settings: Settings, *, cipher: FieldCipher, clock: Clock) -> None:
    """Work until told to end; `cipher` and `clock` are for tests that need others.

    Raises:
        SettingsError: real data is not allowed yet, or the key store cannot be opened.
        SystemExit: Redis is gone; whoever started us starts us again.
    """
    settings.require_practice_data()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    configure(settings.log_level)
    db = Database(settings.database.app, size=settings.pool_size, clock=clock)
    auth = Database(settings.database.auth, size=1, clock=clock)
    scopes = Scopes(auth, KeyRing.open(settings.keys, cipher=cipher))
    try:
        _worker(settings, db, scopes).run()
    except (RedisError, OSError) as error:
        _log.error("redis is gone", **describe(error))
        raise SystemExit(1) from None


def _worker(settings: Settings, db: Database, scopes: Scopes) -> Worker:
    """Nothing is kept of a job, logged of it or tried again: a tick has no arguments and no result."""

    async def open_all(ctx: dict[str, Any]) -> None:
        await db.open()
        gateway = TwilioGateway(
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            base_url=settings.twilio_base_url,
        )
        ctx["rounds"] = Rounds(
            Work(db, scopes, gateway, settings.public_url, lambda: worker.allow_pick_jobs)
        )

    async def close_all(ctx: dict[str, Any]) -> None:
        await ctx["rounds"].work.gateway.close()
        await db.close()

    worker = Worker(
        cron_jobs=[
            cron(
                tick,
                second=set(range(0, 60, TICK_SECONDS)),
                run_at_startup=True,
                timeout=_LONGEST_TICK_S,
            )
        ],
        redis_settings=RedisSettings.from_dsn(settings.redis_url),
        on_startup=open_all,
        on_shutdown=close_all,
        job_serializer=lambda job: json.dumps(job).encode(),
        job_deserializer=json.loads,
        keep_result=0,
        log_results=False,
        max_tries=1,
        poll_delay=0.5,
        health_check_interval=15,
        job_completion_wait=_LAST_WORDS_S,
    )
    return worker


async def tick(ctx: dict[str, Any]) -> None:
    """Visit whoever something is due for, unless the tick before is still at it."""
    await ctx["rounds"].go()
