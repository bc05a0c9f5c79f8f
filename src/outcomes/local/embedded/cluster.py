"""The files of a private PostgreSQL: made whole or not at all, and never another program's."""

import shutil
from asyncio.subprocess import Process
from pathlib import Path
from signal import SIGINT

from msgspec import Struct

from outcomes.errors import SettingsError
from outcomes.local.embedded.data_directory import DataDirectory
from outcomes.local.process import ProcessContext, start

SUPERUSER = "postgres"


class Cluster(Struct, frozen=True):
    """Where the files are, and the programs that read them."""

    folder: Path
    programs: Path
    """The folder with `postgres`, `initdb` and the `pg_dump` of their version."""
    directory: DataDirectory
    context: ProcessContext

    async def start(self, program: str, *arguments: str, feed: bytes | None = None) -> Process:
        """Start one of the programs on the files."""
        command = [str(self.programs / program), *arguments]
        return await start(
            "postgres",
            command,
            self.context,
            parent_death_signal=SIGINT,
            user=self.directory.user,
            feed=feed,
        )

    def failure(self, what: str) -> SettingsError:
        """What to raise when the server did something unexpected; its log says why."""
        return SettingsError(f"PostgreSQL {what}: see {self.context.log('postgres')}")


async def make_files(cluster: Cluster, password: str) -> None:
    """Make the files under another name first, so that a start killed here leaves no half of them.

    Raises:
        SettingsError: initdb failed.
    """
    unfinished = cluster.folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    cluster.directory.make(unfinished)
    password_file = unfinished.with_suffix(".password")
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    cluster.directory.chown(password_file)
    arguments = ["-D", str(unfinished), "-U", SUPERUSER, f"--pwfile={password_file}"]
    arguments += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
    try:
        process = await cluster.start("initdb", *arguments)
        if await process.wait() != 0:
            raise cluster.failure("could not make its files")
    finally:
        password_file.unlink()
    unfinished.rename(cluster.folder)


async def set_superuser_password(cluster: Cluster, password: str) -> None:
    """Let new credentials in, after a restore of the keys, without asking the old ones."""
    statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'\n"
    arguments = ["--single", "-D", str(cluster.folder), "-c", "log_min_error_statement=panic"]
    process = await cluster.start("postgres", *arguments, SUPERUSER, feed=statement.encode())
    if await process.wait() != 0:
        raise cluster.failure("did not take its new password")


def forget_killed_server(cluster: Cluster) -> None:
    """Remove the pid file of a server that was killed: its number may be another process's by now.

    We hold the home's lock, which any server that we started would still hold; one that somebody started by
    hand uses the cluster's folder, and is left alone.
    """
    pid_file = cluster.folder / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = pid_file.read_text().partition("\n")[0]
    place = Path("/proc", pid, "cwd")
    if place.exists() and place.samefile(cluster.folder):
        raise SettingsError(f"{cluster.folder} is in use by process {pid}: stop that first.")
    pid_file.unlink()
