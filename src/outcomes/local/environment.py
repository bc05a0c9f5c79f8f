"""The environments of the children of `outcomes run`; addresses and secrets are in no file."""

import os

from outcomes.local.embedded.servers import Servers
from outcomes.platform.ports import HERE
from outcomes.settings import EmbeddedSettings


def web_address(port: int) -> str:
    """The address of a port for a browser on this machine."""
    return f"http://{HERE}:{port}"


def product_environment(
    settings: EmbeddedSettings, servers: Servers, handset_port: int
) -> dict[str, str]:
    """The environment of web, worker and preparation. Its gateway is the handset, not a real one."""
    database, credentials = servers.postgres.database, servers.credentials
    return {
        **_inherited(),
        "OUTCOMES_DATABASE_OWNER_URL": database.owner,
        "OUTCOMES_DATABASE_APP_URL": database.app,
        "OUTCOMES_DATABASE_AUTH_URL": database.auth,
        "OUTCOMES_REDIS_URL": servers.redis.url,
        "OUTCOMES_HOME": str(settings.home),
        "OUTCOMES_KEYS": str(settings.keys),
        "OUTCOMES_PUBLIC_URL": web_address(settings.port),
        "OUTCOMES_TWILIO_BASE_URL": web_address(handset_port),
        "OUTCOMES_TWILIO_ACCOUNT_SID": credentials.twilio_account_sid,
        "OUTCOMES_TWILIO_AUTH_TOKEN": credentials.twilio_auth_token,
        "OUTCOMES_PRACTICE_DATA_ONLY": "yes",
        "OUTCOMES_LOG_LEVEL": settings.log_level,
        "OUTCOMES_POOL_SIZE": str(settings.pool_size),
        "PORT": str(settings.port),
    }


def handset_environment(
    settings: EmbeddedSettings, servers: Servers, handset_port: int
) -> dict[str, str]:
    """The environment of the handset, without database and keys."""
    return {
        **_inherited(),
        "OUTCOMES_TWILIO_ACCOUNT_SID": servers.credentials.twilio_account_sid,
        "OUTCOMES_TWILIO_AUTH_TOKEN": servers.credentials.twilio_auth_token,
        "OUTCOMES_HANDSET_PORT": str(handset_port),
        "OUTCOMES_PUBLIC_URL": web_address(settings.port),
    }


def _inherited() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("OUTCOMES_") and name != "PORT"
    }
