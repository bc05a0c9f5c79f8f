"""A private PostgreSQL, running: its settings, its roles, its addresses."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from signal import SIGINT

import asyncpg
from msgspec import Struct

from outcomes.errors import SettingsError
from outcomes.local.embedded.cluster import SUPERUSER, Cluster
from outcomes.local.embedded.credentials import Credentials
from outcomes.local.process import stop
from outcomes.platform.ports import HERE, free_port
from outcomes.settings import DatabaseUrls

DATABASE = "outcomes"
_START_S = 60.0
_STOP_S = 15.0

_SERVER_SETTINGS = {
    "listen_addresses": HERE,
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A refused statement would otherwise be logged with its values, in DETAIL and in STATEMENT.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class Postgres(Struct, frozen=True):
    """A running server. The superuser is for roles, dumps and tests; no child process gets it."""

    process: Process
    cluster: Cluster
    database: DatabaseUrls
    superuser_url: str

    def __repr__(self) -> str:
        return f"Postgres({self.cluster.folder})"


@asynccontextmanager
async def running_postgres(cluster: Cluster, credentials: Credentials) -> AsyncIterator[Postgres]:
    """The server on a free port, with roles and database created; stopped at the end of the context.

    Raises:
        SettingsError: it does not start, or these are not its credentials.
    """
    port = free_port()
    arguments = ["-D", str(cluster.folder), "-p", str(port)]
    for name, value in _SERVER_SETTINGS.items():
        arguments += ["-c", f"{name}={value}"]
    process = await cluster.start("postgres", *arguments)
    try:
        conn = await _first_connection(cluster, process, port, credentials)
        try:
            urls = await _make_roles(conn, port, credentials)
        finally:
            await conn.close()
        superuser_url = _url(SUPERUSER, credentials.superuser, port)
        yield Postgres(process, cluster, urls, superuser_url)
    finally:
        await stop(process, SIGINT, _STOP_S)


async def _first_connection(
    cluster: Cluster, server: Process, port: int, credentials: Credentials
) -> asyncpg.Connection:
    deadline = asyncio.get_running_loop().time() + _START_S
    while server.returncode is None and asyncio.get_running_loop().time() < deadline:
        try:
            return await asyncpg.connect(
                host=HERE,
                port=port,
                user=SUPERUSER,
                password=credentials.superuser,
                database="postgres",
                ssl=False,
            )
        except asyncpg.InvalidPasswordError as error:
            raise SettingsError(
                f"The database in {cluster.folder} belongs to other keys: "
                "name their folder in OUTCOMES_KEYS."
            ) from error
        except (OSError, asyncpg.CannotConnectNowError):
            await asyncio.sleep(0.05)
    raise cluster.failure("did not start")


async def _make_roles(
    conn: asyncpg.Connection, port: int, credentials: Credentials
) -> DatabaseUrls:
    """Create the database and three roles without privileges beyond their grants.

    Names have a random prefix per cluster, so that no migration can rely on them.
    """
    system = await conn.fetchval("SELECT system_identifier FROM pg_control_system()")
    prefix = f"outcomes_{system % 16**8:08x}"
    owner = await _make_role(conn, f"{prefix}_owner", credentials.owner)
    app = await _make_role(conn, f"{prefix}_app", credentials.app)
    auth = await _make_role(conn, f"{prefix}_auth", credentials.auth)
    if not await conn.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
        await conn.execute(f"CREATE DATABASE {DATABASE} OWNER {owner}")
    await conn.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
    await conn.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {app}, {auth}")
    return DatabaseUrls(
        owner=_url(owner, credentials.owner, port),
        app=_url(app, credentials.app, port),
        auth=_url(auth, credentials.auth, port),
    )


async def _make_role(conn: asyncpg.Connection, role: str, password: str) -> str:
    exists = await conn.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    await conn.execute(
        f"{'ALTER' if exists else 'CREATE'} ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB"
        f" NOCREATEROLE PASSWORD '{password}'"
    )
    return role


def _url(role: str, password: str, port: int) -> str:
    """The address of a role; passwords are URL-safe. TLS is off, so that no certificate is looked for in a
    home directory, which a service user may not be able to enter."""
    return f"postgresql://{role}:{password}@{HERE}:{port}/{DATABASE}?sslmode=disable"
