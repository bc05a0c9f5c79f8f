"""The command line as an operator meets it."""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outcomes.cli import main
from outcomes.operations.migrate import migrate
from outcomes.platform.encryption import KeyRing
from outcomes.settings import DatabaseUrls
from tests.test_settings import GOOD


def outcomes(
    *arguments: str, environ: Mapping[str, str | None] | None = None, typed: str = ""
) -> Result:
    return CliRunner().invoke(main, list(arguments), env=environ, input=typed)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_real_data_is_refused_in_one_line(command: str) -> None:
    refused = outcomes(command, environ={**GOOD, "OUTCOMES_PRACTICE_DATA_ONLY": "no"})
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: This version is for practice data only")
    assert len(refused.stderr.splitlines()) == 1


def test_migrate_says_what_is_missing() -> None:
    refused = outcomes("migrate", environ=dict.fromkeys(GOOD, None))
    assert refused.exit_code == 1
    assert refused.stderr == "Error: OUTCOMES_DATABASE_OWNER_URL is missing.\n"


async def test_migrating_again_and_twice_at_once_changes_nothing(
    database_urls: DatabaseUrls,
) -> None:
    newest = max(Path(__file__).parents[1].glob("migrations/*/versions/[0-9]*.py")).name[:4]
    now_at = await asyncio.gather(*(migrate(database_urls) for _ in range(2)))
    assert now_at == [newest, newest]


def test_keys_are_made_once_backed_up_by_two_and_restored(tmp_path: Path) -> None:
    home, keys, archive = tmp_path / "data", tmp_path / "keys", tmp_path / "keys.backup"
    environ = {"OUTCOMES_HOME": str(home), "OUTCOMES_KEYS": str(keys)}
    assert outcomes("keys", "init", environ=environ).exit_code == 0
    again = outcomes("keys", "init", environ=environ)
    assert (again.exit_code, len(again.stderr.splitlines())) == (1, 1)

    mark = KeyRing.open(keys).installation.route_digest("sign_in_name", "practice")
    one, other = "eleven grey herons", "seven red kites"
    typed = f"{one}\n{one}\n{other}\n{other}\n"
    backed_up = outcomes("keys", "backup", str(archive), environ=environ, typed=typed)
    assert backed_up.exit_code == 0
    assert one not in backed_up.output

    shutil.rmtree(keys)
    typed = f"{one}\n{one}\n"
    assert outcomes("keys", "restore", str(archive), environ=environ, typed=typed).exit_code == 1
    typed = f"{one}\n{other}\n"
    restored = outcomes("keys", "restore", str(archive), environ=environ, typed=typed)
    assert restored.exit_code == 0, restored.output
    assert KeyRing.open(keys).installation.route_digest("sign_in_name", "practice") == mark
