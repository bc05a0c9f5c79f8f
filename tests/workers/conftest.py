"""A street of its own: workers run every provider of a database, so they get one to themselves."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from outcomes.local.handset.faults import Plan
from outcomes.settings import DatabaseUrls
from tests.prompts.street import Home, Street, make_home, running_street
from tests.workers.processes import (
    Nursery,
    RedisServer,
    own_database,
    running_nursery,
    running_redis,
)


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
async def street(
    superuser_url: str,
    database_urls: DatabaseUrls,
    own_redis: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Street]:
    keys = tmp_path_factory.mktemp("keys") / "keys"
    async with (
        own_database(superuser_url, database_urls) as urls,
        running_street(urls, own_redis.url, keys) as running,
    ):
        yield running


@pytest.fixture
async def home(street: Street) -> AsyncIterator[Home]:
    yield await make_home(street)
    street.handset.faults.use(Plan())


@pytest.fixture(scope="module")
def worker_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs") / "worker.log"


@pytest.fixture(scope="module")
def full_nursery(street: Street, worker_log: Path) -> Iterator[Nursery]:
    with running_nursery(street.product.settings, worker_log) as running:
        yield running


@pytest.fixture
async def nursery(full_nursery: Nursery) -> AsyncIterator[Nursery]:
    """The same for all tests of a module, because it is slow to start; empty after each."""
    yield full_nursery
    await full_nursery.end_all()
