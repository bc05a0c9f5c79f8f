"""The product on three days, over one database, and a browser."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outcomes.settings import DatabaseUrls
from tests.pathways.days import product_at
from tests.platform.web.conftest import chromium
from tests.support import Product

__all__ = ["chromium", "december", "february", "november"]


@pytest.fixture(scope="session")
async def november(
    database_urls: DatabaseUrls, redis_url: str, run_folder: Path
) -> AsyncIterator[Product]:
    """Friday 20 November 2026, ten in the morning in London."""
    moment = datetime(2026, 11, 20, 10, tzinfo=UTC)
    async with product_at(moment, database_urls, redis_url, run_folder) as running:
        yield running


@pytest.fixture(scope="session")
async def december(
    database_urls: DatabaseUrls, redis_url: str, run_folder: Path
) -> AsyncIterator[Product]:
    """Friday 11 December 2026, ten in the morning in London."""
    moment = datetime(2026, 12, 11, 10, tzinfo=UTC)
    async with product_at(moment, database_urls, redis_url, run_folder) as running:
        yield running


@pytest.fixture(scope="session")
async def february(
    database_urls: DatabaseUrls, redis_url: str, run_folder: Path
) -> AsyncIterator[Product]:
    """Monday 1 February 2027, ten in the morning in London."""
    moment = datetime(2027, 2, 1, 10, tzinfo=UTC)
    async with product_at(moment, database_urls, redis_url, run_folder) as running:
        yield running
