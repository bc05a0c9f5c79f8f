"""`outcomes providers create` and `outcomes tokens create`, as an operator runs them."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from litestar import Litestar

from outcomes.cli import main
from outcomes.platform.clock import Clock
from outcomes.settings import DatabaseUrls
from tests.platform.access.people import PASSWORD, cookie, make_person
from tests.support import (
    PUBLIC_URL,
    Browser,
    Product,
    environment_of,
    make_provider,
    make_survivor,
    new_number,
    running_app,
    running_product,
)


@pytest.fixture
async def product(
    database_urls: DatabaseUrls, redis_url: str, run_folder: Path
) -> AsyncIterator[Product]:
    """Commands run under the host's clock, and so does the product in these tests."""
    keys = run_folder / "keys"
    async with running_product(database_urls, redis_url, keys, clock=Clock()) as running:
        yield running


@pytest.fixture
async def app(product: Product) -> AsyncIterator[Litestar]:
    async with running_app(product) as started:
        yield started


async def outcomes(product: Product, *arguments: str) -> Result:
    """In a thread of its own, because a command runs a loop of its own."""
    environ = environment_of(product.settings)
    return await asyncio.to_thread(CliRunner().invoke, main, list(arguments), env=environ)


def _provider(**changes: str) -> list[str]:
    options = {
        "name": "A Practice Provider",
        "uk-part": "scotland",
        "admin-name": "Ada Admin",
        "admin-sign-in-name": f"ada-{uuid4().hex[:10]}",
        "survivors-number": new_number(),
        "staff-number": new_number(),
        **changes,
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


async def test_a_provider_is_made_with_an_administrator_who_can_sign_in(
    product: Product, app: Litestar
) -> None:
    made = await outcomes(product, "providers", "create", *_provider())

    assert made.exit_code == 0, made.output
    link = re.search(rf"{re.escape(PUBLIC_URL)}(/sign-in/link/\S+)", made.output)
    assert link is not None
    answer = await Browser(app).post(link[1], data={"password": PASSWORD, "again": PASSWORD})
    caller = await product.scopes.session(cookie(answer))
    assert caller is not None
    assert str(caller.provider_id) in made.output
    assert caller.actor.role == "provider_admin"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"uk-part": "cornwall"}, "uk_part"),
        ({"survivors-number": "12"}, "survivors_number"),
        ({"admin-sign-in-name": "has space"}, "admin_sign_in_name"),
    ],
)
async def test_a_wrong_option_is_named_in_one_line(
    product: Product, changes: dict[str, str], named: str
) -> None:
    refused = await outcomes(product, "providers", "create", *_provider(**changes))

    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"Error: {named}: ")
    assert len(refused.stderr.splitlines()) == 1


async def test_a_number_belongs_to_one_provider(product: Product) -> None:
    number = new_number()
    await outcomes(product, "providers", "create", *_provider(**{"staff-number": number}))

    taken = await outcomes(product, "providers", "create", *_provider(**{"staff-number": number}))

    assert taken.exit_code == 1
    assert taken.stderr == "Error: sender_number: This cannot be used. Choose another.\n"


async def test_a_token_is_printed_once_and_works(product: Product, app: Litestar) -> None:
    provider = await make_provider(product)
    name, person = await make_person(product, provider)
    survivor_id = await make_survivor(product, person)

    made = await _token(product, provider.id, name, "see_survivors")

    assert made.exit_code == 0, made.output
    browser = Browser(app)
    browser.headers["Authorization"] = f"Bearer {made.stdout.strip()}"
    assert (await browser.get(f"/api/v1/survivors/{survivor_id}")).status_code == 200


async def test_a_token_needs_somebody_there_and_what_they_may_do(product: Product) -> None:
    provider, other = await make_provider(product), await make_provider(product)
    name, _ = await make_person(product, provider)

    elsewhere = await _token(product, other.id, name, "see_survivors")
    too_much = await _token(product, provider.id, name, "manage_people")
    unknown = await _token(product, provider.id, name, "fly")

    assert elsewhere.stderr == "Error: No active account at this provider has that sign-in name.\n"
    assert "manage_people" in too_much.stderr
    assert "fly is not one of own_account" in unknown.stderr
    assert {elsewhere.exit_code, too_much.exit_code, unknown.exit_code} == {1}


async def _token(product: Product, provider_id: Any, name: str, permission: str) -> Result:
    return await outcomes(
        product,
        "tokens",
        "create",
        "--provider",
        str(provider_id),
        "--sign-in-name",
        name,
        "--permission",
        permission,
    )
