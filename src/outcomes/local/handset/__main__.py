"""`python -m outcomes.local.handset`: the handset on this machine's own address."""

import asyncio
import os
import sys

import uvicorn

from outcomes.local.handset.app import Handset

_NEEDED = (
    "OUTCOMES_TWILIO_ACCOUNT_SID",
    "OUTCOMES_TWILIO_AUTH_TOKEN",
    "OUTCOMES_PUBLIC_URL",
    "OUTCOMES_HANDSET_PORT",
)


def main() -> None:
    """Serve until a signal ends it. Nothing of a request is logged."""
    missing = [name for name in _NEEDED if not os.environ.get(name)]
    if missing:
        sys.exit(f"The handset needs {', '.join(missing)}.")
    asyncio.run(_serve(*(os.environ[name] for name in _NEEDED)))


async def _serve(account_sid: str, auth_token: str, public_url: str, port: str) -> None:
    handset = Handset(account_sid=account_sid, auth_token=auth_token, public_url=public_url)
    config = uvicorn.Config(
        handset,
        host="127.0.0.1",
        port=int(port),
        interface="asgi3",
        lifespan="off",
        http="h11",
        ws="none",
        loop="asyncio",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    await uvicorn.Server(config).serve()
    await handset.close()


if __name__ == "__main__":
    main()
