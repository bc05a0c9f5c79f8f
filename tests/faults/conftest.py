"""The same street, nursery and log as for workers: a database, a Redis and a gateway of their own."""

from tests.workers.conftest import (
    full_worker_pool,
    installation,
    own_redis,
    tenant,
    worker_log,
    worker_pool,
)

__all__ = ["full_worker_pool", "installation", "own_redis", "tenant", "worker_log", "worker_pool"]
