"""What a private PostgreSQL is set to, and who its roles are."""

import asyncpg
import pytest

from outcomes.local.embedded.servers import Servers
from outcomes.settings import DatabaseUrls


async def test_the_roles_can_do_no_more_than_they_are_granted(
    servers: Servers, database_urls: DatabaseUrls, superuser_url: str
) -> None:
    conn = await asyncpg.connect(superuser_url)
    flags = await conn.fetch(
        "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb AS privileged"
        " FROM pg_roles WHERE rolname LIKE 'outcomes%'"
    )
    owner = await conn.fetchval(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    )
    await conn.close()
    assert {row["rolname"] for row in flags} == {
        owner,
        database_urls.app_role,
        database_urls.auth_role,
    }
    assert not [row["rolname"] for row in flags if row["privileged"]]


async def test_it_is_durable_in_utc_and_only_on_this_machine(superuser_url: str) -> None:
    conn = await asyncpg.connect(superuser_url)
    expected = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "TimeZone": "UTC",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        "server_encoding": "UTF8",
    }
    found = {name: await conn.fetchval(f"SHOW {name}") for name in expected}
    authentication = await conn.fetch("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
    await conn.close()
    assert found == expected
    assert [row["auth_method"] for row in authentication] == ["scram-sha-256"]


async def test_a_refused_row_leaves_no_value_in_the_log(
    servers: Servers, database_urls: DatabaseUrls
) -> None:
    """The log does notify that something was refused: so it is the right file, and it is written."""
    log = servers.context.log("postgres")
    said_before = log.stat().st_size
    conn = await asyncpg.connect(database_urls.owner)
    await conn.execute("CREATE TEMPORARY TABLE people (name text PRIMARY KEY)")
    await conn.execute("INSERT INTO people VALUES ($1)", "Amara Planted")
    with pytest.raises(asyncpg.UniqueViolationError) as refusal:
        await conn.execute("INSERT INTO people VALUES ($1)", "Amara Planted")
    await conn.close()
    assert "Amara Planted" in str(refusal.value.detail)
    said = log.read_bytes()[said_before:].decode()
    assert "duplicate key value violates unique constraint" in said
    assert "Planted" not in said
    assert "INSERT" not in said
