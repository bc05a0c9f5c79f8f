"""What every earlier release left behind is migrated forward, with every row, and stays readable."""

import asyncio
import gzip
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from outcomes.local.embedded.data_directory import find_data_directory
from outcomes.local.embedded.programs import postgres_programs
from outcomes.operations.migrate import migrate
from outcomes.platform.access.roles import Role
from outcomes.settings import DatabaseUrls
from tests.support import Browser, running_app, running_product, signed_in
from tests.upgrades.callers import caller_of

FIXTURES = sorted(path for path in Path(__file__).parent.iterdir() if (path / "keys").is_dir())
MOVED = {"prompt_events": "message_statuses"}
"""Tables that a later migration renamed or moved."""
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d{2}-\d{2}")


@pytest.fixture(params=FIXTURES, ids=lambda path: path.name)
async def restored(
    request: pytest.FixtureRequest,
    superuser_url: str,
    database_urls: DatabaseUrls,
    run_folder: Path,
) -> AsyncIterator[tuple[DatabaseUrls, Path, dict[str, int]]]:
    """The database of a fixture, before any migration; its keys; and its rows by table."""
    name = f"upgrade_{uuid4().hex[:12]}"
    conn = await asyncpg.connect(superuser_url)
    await conn.execute(f'CREATE DATABASE {name} OWNER "{urlsplit(database_urls.owner).username}"')
    dump = gzip.decompress((request.param / "database.sql.gz").read_bytes()).decode()
    for role, url in zip(
        ("owner", "app", "auth"), msgspec.structs.astuple(database_urls), strict=True
    ):
        dump = dump.replace(f"outcomes_fixture_{role}", urlsplit(url).username or "")
    psql = postgres_programs(find_data_directory(run_folder / "data"), None) / "psql"
    process = await asyncio.create_subprocess_exec(
        *(psql, "-X", "-q", "-v", "ON_ERROR_STOP=1"),
        urlsplit(superuser_url)._replace(path=f"/{name}").geturl(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PGSSLMODE": "disable"},
    )
    await process.communicate(dump.encode())
    assert process.returncode == 0
    urls = DatabaseUrls(
        *(
            urlsplit(u)._replace(path=f"/{name}").geturl()
            for u in msgspec.structs.astuple(database_urls)
        )
    )
    keys = run_folder / f"keys-{name}"
    shutil.copytree(request.param / "keys", keys)
    for path in (keys, *keys.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o400)
    yield urls, keys, await _rows(superuser_url, name)
    await conn.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await conn.close()


async def test_every_row_is_kept_and_every_page_opens(
    restored: tuple[DatabaseUrls, Path, dict[str, int]], superuser_url: str, redis_url: str
) -> None:
    urls, keys, before = restored
    await migrate(urls)
    after = await _rows(superuser_url, urlsplit(urls.owner).path.strip("/"))
    assert before["survivors"] > 0
    for table, count in before.items():
        assert after[MOVED.get(table, table)] == count, table
    assert after["outgoing_messages"] == before["prompts"] + before["staff_alerts"]
    assert await _flag_rules(superuser_url, urls) == {"unanswered_tries"}
    async with running_product(urls, redis_url, keys) as product, running_app(product) as app:
        for role in Role:
            browser = await signed_in(product, app, await caller_of(product, superuser_url, role))
            assert await _crawl(browser) >= (3 if role is Role.ANALYST else 5)


async def _crawl(browser: Browser) -> int:
    """Open one page of each kind that a link leads to; returns how many."""
    seen, waiting = {"/"}, ["/"]
    while waiting:
        address = waiting.pop()
        answer = await browser.get(address)
        if answer.status_code == 303:
            found = [answer.headers["location"]]
        else:
            assert answer.status_code == 200, address
            found = re.findall(r'href="(/[^"#]*)', answer.text)
        for link in found:
            kind = _ID.sub("ID", link.partition("?")[0])
            if kind not in seen and not re.search(r"^/static/|^/api/|/file$", kind):
                seen.add(kind)
                waiting.append(link.replace("&amp;", "&"))
    return len(seen)


async def _flag_rules(superuser_url: str, urls: DatabaseUrls) -> set[str]:
    path = urlsplit(urls.owner).path
    conn = await asyncpg.connect(urlsplit(superuser_url)._replace(path=path).geturl())
    rules = {row["rule"] for row in await conn.fetch("SELECT rule FROM flags")}
    await conn.close()
    return rules


async def _rows(superuser_url: str, database: str) -> dict[str, int]:
    conn = await asyncpg.connect(urlsplit(superuser_url)._replace(path=f"/{database}").geturl())
    tables = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    counts = {
        row["tablename"]: await conn.fetchval(f'SELECT count(*) FROM "{row["tablename"]}"')
        for row in tables
    }
    await conn.close()
    return counts
