"""The worker process: what it opens, what it does, and how it ends.

All that has to be remembered is in PostgreSQL, so an emptied Redis costs a tick, and a Redis that is
gone ends the process, which is started again.
"""

import resource
from typing import Any

import structlog
from redis.exceptions import RedisError

from outcomes.messaging.gateways.twilio import TwilioGateway
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.clock import Clock
from outcomes.platform.db import Database
from outcomes.platform.encryption import FieldCipher, KeyRing
from outcomes.platform.logs import configure, describe
from outcomes.settings import Settings
from outcomes_workers import tick as beat
from outcomes_workers.scheduler import Rounds
from outcomes_workers.tenant_run import Work

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

    async def open_all(ctx: dict[str, Any]) -> None:
        await db.open()
        gateway = TwilioGateway(
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            base_url=settings.twilio_base_url,
        )
        work = Work(db, scopes, gateway, settings.public_url, lambda: worker.allow_pick_jobs)
        ctx["rounds"] = Rounds(work)

    async def tick(ctx: dict[str, Any]) -> None:
        await ctx["rounds"].go()

    async def close_all(ctx: dict[str, Any]) -> None:
        await ctx["rounds"].work.gateway.close()
        await db.close()

    worker = beat.worker(settings.redis_url, tick, on_startup=open_all, on_shutdown=close_all)
    try:
        worker.run()
    except (RedisError, OSError) as error:
        _log.error("redis is gone", **describe(error))
        raise SystemExit(1) from None
