"""Start and stop as a user sees them, with real servers and processes."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import asyncpg
import pytest

from outcomes.local.embedded.credentials import find_credentials
from tests.local.embedded.conftest import STUB, Start
from tests.supervised import REDIS_PROGRAM, Supervised

READY = "Ready: "


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other processes do; the test's own assertion follows."""
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)


def gone(pids: Iterable[int]) -> bool:
    """Ended; whether the parent that inherited them has taken notice is not ours to say."""
    return not any(map(is_alive, pids))


def is_alive(pid: int) -> bool:
    try:
        state = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def read_command(pid: int) -> str:
    file = Path("/proc", str(pid), "cmdline")
    return file.read_text().replace("\0", " ") if file.exists() else ""


def program(product: Supervised, *words: str) -> int:
    """The child whose command line has all these words."""
    for pid in product.children():
        if all(word in read_command(pid) for word in words):
            return pid
    raise AssertionError(f"no child runs {words}")


async def superuser(product: Supervised, folder: Path) -> asyncpg.Connection:
    """A connection to the cluster that this product runs; its port stands in its pid file."""
    lines = (folder / "data/postgres/postmaster.pid").read_text().splitlines()
    credentials = find_credentials(folder / "keys")
    assert credentials is not None
    assert int(lines[0]) in product.children()
    return await asyncpg.connect(
        host="127.0.0.1",
        port=int(lines[3]),
        user="postgres",
        password=credentials.superuser,
        database="outcomes",
    )


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_says_ready_once_and_ends_without_a_child(start: Start, by: signal.Signals) -> None:
    product = start()
    assert product.read_until(READY) == f"Ready: {product.url}\n"
    children = product.children()
    assert len(children) > 5
    assert product.end(by) == 0
    assert gone(children)
    assert product.process.stdout is not None
    assert product.process.stdout.read().endswith("Stopped.\n")


def test_a_signal_during_the_start_ends_it_too(start: Start) -> None:
    product = start(entries={"preparation": [[STUB, "idle"]]})
    product.read_until("Preparing: ")
    until(lambda: any("embedded.stub" in read_command(pid) for pid in product.children()))
    children = product.children()
    assert product.end() == 0
    assert gone(children)


def test_a_killed_supervisor_leaves_no_child_and_the_home_starts_again(
    start: Start, folder: Path
) -> None:
    product = start()
    product.read_until(READY)
    children = product.children()
    product.end(signal.SIGKILL)
    again = start()
    again.read_until(READY)
    assert gone(children)
    assert again.end() == 0


async def test_data_outlive_an_orderly_end_and_a_kill(start: Start, folder: Path) -> None:
    for by, expected in ((signal.SIGTERM, []), (signal.SIGKILL, [1]), (signal.SIGTERM, [1, 2])):
        product = start()
        product.read_until(READY)
        conn = await superuser(product, folder)
        await conn.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        found = [row["number"] for row in await conn.fetch("SELECT number FROM kept ORDER BY 1")]
        await conn.execute("INSERT INTO kept VALUES ($1)", len(expected) + 1)
        await conn.close()
        product.end(by)
        assert found == expected


def test_a_taken_port_is_one_line_that_names_the_setting(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        product = start(port=port)
        assert product.process.wait(timeout=60) == 1
        assert product.process.stdout is not None
        said = product.process.stdout.read().splitlines()
    assert len(said) == 1
    assert "PORT=" in said[0]
    assert str(port) in said[0]


async def test_two_homes_side_by_side_do_not_meet(start: Start, folder: Path) -> None:
    one, other = start(folder / "one"), start(folder / "other")
    one.read_until(READY)
    other.read_until(READY)
    conn = await superuser(one, folder / "one")
    await conn.execute("CREATE TABLE of_one ()")
    await conn.close()
    conn = await superuser(other, folder / "other")
    assert await conn.fetchval("SELECT to_regclass('of_one')") is None
    await conn.close()
    assert one.end() == 0
    assert gone([one.process.pid])
    assert len(other.children()) > 5


@pytest.mark.parametrize(("word", "name"), [("idle worker", "worker"), (REDIS_PROGRAM, "redis")])
def test_a_part_that_may_come_back_does(start: Start, word: str, name: str) -> None:
    product = start()
    product.read_until(READY)
    killed = program(product, word)
    os.kill(killed, signal.SIGKILL)
    product.read_until(f"{name} exited")
    until(lambda: any(word in read_command(pid) for pid in product.children()))
    assert program(product, word) != killed
    assert product.process.poll() is None


@pytest.mark.parametrize(("words", "name"), [(["web"], "web"), (["postgres", "-D"], "postgres")])
def test_a_part_that_all_depend_on_ends_all(start: Start, words: list[str], name: str) -> None:
    product = start()
    product.read_until(READY)
    children = product.children()
    os.kill(program(product, *words), signal.SIGKILL)
    assert f"{name} exited" in product.read_until("Error: ")
    assert product.process.wait(timeout=60) == 1
    until(lambda: gone(children))  # the children of a killed postgres notice it by themselves
    assert gone(children)


def test_what_the_preparation_says_comes_after_ready(start: Start) -> None:
    product = start(entries={"preparation": [[STUB, "say", "Sign in as: nobody yet"]]})
    product.read_until(READY)
    assert product.read_until("Sign in as: ") == "Sign in as: nobody yet\n"


def test_a_preparation_that_knows_why_it_fails_says_it(start: Start) -> None:
    product = start(entries={"preparation": [[STUB, "fail", "it is Sunday"]]})
    assert product.read_until("Error: ") == "Error: it is Sunday\n"
    assert product.process.wait(timeout=60) == 1


def test_a_preparation_that_fails_ends_all_and_names_its_log(start: Start, folder: Path) -> None:
    product = start(entries={"preparation": [[STUB, "fail"]]})
    assert str(folder / "data/logs/fail.log") in product.read_until("Error: ")
    assert product.process.wait(timeout=60) == 1


def test_a_web_process_that_ends_before_it_is_ready_ends_all(start: Start) -> None:
    product = start(entries={"web": [STUB, "fail"]})
    assert "did not become ready" in product.read_until("Error: ")
    assert product.process.wait(timeout=60) == 1
