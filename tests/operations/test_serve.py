"""What keeps a web process from starting."""

from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest

from outcomes.errors import SettingsError
from outcomes.operations.serve import refuse_privileged_roles
from outcomes.settings import DatabaseUrls


@pytest.fixture
async def superuser(superuser_url: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(superuser_url)
    yield conn
    await conn.close()


async def test_the_roles_that_the_embedded_start_made_pass(database_urls: DatabaseUrls) -> None:
    await refuse_privileged_roles(database_urls)


@pytest.mark.parametrize("which", ["app", "auth"])
async def test_the_owner_of_the_tables_may_not_serve(
    database_urls: DatabaseUrls, which: str
) -> None:
    with pytest.raises(SettingsError, match=f"The {which} role may be neither"):
        await refuse_privileged_roles(
            msgspec.structs.replace(database_urls, **{which: database_urls.owner})
        )


async def test_a_superuser_may_not_serve(database_urls: DatabaseUrls, superuser_url: str) -> None:
    with pytest.raises(SettingsError, match="The app role may be neither"):
        await refuse_privileged_roles(msgspec.structs.replace(database_urls, app=superuser_url))


@pytest.mark.parametrize(
    ("give", "take"),
    [
        ("ALTER ROLE {role} BYPASSRLS", "ALTER ROLE {role} NOBYPASSRLS"),
        ("GRANT {owner} TO {role}", "REVOKE {owner} FROM {role}"),
    ],
)
async def test_power_by_another_way_is_found_too(
    database_urls: DatabaseUrls, superuser: asyncpg.Connection, give: str, take: str
) -> None:
    role, password = f"{database_urls.app_role}_mighty", "0123456789abcdef"
    owner = database_urls.app_role.removesuffix("_app") + "_owner"
    await superuser.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    await superuser.execute(f"GRANT CONNECT ON DATABASE outcomes TO {role}")
    place = database_urls.app.rpartition("@")[2]
    urls = msgspec.structs.replace(database_urls, app=f"postgresql://{role}:{password}@{place}")
    try:
        await refuse_privileged_roles(urls)
        await superuser.execute(give.format(role=role, owner=owner))
        with pytest.raises(SettingsError, match="The app role may be neither"):
            await refuse_privileged_roles(urls)
        await superuser.execute(take.format(role=role, owner=owner))
    finally:
        await superuser.execute(f"DROP OWNED BY {role}")
        await superuser.execute(f"DROP ROLE {role}")


async def test_a_role_that_cannot_sign_in_is_one_line(database_urls: DatabaseUrls) -> None:
    wrong = database_urls.auth.replace("_auth:", "_auth:x")
    with pytest.raises(SettingsError, match="The auth role cannot sign in") as refusal:
        await refuse_privileged_roles(msgspec.structs.replace(database_urls, auth=wrong))
    assert "@" not in refusal.value.message
