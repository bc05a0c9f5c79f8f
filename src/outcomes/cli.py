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

# A command imports what it needs when it runs: the supervisor runs for days and stays small.


class _Commands(click.Group):
    """Prints an error of the product as one line, with exit code 1 and no traceback."""

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
    """Outcomes tracks how survivors of modern slavery are doing."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@main.command()
def run() -> None:
    """Run everything on this machine: servers, web, worker and a practice phone."""
    from outcomes.local import supervisor

    supervisor.run(EmbeddedSettings.from_environment(os.environ), supervisor.Entries())


@main.command()
def migrate() -> None:
    """Migrate the database in the environment to the newest revision."""
    from outcomes.operations.migrate import migrate

    revision = asyncio.run(migrate(database_urls(os.environ)))
    click.echo(f"The database is at revision {revision}.", err=True)


@main.command()
def demo() -> None:
    """Create an invented organisation to practise with, unless it exists already."""
    from outcomes.local.demo.seed import seed
    from outcomes.platform.clock import Clock

    settings = Settings.from_environment(os.environ)
    settings.require_practice_data()
    database = settings.database
    password = asyncio.run(seed(database.app, database.auth, settings.keys, Clock()))
    click.echo(f"Sign in as worker, lead, admin or analyst, with the password {password}")


@main.command()
def serve() -> None:
    """Serve pages and API on the database in the environment, on PORT."""
    from outcomes.operations.serve import serve
    from outcomes.platform.clock import Clock

    serve(Settings.from_environment(os.environ), cipher=encryption.AES_GCM, clock=Clock())


@main.command()
def worker() -> None:
    """Run the background worker on the database in the environment."""
    Settings.from_environment(os.environ).require_practice_data()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "outcomes_workers"])


@main.group()
def providers() -> None:
    """Organisations that support survivors."""


@providers.command("create")
@click.option("--name", required=True)
@click.option("--uk-part", required=True, help="england, wales, scotland or northern_ireland")
@click.option("--admin-name", required=True, help="name of the first administrator")
@click.option("--admin-sign-in-name", required=True)
@click.option("--survivors-number", required=True, help="number that survivors are texted from")
@click.option("--staff-number", required=True, help="number that staff are alerted from")
def create_provider(**typed: str) -> None:
    """Create a provider, its keys and its first administrator, and print the sign-in link."""
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
    """API tokens, each for a member of staff."""


@tokens.command("create")
@click.option("--provider", required=True, type=click.UUID)
@click.option(
    "--sign-in-name", required=True, help="the account whose role and caseload the token has"
)
@click.option("--permission", "permissions", required=True, multiple=True)
@click.option("--days", default=90, type=click.IntRange(1, 365), show_default=True)
def create_token(
    provider: UUID, sign_in_name: str, permissions: tuple[str, ...], days: int
) -> None:
    """Create a token and print it once. It is revoked with the account."""
    from outcomes.operations import commands as operators
    from outcomes.platform.access.roles import Permission

    if unknown := sorted(set(permissions) - set(Permission)):
        raise Invalid.field("permission", f"{unknown[0]} is not one of {', '.join(Permission)}.")
    settings = Settings.from_environment(os.environ)
    settings.require_practice_data()
    wanted = frozenset(Permission(name) for name in permissions)
    lasts = timedelta(days=days)
    click.echo(asyncio.run(operators.create_token(settings, provider, sign_in_name, wanted, lasts)))


@main.group()
def keys() -> None:
    """The encryption keys of this installation. Without them no record can be read."""


@keys.command("init")
def init_keys() -> None:
    """Create the keys of a new installation in OUTCOMES_KEYS."""
    _, directory = folders(os.environ)
    encryption.KeyRing.create(directory)
    click.echo(f"The keys are in {directory}. Back them up now: outcomes keys backup FILE")


@keys.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup_keys(file: Path) -> None:
    """Write an encrypted backup of the keys to FILE; two people each choose half of its passphrase."""
    home, directory = folders(os.environ)
    passphrase = _ask_custodians("New half of the passphrase", confirm=True)
    encryption.backup(directory, file, passphrase=passphrase, home=home)
    click.echo(f"{file} is written and was read back. Keep it away from the data.")


@keys.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
def restore_keys(file: Path) -> None:
    """Restore the keys from FILE to OUTCOMES_KEYS, which must be empty."""
    _, directory = folders(os.environ)
    passphrase = _ask_custodians("Half of the passphrase", confirm=False)
    encryption.restore(file, directory, passphrase=passphrase)
    click.echo(f"The keys are in {directory}, and each of them can be opened.")


def _ask_custodians(question: str, *, confirm: bool) -> str:
    """The passphrase, of which each custodian types half without the other seeing it."""
    halves = (
        click.prompt(f"{question}, {who}", hide_input=True, confirmation_prompt=confirm, type=str)
        for who in ("first person", "second person")
    )
    return "".join(halves)
