"""One provider under attack, and somebody of each role who is signed in there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID

import msgspec
import pytest
from litestar import Litestar

from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Role
from tests.support import (
    Browser,
    Product,
    Provider,
    make_account,
    make_provider,
    make_survivor,
    make_worker,
    signed_in,
)


class Staff(msgspec.Struct, frozen=True):
    """One account of each role."""

    provider: Provider
    callers: dict[Role, Caller]


@pytest.fixture(scope="module")
async def staff(product: Product) -> Staff:
    provider = await make_provider(product)
    callers = {
        Role.SUPPORT_WORKER: await make_worker(product, provider),
        Role.TEAM_LEAD: provider.lead,
        Role.PROVIDER_ADMIN: provider.admin,
        Role.ANALYST: await make_account(product, provider.admin, Role.ANALYST),
    }
    return Staff(provider, callers)


@pytest.fixture(scope="module")
async def browsers(
    product: Product, app: Litestar, staff: Staff
) -> AsyncIterator[dict[Role, Browser]]:
    """Each role's browser."""
    async with AsyncExitStack() as stack:
        yield {
            role: await stack.enter_async_context(await signed_in(product, app, caller))
            for role, caller in staff.callers.items()
        }


@pytest.fixture(scope="module")
def worker(browsers: dict[Role, Browser]) -> Browser:
    """The support worker's browser."""
    return browsers[Role.SUPPORT_WORKER]


@pytest.fixture(scope="module")
async def survivor_id(product: Product, staff: Staff) -> UUID:
    """Somebody on the support worker's caseload."""
    return await make_survivor(product, staff.callers[Role.SUPPORT_WORKER])
