"""One street for all tests of prompts; each test has a provider of its own on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from outcomes.local.handset.faults import Plan
from outcomes.settings import DatabaseUrls
from tests.prompts.street import Home, Street, make_home, running_street


@pytest.fixture(scope="session")
async def street(
    database_urls: DatabaseUrls, redis_url: str, run_folder: Path
) -> AsyncIterator[Street]:
    async with running_street(database_urls, redis_url, run_folder / "street-keys") as running:
        yield running


@pytest.fixture
async def home(street: Street) -> AsyncIterator[Home]:
    yield await make_home(street)
    street.handset.faults.use(Plan())
