"""The running database, asked about itself: keys, policies, roles, and nothing that goes around them.

The exceptions stand here by name; a new one has to be argued for.
"""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from outcomes.settings import DatabaseUrls

GLOBAL = {"access_routes", "provider_registry"}
NOT_OURS = {"alembic_version"}
OWN_ROW = "(provider_id = (NULLIF(current_setting('app.provider_id'::text, true), ''::text))::uuid)"


@pytest.fixture
async def catalogue(superuser_url: str) -> AsyncIterator[Any]:
    conn = await asyncpg.connect(superuser_url)
    yield conn
    await conn.close()


@pytest.fixture
async def tables(catalogue: Any) -> set[str]:
    rows = await catalogue.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    found = {row["relname"] for row in rows} - NOT_OURS
    assert found > GLOBAL, "the lint would pass on an empty database"
    assert len(found) > 30
    return found


async def test_every_tenant_table_is_keyed_by_provider_first(
    catalogue: Any, tables: set[str]
) -> None:
    first = await catalogue.fetch("""
        SELECT c.relname AS table, a.attname AS column, a.attnotnull
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace""")
    keys = {row["table"]: row["column"] for row in first if row["attnotnull"]}

    assert {table: keys.get(table) for table in tables - {"access_routes"}} == dict.fromkeys(
        tables - {"access_routes"}, "provider_id"
    )


async def test_every_unique_index_begins_with_provider(catalogue: Any, tables: set[str]) -> None:
    """A unique index over all tenants would tell one what another has."""
    rows = await catalogue.fetch("""
        SELECT c.relname AS table, i.indexrelid::regclass::text AS index, a.attname AS first
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace""")
    elsewhere = {
        row["index"] for row in rows if row["table"] in tables and row["first"] != "provider_id"
    }

    assert elsewhere == {"access_routes_pkey"}


async def test_every_index_begins_with_provider(catalogue: Any, tables: set[str]) -> None:
    rows = await catalogue.fetch("""
        SELECT c.relname AS table, i.indexrelid::regclass::text AS index, a.attname AS first
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE c.relnamespace = 'public'::regnamespace""")
    elsewhere = {
        row["index"] for row in rows if row["table"] in tables and row["first"] != "provider_id"
    }

    assert elsewhere == {"access_routes_pkey"}


async def test_every_foreign_key_carries_the_provider(catalogue: Any) -> None:
    """One column alone would accept another tenant's row."""
    rows = await catalogue.fetch("""
        SELECT k.conrelid::regclass::text AS table, k.confrelid::regclass::text AS target,
               (SELECT attname FROM pg_attribute
                WHERE attrelid = k.conrelid AND attnum = k.conkey[1]) AS first,
               (SELECT attname FROM pg_attribute
                WHERE attrelid = k.confrelid AND attnum = k.confkey[1]) AS target_first,
               cardinality(k.conkey) AS width
        FROM pg_constraint k
        WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace""")
    assert len(rows) > 60
    wrong = [
        dict(row)
        for row in rows
        if (row["first"], row["target_first"]) != ("provider_id", "provider_id")
        or (row["width"] == 1) != (row["target"] == "provider_registry")
    ]

    assert wrong == []


async def test_row_level_security_is_forced_with_one_policy(
    catalogue: Any, tables: set[str]
) -> None:
    rows = await catalogue.fetch("""
        SELECT relname AS table, relrowsecurity AND relforcerowsecurity AS forced
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'""")
    assert {row["table"] for row in rows if row["forced"]} == tables

    policies = await catalogue.fetch("SELECT * FROM pg_policies WHERE schemaname = 'public'")
    of_tenants = [policy for policy in policies if policy["tablename"] not in GLOBAL]
    assert {policy["tablename"] for policy in of_tenants} == tables - GLOBAL
    assert len(of_tenants) == len(tables - GLOBAL)
    for policy in of_tenants:
        assert policy["qual"] == policy["with_check"] == OWN_ROW, policy["tablename"]
        assert policy["permissive"] == "PERMISSIVE"
        assert (policy["cmd"], policy["roles"]) == ("ALL", ["public"])


async def test_the_global_tables_open_no_more_than_they_must(
    catalogue: Any, database_urls: DatabaseUrls
) -> None:
    policies = await catalogue.fetch(
        "SELECT * FROM pg_policies WHERE tablename = ANY($1::text[])", sorted(GLOBAL)
    )
    said = {(p["tablename"], p["roles"][0], p["cmd"], p["qual"], p["with_check"]) for p in policies}
    app, auth = database_urls.app_role, database_urls.auth_role

    assert said == {
        ("access_routes", app, "ALL", OWN_ROW, OWN_ROW),
        ("access_routes", auth, "SELECT", "true", None),
        ("provider_registry", app, "SELECT", "true", None),
        ("provider_registry", app, "INSERT", None, OWN_ROW),
        ("provider_registry", app, "UPDATE", OWN_ROW, OWN_ROW),
    }


