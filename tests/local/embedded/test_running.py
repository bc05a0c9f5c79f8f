"""Properties of the running product."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from outcomes.local.embedded.credentials import Credentials, find_credentials
from tests.local.embedded.conftest import ENTRIES
from tests.supervised import REDIS_PROGRAM, Supervised, started_supervisor


@pytest.fixture(scope="module")
def folder(run_folder: Path) -> Path:
    folder = run_folder / "running"
    folder.mkdir(mode=0o711)
    return folder


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Supervised]:
    with started_supervisor(folder, entries=ENTRIES) as product:
        product.read_until("Ready: ")
        yield product


@pytest.fixture(scope="module")
def credentials(folder: Path, running: Supervised) -> Credentials:
    found = find_credentials(folder / "keys")
    assert found is not None
    return found


def test_no_child_may_dump_its_memory(running: Supervised) -> None:
    for pid in running.children():
        limits = Path("/proc", str(pid), "limits").read_text().splitlines()
        (core,) = [line for line in limits if line.startswith("Max core file size")]
        assert core.split()[4:6] == ["0", "0"], pid


def test_no_secret_is_among_the_arguments_of_a_process(
    running: Supervised, credentials: Credentials
) -> None:
    commands = [Path("/proc", str(pid), "cmdline").read_text() for pid in running.children()]
    assert any(REDIS_PROGRAM in command for command in commands)
    for secret in (credentials.superuser, credentials.app, credentials.twilio_auth_token):
        assert not [command for command in commands if secret in command]


def test_only_their_owner_reads_the_credentials(folder: Path, credentials: Credentials) -> None:
    assert (folder / "keys").stat().st_mode & 0o777 == 0o700
    assert (folder / "keys/embedded.json").stat().st_mode & 0o777 == 0o400
    assert credentials.app not in repr(credentials)


def test_a_second_start_names_the_holder_and_leaves_it_alone(
    running: Supervised, folder: Path
) -> None:
    with started_supervisor(folder, entries=ENTRIES) as second:
        assert f"process {running.process.pid}" in second.read_until("Error: ")
        assert second.process.wait(timeout=60) == 1
    assert running.process.poll() is None


def test_all_but_ourselves_run_without_privileges(running: Supervised) -> None:
    servers = [
        Path("/proc", str(pid))
        for pid in running.children()
        if "postgres" in (command := Path("/proc", str(pid), "cmdline").read_text())
        or REDIS_PROGRAM in command
    ]
    assert len(servers) > 5
    assert not [server for server in servers if server.stat().st_uid == 0]
