"""No personal data is readable anywhere but in answers to workers."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from shutil import rmtree

import pytest
from msgspec import Struct

from outcomes.local.embedded.data_directory import find_data_directory
from outcomes.local.embedded.home import make_folder
from tests.privacy.journey import Journey, prepared_in
from tests.privacy.mistakes import make_mistakes
from tests.privacy.places import ENVIRONMENT_CANARY, Places
from tests.privacy.planted import canary, fifty
from tests.privacy.prepare import Prepared
from tests.privacy.scan import found_in_bytes
from tests.supervised import Supervised, started_supervisor

PLACES = (
    "data files",
    "WAL",
    "PostgreSQL log",
    "dump",
    "Redis files",
    "Redis keys",
    "output",
    "environment",
    "key store",
    "supervisor output",
)
NULL = {"web": ["tests.privacy.null_web"], "worker": ["tests.privacy.null_worker"]}


class Left(Struct, frozen=True):
    """The values found in each place after a run, and the logs."""

    found: dict[str, set[str]]
    web_log: str
    server_log: str


@contextmanager
def started(
    folder: Path, cipher: str, entries: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Supervised, Prepared]]:
    """A product that logs everything, with a provider; nothing of it stays."""
    make_folder(folder, 0o711)
    file = folder / "prepared.json"
    steps = [["outcomes", "migrate"], ["tests.privacy.prepare", str(file), cipher]]
    settings = {"OUTCOMES_LOG_LEVEL": "debug", **ENVIRONMENT_CANARY}
    whole: dict[str, object] = {"preparation": steps, **entries}
    try:
        with started_supervisor(folder, entries=whole, settings=settings) as product:
            product.read_until("Ready: ")
            yield product, prepared_in(file)
    finally:
        rmtree(find_data_directory(folder / "data").folder)


async def lived(
    folder: Path, cipher: str, entries: Mapping[str, Sequence[str]], *, everything: bool
) -> Left:
    """What is found after a product was used, searched and stopped."""
    logs = folder / "data/logs"
    with started(folder, cipher, entries) as (product, prepared):
        try:
            journey = Journey(product, prepared)
            journey.plant()
            if everything:
                journey.go_on()
                await make_mistakes(journey, prepared)
        except AssertionError:
            _show_errors(logs)
            raise
        places = Places(folder, product, prepared)
        await places.plant_canaries()
        found = places.find(fifty())
        web_log, server_log = (logs / "web.log").read_text(), (logs / "postgres.log").read_text()
        product.end()
        said = "".join(product.said) + (product.process.stdout or StringIO()).read()
    wanted = (*fifty(), canary("supervisor output"))
    found["supervisor output"] = found_in_bytes(said.encode(), wanted)
    return Left(found, web_log, server_log)


def _show_errors(logs: Path) -> None:
    """What the processes had to say about it, which holds no content."""
    for log in ("web", "worker"):
        lines = (logs / f"{log}.log").read_text().splitlines()
        print(*[line for line in lines if '"level": "error"' in line][-3:], sep="\n")


@pytest.fixture(scope="module")
async def left(run_folder: Path) -> Left:
    """By the product as it is, after the whole journey and every mistake."""
    return await lived(run_folder / "kept", "aes", {}, everything=True)


@pytest.fixture(scope="module")
async def left_in_the_open(run_folder: Path) -> Left:
    """By the same product with a cipher that hides nothing, after the same was written down."""
    return await lived(run_folder / "open", "null", NULL, everything=False)


@pytest.mark.parametrize("place", PLACES)
def test_nothing_planted_is_found_but_the_canary(left: Left, place: str) -> None:
    assert left.found[place] == {canary(place)}


@pytest.mark.parametrize("place", ["data files", "WAL", "dump"])
def test_without_encryption_all_fifty_would_be_found(left_in_the_open: Left, place: str) -> None:
    assert left_in_the_open.found[place] == {*fifty(), canary(place)}


@pytest.mark.parametrize("place", sorted({*PLACES} - {"data files", "WAL", "dump"}))
def test_what_is_not_stored_needs_no_encryption_to_stay_away(
    left_in_the_open: Left, place: str
) -> None:
    assert left_in_the_open.found[place] == {canary(place)}


def test_the_logs_that_were_searched_are_full(left: Left) -> None:
    assert left.server_log.count("INSERT INTO survivor_identities") >= 14
    assert left.server_log.count("LOG:  duration: ") > 1_000
    assert left.web_log.count('"event": "request"') > 1_000
    assert '"status": 500' in left.web_log
    assert '"status": 503' in left.web_log