async def test_roles_can_do_no_more_than_they_must(
    catalogue: Any, database_urls: DatabaseUrls
) -> None:
    app, auth = database_urls.app_role, database_urls.auth_role
    rows = await catalogue.fetch(
        """SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
           FROM pg_roles WHERE rolname = ANY($1::text[])""",
        [app, auth],
    )
    assert {row["rolname"] for row in rows} == {app, auth}
    for row in rows:
        assert not any(list(row.values())[1:]), row["rolname"]

    owned = await catalogue.fetchval(
        """SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
           WHERE r.rolname = ANY($1::text[])""",
        [app, auth],
    )
    memberships = await catalogue.fetchval(
        """SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
           WHERE r.rolname = ANY($1::text[])""",
        [app, auth],
    )
    assert (owned, memberships) == (0, 0)


async def test_the_audit_can_only_be_added_to(catalogue: Any, database_urls: DatabaseUrls) -> None:
    granted = await _granted(catalogue, "audit_events")

    assert granted == {
        (database_urls.app_role, "SELECT"),
        (database_urls.app_role, "INSERT"),
    }


async def test_auth_reads_credentials_and_no_more(
    catalogue: Any, database_urls: DatabaseUrls
) -> None:
    rows = await catalogue.fetch(
        """SELECT table_name, column_name, privilege_type
           FROM information_schema.column_privileges WHERE grantee = $1""",
        database_urls.auth_role,
    )
    readable = {row["table_name"] for row in rows}
    writable = {
        (row["table_name"], row["column_name"]) for row in rows if row["privilege_type"] != "SELECT"
    }
    of_accounts = {row["column_name"] for row in rows if row["table_name"] == "accounts"}

    assert readable == {
        "access_routes",
        "accounts",
        "api_tokens",
        "credentials",
        "sessions",
        "sign_in_links",
    }
    assert writable == {
        ("credentials", "failures"),
        ("credentials", "next_try_at"),
        ("sessions", "last_seen_at"),
    }
    assert of_accounts == {"provider_id", "id", "role", "state", "team_id"}


async def test_nobody_else_was_granted_anything(
    catalogue: Any, database_urls: DatabaseUrls, tables: set[str]
) -> None:
    grantees = await catalogue.fetch(
        """SELECT DISTINCT grantee FROM information_schema.role_table_grants
           WHERE table_schema = 'public'"""
    )
    owner = await catalogue.fetchval(
        "SELECT tableowner FROM pg_tables WHERE tablename = 'survivors'"
    )

    assert {row["grantee"] for row in grantees} == {
        owner,
        database_urls.app_role,
        database_urls.auth_role,
    }


async def test_nothing_goes_around_the_policies(
    catalogue: Any, database_urls: DatabaseUrls
) -> None:
    """No view, materialised view, trigger, rule or extension; a function has its caller's rights."""
    relations = await catalogue.fetch("""
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind NOT IN ('r', 'i', 'p', 'I')""")
    functions = await catalogue.fetch("""
        SELECT proname, prosecdef, proconfig,
               array(SELECT grantee::regrole::text FROM aclexplode(proacl)
                     WHERE grantee <> proowner) AS others
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname""")
    triggers = await catalogue.fetch("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    rules = await catalogue.fetch("SELECT rulename FROM pg_rules WHERE schemaname = 'public'")
    extensions = await catalogue.fetch("SELECT extname FROM pg_extension")

    assert [list(found) for found in (relations, triggers, rules)] == [[], [], []]
    assert [tuple(function) for function in functions] == [
        (name, False, None, [database_urls.auth_role])
        for name in ("find_api_token", "find_session")
    ]
    assert [row["extname"] for row in extensions] == ["plpgsql"]


async def test_no_default_reads_the_clock(catalogue: Any) -> None:
    defaults = await catalogue.fetch("SELECT pg_get_expr(adbin, adrelid) AS text FROM pg_attrdef")

    assert [row["text"] for row in defaults if "(" in row["text"]] == []


async def _granted(catalogue: Any, table: str) -> set[tuple[str, str]]:
    rows = await catalogue.fetch(
        """SELECT grantee, privilege_type FROM information_schema.role_table_grants
           WHERE table_name = $1 AND grantee <> (SELECT tableowner FROM pg_tables
                                                 WHERE tablename = $1)""",
        table,
    )
    return {(row["grantee"], row["privilege_type"]) for row in rows}
