"""An installation of its own: workers run every provider of a database, so they get one to themselves."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from outcomes.local.handset.faults import Plan
from outcomes.settings import DatabaseUrls
from tests.prompts.installation import Installation, Tenant, make_tenant, running_installation
from tests.workers.processes import (
    RedisServer,
    WorkerPool,
    own_database,
    running_redis,
    running_worker_pool,
)


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
async def installation(
    superuser_url: str,
    database_urls: DatabaseUrls,
    own_redis: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Installation]:
    keys = tmp_path_factory.mktemp("keys") / "keys"
    async with (
        own_database(superuser_url, database_urls) as urls,
        running_installation(urls, own_redis.url, keys) as running,
    ):
        yield running


@pytest.fixture
async def tenant(installation: Installation) -> AsyncIterator[Tenant]:
    yield await make_tenant(installation)
    installation.handset.faults.use(Plan())


@pytest.fixture(scope="module")
def worker_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs") / "worker.log"


@pytest.fixture(scope="module")
def full_worker_pool(installation: Installation, worker_log: Path) -> Iterator[WorkerPool]:
    with running_worker_pool(installation.product.settings, worker_log) as running:
        yield running


@pytest.fixture
async def worker_pool(full_worker_pool: WorkerPool) -> AsyncIterator[WorkerPool]:
    """The same for all tests of a module, because it is slow to start; empty after each."""
    yield full_worker_pool
    await full_worker_pool.end_all()
