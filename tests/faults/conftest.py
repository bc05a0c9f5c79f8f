"""The same street, nursery and log as for workers: a database, a Redis and a gateway of their own."""

from tests.workers.conftest import full_nursery, home, nursery, own_redis, street, worker_log

__all__ = ["full_nursery", "home", "nursery", "own_redis", "street", "worker_log"]
