"""A product whose supervised processes are stubs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.supervised import Supervised, started_supervisor

STUB = "tests.local.embedded.stub"
ENTRIES: dict[str, Any] = {
    "preparation": [],
    "web": [STUB, "web"],
    "worker": [STUB, "idle", "worker"],
    "handset": [STUB, "idle", "handset"],
}


@pytest.fixture
def folder(run_folder: Path, request: pytest.FixtureRequest) -> Path:
    """A folder that the servers' user can enter, for this test alone."""
    folder = run_folder / f"product-{abs(hash(request.node.nodeid))}"
    folder.mkdir(mode=0o711)
    return folder


Start = Callable[..., Supervised]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Start a product in this test's folder, or another; it is ended with the test."""
    with ExitStack() as stack:

        def start(where: Path = folder, **changes: Any) -> Supervised:
            entries = {**ENTRIES, **changes.pop("entries", {})}
            return stack.enter_context(started_supervisor(where, entries=entries, **changes))

        yield start
