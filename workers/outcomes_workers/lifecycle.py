"""The worker process: what it opens, what it runs, and how it stops.

All state is in PostgreSQL. An emptied Redis costs one tick. A lost Redis ends the process, and the
supervisor starts it again.
"""

import resource
from typing import Any

import structlog
from redis.exceptions import RedisError

from outcomes.assessments.instruments import Instruments, shipped_instruments
from outcomes.disengagement.rules import DEFAULT_LADDER, Ladder
from outcomes.messaging.gateways.twilio import TwilioGateway
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.clock import Clock
from outcomes.platform.db import Database
from outcomes.platform.encryption import FieldCipher, KeyRing
from outcomes.platform.logs import configure, describe
from outcomes.settings import Settings
from outcomes_workers.scheduler import Scheduler
from outcomes_workers.tenant_run import Work
from outcomes_workers.tick import worker_for

_log = structlog.get_logger("outcomes.worker")


def start(
    settings: Settings,
    *,
    cipher: FieldCipher,
    clock: Clock,
    ladder: Ladder = DEFAULT_LADDER,
    instruments: Instruments | None = None,
) -> None:
    """Work until asked to stop. Tests pass a `cipher` and a `clock` of their own; `ladder` and
    `instruments` are those of the web application.

    Raises:
        SettingsError: real data is not allowed yet, or the key store cannot be opened.
        SystemExit: Redis cannot be reached; the supervisor starts the process again.
    """
    settings.require_practice_data()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    configure(settings.log_level)
    db = Database(settings.database.app, size=settings.pool_size, clock=clock)
    auth = Database(settings.database.auth, size=1, clock=clock)
    scopes = Scopes(auth, KeyRing.open(settings.keys, cipher=cipher))

    async def open_all(ctx: dict[str, Any]) -> None:
        await db.open()
        gateway = TwilioGateway(
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            base_url=settings.twilio_base_url,
        )
        work = Work(
            db=db,
            scopes=scopes,
            gateway=gateway,
            public_url=settings.public_url,
            ladder=ladder,
            instruments=instruments or shipped_instruments(),
            should_continue=lambda: worker.allow_pick_jobs,
        )
        ctx["scheduler"] = Scheduler(work)

    async def tick(ctx: dict[str, Any]) -> None:
        await ctx["scheduler"].run_pass()

    async def close_all(ctx: dict[str, Any]) -> None:
        await ctx["scheduler"].work.gateway.close()
        await db.close()

    worker = worker_for(settings.redis_url, tick, on_startup=open_all, on_shutdown=close_all)
    try:
        worker.run()
    except (RedisError, OSError) as error:
        _log.error("redis is unavailable", **describe(error))
        raise SystemExit(1) from None
