"""Commands of an operator on the host for a named provider; audited as the operator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from outcomes.platform.access.roles import Permission
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.clock import Clock
from outcomes.platform.db import Database
from outcomes.platform.encryption import KeyRing
from outcomes.providers import service as providers
from outcomes.providers.accounts import service as accounts
from outcomes.providers.models import NewProvider
from outcomes.settings import Settings


class Installation(Struct, frozen=True):
    """The databases and the keys, open."""

    db: Database
    scopes: Scopes


async def create_provider(settings: Settings, new: NewProvider) -> tuple[UUID, str]:
    """Create a provider; returns its id and the single-use sign-in link of its first admin.

    Raises:
        Invalid, SettingsError, Unavailable
    """
    async with opened(settings) as here:
        provider_id, token = await providers.create_provider(here.db, here.scopes, new)
    return provider_id, f"{settings.public_url}/sign-in/link/{token}"


async def create_token(
    settings: Settings,
    provider_id: UUID,
    sign_in_name: str,
    permissions: frozenset[Permission],
    lasts: timedelta,
) -> str:
    """Create an API token for a member of staff; it is shown once.

    Raises:
        Invalid, NotFound, SettingsError, Unavailable
    """
    async with opened(settings) as here:
        operator = here.scopes.operator(provider_id)
        return await accounts.issue_token(
            here.db, here.scopes, operator, sign_in_name, permissions, lasts
        )


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Installation]:
    """One connection for each role, for as long as a command runs."""
    clock = Clock()
    db = Database(settings.database.app, size=1, clock=clock)
    auth = Database(settings.database.auth, size=1, clock=clock)
    await db.open()
    await auth.open()
    try:
        yield Installation(db, Scopes(auth, KeyRing.open(settings.keys)))
    finally:
        await auth.close()
        await db.close()
