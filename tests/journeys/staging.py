"""The product as its user starts it, with its demo."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from tests.moment import OFFSET
from tests.supervised import started_supervisor

_MOVED = "tests.journeys.moved"


class Stage(Struct, frozen=True):
    """Where the product and its phones are, and the demo's password, the same for everybody."""

    product: str
    phones: str
    password: str


@contextmanager
def running_stage(folder: Path, *, ahead: timedelta = OFFSET) -> Iterator[Stage]:
    """Data and keys go to `folder`; the product's clock is that much ahead of the host's."""
    with started_supervisor(folder, entries=_moved_entries(ahead)) as running:
        running.read_until("Ready: ")
        password = running.read_until("Sign in as worker, lead, admin").split()[-1]
        phones = running.read_until("Phone: ").removeprefix("Phone: ").strip()
        yield Stage(running.url, phones, password)


def _moved_entries(ahead: timedelta) -> dict[str, object]:
    seconds = str(int(ahead.total_seconds()))
    return {
        "preparation": [["outcomes", "migrate"], [_MOVED, "demo", seconds]],
        "web": [_MOVED, "web", seconds],
        "worker": [_MOVED, "worker", seconds],
    }
