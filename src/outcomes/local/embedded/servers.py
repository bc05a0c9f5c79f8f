"""Both private servers of one home, together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from outcomes.local.embedded.cluster import (
    Cluster,
    make_files,
    remove_stale_pid_file,
    set_superuser_password,
)
from outcomes.local.embedded.credentials import Credentials, find_credentials, make_credentials
from outcomes.local.embedded.data_directory import find_data_directory
from outcomes.local.embedded.home import make_folder, make_key_folder
from outcomes.local.embedded.postgres import Postgres, running_postgres
from outcomes.local.embedded.programs import postgres_programs
from outcomes.local.embedded.redis import Redis, running_redis
from outcomes.local.process import ProcessContext


class Servers(Struct, frozen=True):
    """The running servers and their credentials."""

    postgres: Postgres
    redis: Redis
    credentials: Credentials
    context: ProcessContext


@asynccontextmanager
async def running_servers(
    home: Path,
    keys: Path,
    lock: int,
    *,
    notify: Callable[[str], None],
    postgres_bin: Path | None = None,
) -> AsyncIterator[Servers]:
    """PostgreSQL and Redis with their files in `home`, whose `lock` is held; stopped at the context's end.

    Args:
        notify: prints a line to the user.

    Raises:
        SettingsError: one of them cannot run; says why and what to do.
    """
    context = ProcessContext(lock=lock, logs=_rotate_logs(home), notify=notify)
    directory = find_data_directory(home)
    if directory.folder != home:
        notify(f"The servers' files are in {directory.folder}: their user cannot reach {home}")
    programs = postgres_programs(directory, postgres_bin)
    cluster = Cluster(directory.subdirectory("postgres"), programs, directory, context)
    credentials = await _prepare(cluster, keys)
    async with (
        running_postgres(cluster, credentials) as postgres,
        running_redis(directory, context) as redis,
    ):
        yield Servers(postgres, redis, credentials, context)


def has_database(home: Path) -> bool:
    """Whether a home has a database, so that its keys must exist."""
    return find_data_directory(home).subdirectory("postgres").exists()


async def _prepare(cluster: Cluster, keys: Path) -> Credentials:
    """The credentials and files of the cluster, created if missing."""
    make_key_folder(keys)
    known = find_credentials(keys)
    credentials = known or make_credentials(keys)
    if not cluster.folder.exists():
        await make_files(cluster, credentials.superuser)
        return credentials
    remove_stale_pid_file(cluster)
    if known is None:
        await set_superuser_password(cluster, credentials.superuser)
    return credentials


def _rotate_logs(home: Path) -> Path:
    """The folder of logs; the previous ones are renamed to `<name>.log.previous`."""
    logs = home / "logs"
    make_folder(logs, 0o700)
    for log in logs.glob("*.log"):
        log.rename(log.with_suffix(".log.previous"))
    return logs
