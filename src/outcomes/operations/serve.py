"""The web process, and the checks before it starts."""

import asyncio
import resource

import asyncpg
import uvicorn

from outcomes.app import create_app
from outcomes.errors import SettingsError
from outcomes.platform.clock import Clock
from outcomes.platform.encryption import FieldCipher
from outcomes.platform.logs import configure
from outcomes.platform.ports import HERE, refuse_taken
from outcomes.settings import DatabaseUrls, Settings

_SHUTDOWN_GRACE_S = 3


def serve(settings: Settings, *, cipher: FieldCipher, clock: Clock) -> None:
    """Serve on 127.0.0.1 until a signal; a proxy in front terminates TLS.

    Addresses contain ids, so they are not logged. The Host and forwarding headers are not trusted.

    Raises:
        SettingsError: real data is not allowed yet, the port is taken, or a role has too many privileges.
    """
    settings.require_practice_data()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    configure(settings.log_level)
    refuse_taken(settings.port)
    asyncio.run(refuse_privileged_roles(settings.database))
    uvicorn.run(
        create_app(settings, cipher=cipher, clock=clock),
        host=HERE,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=_SHUTDOWN_GRACE_S,
    )


async def refuse_privileged_roles(database: DatabaseUrls) -> None:
    """Row-level security protects from neither a superuser nor BYPASSRLS, and an owner can end it.

    Raises:
        SettingsError: the app or auth role is one of these, or cannot sign in to the database.
    """
    for name, url in (("app", database.app), ("auth", database.auth)):
        try:
            conn = await asyncpg.connect(url)
        except (OSError, asyncpg.PostgresError) as error:
            raise SettingsError(
                f"The {name} role cannot sign in to the database: {type(error).__name__}."
            ) from error
        try:
            privileged = await conn.fetchval(_EXCESS_PRIVILEGES)
        finally:
            await conn.close()
        if privileged:
            raise SettingsError(
                f"The {name} role may be neither superuser, nor BYPASSRLS, nor owner of a table: "
                "see the roles in docs/operations.md."
            )


_EXCESS_PRIVILEGES = """
    SELECT rolsuper OR rolbypassrls OR EXISTS (
        SELECT FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
        AND pg_has_role(current_user, relowner, 'MEMBER')
    )
    FROM pg_roles WHERE rolname = current_user"""
