"""The product under a clock ahead of ours: `python -m tests.journeys.moved web SECONDS`."""

import asyncio
import os
import sys
from datetime import timedelta

from outcomes.local.demo.seed import seed
from outcomes.operations.serve import serve
from outcomes.platform.clock import Clock
from outcomes.platform.encryption import AES_GCM
from outcomes.settings import Settings
from outcomes_workers.lifecycle import start


def main(part: str, seconds: str) -> None:
    """Run that part: `demo`, `web` or `worker`."""
    settings = Settings.from_environment(os.environ)
    clock = Clock(timedelta(seconds=int(seconds)))
    match part:
        case "demo":
            database = settings.database
            password = asyncio.run(seed(database.app, database.auth, settings.keys, clock))
            print(f"Sign in as worker, lead, admin or analyst, with the password {password}")
        case "web":
            serve(settings, cipher=AES_GCM, clock=clock)
        case "worker":
            start(settings, cipher=AES_GCM, clock=clock)


if __name__ == "__main__":
    main(*sys.argv[1:])
