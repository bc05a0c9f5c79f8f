"""A provider whose people have passwords, made by the product's verbs: `python -m tests.journeys.seeding`.

Says who they are as one line of JSON, on standard output.
"""

import asyncio
import os
import secrets
from uuid import UUID, uuid4

import msgspec

from outcomes.access.models import Caller, Role
from outcomes.access.passwords import Passwords
from outcomes.clock import UkPart
from outcomes.providers import service as providers
from outcomes.providers.models import NewAccount, NewProvider
from outcomes.settings import Settings
from tests.support import Product, drama_number, new_key, recently_confirmed, running_product


class SignIn(msgspec.Struct, frozen=True):
    """What somebody types to sign in."""

    name: str
    password: str


class Cast(msgspec.Struct, frozen=True):
    """Who takes part in a journey."""

    worker: SignIn
    lead: SignIn
    admin: SignIn


async def make_cast(product: Product) -> Cast:
    """A provider with an admin, a team whose lead is on call, and a support worker."""
    admin_password = secrets.token_urlsafe()
    provider = NewProvider(
        name="Harbour Light",
        uk_part=UkPart.ENGLAND,
        admin_name="Ada Practice",
        admin_sign_in_name="ada",
        survivors_number="+441632960001",
        staff_number="+441632960002",
    )
    _, link = await providers.create_provider(product.db, product.scopes, provider)
    admin = await _accepted(product, link, admin_password)
    team_id = uuid4()
    await providers.create_team(product.db, admin, team_id, "East team")
    lead, lead_caller = await _join(product, admin, Role.TEAM_LEAD, "Lena Practice", team_id)
    await providers.put_on_call(product.db, admin, lead_caller.actor.account)
    worker, _ = await _join(product, admin, Role.SUPPORT_WORKER, "Will Practice", team_id)
    return Cast(worker=worker, lead=lead, admin=SignIn("ada", admin_password))


async def _join(
    product: Product, admin: Caller, role: Role, name: str, team_id: UUID
) -> tuple[SignIn, Caller]:
    password = secrets.token_urlsafe()
    sign_in_name = name.split()[0].lower()
    new = NewAccount(
        name=name,
        sign_in_name=sign_in_name,
        role=role,
        team_id=team_id,
        phone=drama_number(990) if role is Role.TEAM_LEAD else None,
    )
    confirmed = await recently_confirmed(product, admin)
    link = await providers.create_account(
        product.db, product.scopes, confirmed, new, new_key(confirmed, new)
    )
    assert link is not None
    return SignIn(sign_in_name, password), await _accepted(product, link, password)


async def _accepted(product: Product, link: str, password: str) -> Caller:
    token = await providers.accept_link(
        product.db, product.scopes, Passwords(), token=link, password=password
    )
    caller = await product.scopes.session(token)
    assert caller is not None
    return caller


async def main() -> None:
    settings = Settings.from_environment(os.environ)
    async with running_product(settings.database, settings.redis_url, settings.keys) as product:
        cast = await make_cast(product)
    print("Cast: " + msgspec.json.encode(cast).decode())


if __name__ == "__main__":
    asyncio.run(main())
