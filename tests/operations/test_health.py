"""What whoever watches the process is told: alive, and ready or not and why."""

import asyncpg
from litestar import Litestar
from msgspec.structs import replace

from outcomes.app import create_app
from outcomes.platform.ports import free_port
from tests.support import Browser, Product


async def test_a_running_product_is_alive_and_ready(app: Litestar) -> None:
    alive, ready = await Browser(app).get("/healthz"), await Browser(app).get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ready", "time_zones": "2026f"},
    )


async def test_it_is_alive_but_not_ready_without_its_database(product: Product) -> None:
    nobody = f"postgresql://app:{'x' * 16}@127.0.0.1:{free_port()}/nothing"
    settings = replace(
        product.settings, database=replace(product.settings.database, app=nobody, auth=nobody)
    )
    app = create_app(settings)
    async with app.lifespan():
        alive, ready = await Browser(app).get("/healthz"), await Browser(app).get("/readyz")

    assert alive.status_code == 200
    assert (ready.status_code, ready.json()["reason"]) == (503, "database")


async def test_it_is_not_ready_on_the_schema_of_another_release(
    app: Litestar, superuser_url: str
) -> None:
    conn = await asyncpg.connect(superuser_url)
    newest = await conn.fetchval("SELECT version_num FROM alembic_version")
    await conn.execute("UPDATE alembic_version SET version_num = '0001'")
    try:
        ready = await Browser(app).get("/readyz")
    finally:
        await conn.execute("UPDATE alembic_version SET version_num = $1", newest)
        await conn.close()

    assert (ready.status_code, ready.json()["reason"]) == (503, "migrations")
