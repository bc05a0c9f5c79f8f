"""What is measured."""

import pytest

from outcomes.local.embedded.servers import Servers
from tests.bench.compare import Bench
from tests.support import Product


@pytest.fixture
def bench(product: Product, servers: Servers) -> Bench:
    return Bench(product, servers)
