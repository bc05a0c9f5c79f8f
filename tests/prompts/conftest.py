"""One installation for all tests of prompts; each test has a provider of its own in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from outcomes.local.handset.faults import Plan
from outcomes.settings import DatabaseUrls
from tests.prompts.installation import Installation, Tenant, make_tenant, running_installation


@pytest.fixture(scope="session")
async def installation(
    database_urls: DatabaseUrls, redis_url: str, run_folder: Path
) -> AsyncIterator[Installation]:
    async with running_installation(
        database_urls, redis_url, run_folder / "installation-keys"
    ) as running:
        yield running


@pytest.fixture
async def tenant(installation: Installation) -> AsyncIterator[Tenant]:
    yield await make_tenant(installation)
    installation.handset.faults.use(Plan())
