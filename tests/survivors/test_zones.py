"""Which time zone somebody may have: one that the pinned data and PostgreSQL both know."""

from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from outcomes.errors import Invalid
from outcomes.settings import DatabaseUrls
from tests.support import make_provider, make_survivor, make_worker, running_product
from tests.workers.processes import own_database

OTHER_RELEASE = """
    CREATE SCHEMA other_release;
    CREATE VIEW other_release.pg_timezone_names AS
        SELECT name FROM pg_catalog.pg_timezone_names WHERE name <> 'Africa/Casablanca'
        UNION SELECT 'localtime' UNION SELECT 'posix/Europe/London';
    GRANT USAGE ON SCHEMA other_release TO PUBLIC;
    GRANT SELECT ON other_release.pg_timezone_names TO PUBLIC;
"""


async def test_a_zone_that_only_one_side_knows_is_refused(
    superuser_url: str, database_urls: DatabaseUrls, redis_url: str, run_folder: Path
) -> None:
    async with own_database(superuser_url, database_urls) as urls:
        database = urlsplit(urls.app).path
        conn = await asyncpg.connect(urlsplit(superuser_url)._replace(path=database).geturl())
        await conn.execute(OTHER_RELEASE)
        await conn.execute(
            f"ALTER DATABASE {database.strip('/')} SET search_path = other_release, pg_catalog, public"
        )
        await conn.close()
        async with running_product(urls, redis_url, run_folder / "other-release") as product:
            worker = await make_worker(product, await make_provider(product))
            for zone in ("Africa/Casablanca", "localtime", "posix/Europe/London"):
                with pytest.raises(Invalid) as refused:
                    await make_survivor(product, worker, zone=zone)
                assert [problem.field for problem in refused.value.problems] == ["zone"]
            assert await make_survivor(product, worker, zone="Africa/Cairo")
