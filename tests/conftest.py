"""One private PostgreSQL and one private Redis for the whole run; nothing is shared but they.

Tests keep apart by making a provider of their own, never by emptying tables.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from litestar import Litestar

from outcomes.local.embedded.data_directory import find_data_directory
from outcomes.local.embedded.home import locked, make_home
from outcomes.local.embedded.servers import Servers, running_servers
from outcomes.operations.migrate import migrate
from outcomes.platform.encryption import KeyRing
from outcomes.settings import DatabaseUrls
from tests.support import Product, running_app, running_product


@pytest.fixture(scope="session")
def run_folder() -> Iterator[Path]:
    """A folder for this run that the servers' user can enter, which pytest's own is not for root."""
    folder = Path(tempfile.mkdtemp(prefix="outcomes-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def servers(run_folder: Path) -> AsyncIterator[Servers]:
    """Both servers, with the schema at its newest revision."""
    home, keys = run_folder / "data", run_folder / "server-keys"
    make_home(home)
    with locked(home) as lock:
        async with running_servers(home, keys, lock, notify=print) as running:
            await migrate(running.postgres.database)
            yield running
    shutil.rmtree(find_data_directory(home).folder)


@pytest.fixture(scope="session")
def database_urls(servers: Servers) -> DatabaseUrls:
    """The addresses for the roles owner, app and auth."""
    return servers.postgres.database


@pytest.fixture(scope="session")
def superuser_url(servers: Servers) -> str:
    """For catalogue lints and dumps; nothing in the product knows it."""
    return servers.postgres.superuser_url


@pytest.fixture(scope="session")
def redis_url(servers: Servers) -> str:
    return servers.redis.url


@pytest.fixture
def key_ring(tmp_path: Path) -> KeyRing:
    """The ring of a new installation."""
    return KeyRing.create(tmp_path / "keys")


@pytest.fixture(scope="session")
async def product(
    database_urls: DatabaseUrls, redis_url: str, run_folder: Path
) -> AsyncIterator[Product]:
    """One installation for the whole run; each test makes a provider of its own."""
    async with running_product(database_urls, redis_url, run_folder / "keys") as running:
        yield running


@pytest.fixture(scope="session")
async def app(product: Product) -> AsyncIterator[Litestar]:
    """The web application of that installation."""
    async with running_app(product) as started:
        yield started
