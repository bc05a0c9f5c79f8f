"""People with passwords, and clocks that are ahead."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import httpx
from litestar import Litestar

from outcomes.platform.access.models import Caller
from outcomes.platform.access.passwords import Passwords
from outcomes.platform.access.roles import Role
from outcomes.providers.accounts import links
from outcomes.providers.accounts import service as accounts
from outcomes.providers.models import NewAccount
from tests.moment import clock_ahead
from tests.support import (
    PUBLIC_URL,
    Browser,
    Product,
    Provider,
    new_key,
    recently_confirmed,
    running_product,
)

PASSWORD = "four words make sense"
COOKIE = "__Host-outcomes"


async def make_person(
    product: Product, provider: Provider, role: Role = Role.SUPPORT_WORKER
) -> tuple[str, Caller]:
    """Somebody who has used their link; their sign-in name, and a caller without a session."""
    name = f"person-{uuid4().hex[:12]}"
    admin = await recently_confirmed(product, provider.admin)
    new = NewAccount(name="A Person", sign_in_name=name, role=role, team_id=provider.team_id)
    link = await accounts.create_account(
        product.db, product.scopes, admin, new, new_key(admin, new)
    )
    assert link is not None
    await links.accept_link(product.db, product.scopes, Passwords(), token=link, password=PASSWORD)
    credential = await product.scopes.credential(name)
    assert credential is not None
    return name, product.scopes.signed_in(credential)


async def sign_in(
    browser: Browser, name: str, password: str = PASSWORD, then: str = "/account"
) -> httpx.Response:
    return await browser.post(
        "/sign-in", data={"sign_in_name": name, "password": password, "next": then}
    )


def cookie(answer: httpx.Response) -> str:
    """The session's token that an answer sets; empty where it takes the cookie back."""
    header = answer.headers["set-cookie"]
    name, _, rest = header.partition("=")
    assert name == COOKIE
    return str(rest.split(";")[0].strip('"'))


def holding(product: Product, app: Litestar, token: str) -> Browser:
    """A browser that holds a session's cookie, and whose forms carry its token."""
    return Browser(app, token, product.ring.installation.csrf(token))


@asynccontextmanager
async def later(product: Product, by: timedelta) -> AsyncIterator[Product]:
    """The same installation, by a clock that is ahead."""
    settings = product.settings
    async with running_product(
        settings.database,
        settings.redis_url,
        settings.keys,
        public_url=PUBLIC_URL,
        clock=clock_ahead(by),
    ) as ahead:
        yield ahead
