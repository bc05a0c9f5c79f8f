"""The same installation, worker pool and log as for workers: a database, Redis and gateway of their own."""

from tests.workers.conftest import (
    full_worker_pool,
    installation,
    own_redis,
    tenant,
    worker_log,
    worker_pool,
)

__all__ = ["full_worker_pool", "installation", "own_redis", "tenant", "worker_log", "worker_pool"]
