"""Bring a database to the newest revision: what `outcomes migrate` does."""

from importlib.resources import files

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from outcomes.settings import DatabaseUrls

_ONE_AT_A_TIME = text("SELECT pg_advisory_lock(7031862514)")


async def migrate(database: DatabaseUrls) -> str | None:
    """Apply every missing revision as the owner; grants go to the app and auth roles.

    Each revision is committed separately. Concurrent callers wait for each other.

    Returns:
        The revision the database is at; None when there are no revisions.
    """
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(database.owner),
        poolclass=NullPool,
    )
    async with engine.connect() as connection:
        await connection.execute(_ONE_AT_A_TIME)
        await connection.commit()
        return await connection.run_sync(_upgrade, database)


def _upgrade(connection: Connection, database: DatabaseUrls) -> str | None:
    folder = str(files("outcomes_migrations"))
    config = Config()
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes.update(
        connection=connection, app_role=database.app_role, auth_role=database.auth_role
    )
    command.upgrade(config, "head")
    return MigrationContext.configure(connection).get_current_revision()
