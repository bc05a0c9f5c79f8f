"""The command line: `outcomes --help`."""

import asyncio
import os
import resource
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from outcomes.errors import Invalid, OutcomesError
from outcomes.platform import encryption
from outcomes.settings import EmbeddedSettings, Settings, database_urls, folders

# What a command needs is imported when it runs: the supervisor stays for days, and small.


class _Commands(click.Group):
    """What the product refuses on purpose is one line and exit code 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Invalid as error:
            problems = (f"{problem.field}: {problem.message}" for problem in error.problems)
            raise click.ClickException(" ".join(problems)) from error
        except OutcomesError as error:
            raise click.ClickException(error.message) from error
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error


@click.group(cls=_Commands)
def main() -> None:
    """Outcomes: how survivors of modern slavery are doing, and nobody forgotten."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@main.command()
def run() -> None:
    """Run everything on this machine: servers, web, worker, and a phone to practise with."""
    from outcomes.local import supervisor

    supervisor.run(EmbeddedSettings.from_environment(os.environ), supervisor.Entries())


@main.command()
def migrate() -> None:
    """Bring the database in the environment to the newest revision."""
    from outcomes.operations.migrate import migrate

    revision = asyncio.run(migrate(database_urls(os.environ)))
    click.echo(f"The database is at revision {revision}.", err=True)


@main.command()
def demo() -> None:
    """Make an invented organisation to practise with, unless it is there already."""
    from outcomes.local.demo.seed import seed
    from outcomes.platform.clock import Clock

    settings = Settings.from_environment(os.environ)
    settings.require_practice_data()
    database = settings.database
    password = asyncio.run(seed(database.app, database.auth, settings.keys, Clock()))
    click.echo(f"Sign in as worker, lead, admin or analyst, with the password {password}")


@main.command()
def serve() -> None:
    """Serve pages and API on the database in the environment, at PORT."""
    from outcomes.operations.serve import serve
    from outcomes.platform.clock import Clock

    serve(Settings.from_environment(os.environ), cipher=encryption.AES_GCM, clock=Clock())


@main.command()
def worker() -> None:
    """Send what is due and read what came in, on the database in the environment."""
    Settings.from_environment(os.environ).require_practice_data()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "outcomes_workers"])


@main.group()
def providers() -> None:
    """Organisations that support survivors."""


@providers.command("create")
@click.option("--name", required=True)
@click.option("--uk-part", required=True, help="england, wales, scotland or northern_ireland")
@click.option("--admin-name", required=True, help="its first administrator")
@click.option("--admin-sign-in-name", required=True)
@click.option("--survivors-number", required=True, help="from which survivors are texted")
@click.option("--staff-number", required=True, help="from which staff are alerted")
def create_provider(**typed: str) -> None:
    """Make a provider, its keys and its first administrator, and print the sign-in link."""
    from outcomes.operations import commands as operators
    from outcomes.platform.web.requests.reading import read
    from outcomes.providers.models import NewProvider

    settings = Settings.from_environment(os.environ)
    settings.require_practice_data()
    provider_id, link = asyncio.run(operators.create_provider(settings, read(NewProvider, typed)))
    click.echo(f"Provider {provider_id}")
    click.echo(f"The administrator's link works once, for three days: {link}")


@main.group()
def tokens() -> None:
    """Tokens with which programs act for a member of staff."""


@tokens.command("create")
@click.option("--provider", required=True, type=click.UUID)
@click.option("--sign-in-name", required=True, help="whose role and caseload the token has")
@click.option("--permission", "permissions", required=True, multiple=True)
@click.option("--days", default=90, type=click.IntRange(1, 365), show_default=True)
def create_token(
    provider: UUID, sign_in_name: str, permissions: tuple[str, ...], days: int
) -> None:
    """Make a token and print it once; with the account it ends too."""
    from outcomes.operations import commands as operators
    from outcomes.platform.access.models import Permission

    if unknown := sorted(set(permissions) - set(Permission)):
        raise Invalid.field("permission", f"{unknown[0]} is none of {', '.join(Permission)}.")
    settings = Settings.from_environment(os.environ)
    settings.require_practice_data()
    wanted = frozenset(Permission(name) for name in permissions)
    lasts = timedelta(days=days)
    click.echo(asyncio.run(operators.create_token(settings, provider, sign_in_name, wanted, lasts)))


@main.group()
def keys() -> None:
    """The keys that open every record. Whoever loses them loses the records."""


@keys.command("init")
def init_keys() -> None:
    """Make the keys of a new installation in OUTCOMES_KEYS."""
    _, directory = folders(os.environ)
    encryption.KeyRing.create(directory)
    click.echo(f"The keys are in {directory}. Back them up now: outcomes keys backup FILE")


@keys.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup_keys(file: Path) -> None:
    """Seal the keys into FILE, under a passphrase of which two people hold half each."""
    home, directory = folders(os.environ)
    passphrase = _asked_of_two("New half of the passphrase", confirm=True)
    encryption.backup(directory, file, passphrase=passphrase, home=home)
    click.echo(f"{file} is written and reads back. Keep it away from the data.")


@keys.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
def restore_keys(file: Path) -> None:
    """Put the keys in FILE back into OUTCOMES_KEYS, which must be empty."""
    _, directory = folders(os.environ)
    passphrase = _asked_of_two("Half of the passphrase", confirm=False)
    encryption.restore(file, directory, passphrase=passphrase)
    click.echo(f"The keys are in {directory}, and each of them opens.")


def _asked_of_two(question: str, *, confirm: bool) -> str:
    """Each custodian types their half unseen; neither alone opens anything."""
    halves = (
        click.prompt(f"{question}, {who}", hide_input=True, confirmation_prompt=confirm, type=str)
        for who in ("first person", "second person")
    )
    return "".join(halves)
