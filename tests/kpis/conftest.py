"""The City Hearts records, loaded once for every test that reads them."""

import pytest

from tests.kpis.records import Filled, load
from tests.platform.web.conftest import chromium
from tests.support import Product, make_provider, make_worker

__all__ = ["chromium", "filled"]


@pytest.fixture(scope="session")
async def filled(product: Product) -> Filled:
    """A provider with all the records; its support workers have W1 to W3's caseloads."""
    provider = await make_provider(product)
    workers = [await make_worker(product, provider) for _ in range(3)]
    await load(product, workers)
    return Filled(provider, dict(zip(("W1", "W2", "W3"), workers, strict=True)))
