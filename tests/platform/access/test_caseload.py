"""Whose survivors somebody may open."""

from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from litestar import Litestar

from outcomes.casework.people import service as people
from outcomes.errors import Forbidden, NotFound
from outcomes.platform.access.data_keys import survivor_keys
from outcomes.platform.access.roles import Permission, Role
from outcomes.platform.calendar import local_date
from outcomes.providers import service as providers
from outcomes.providers.accounts import service as accounts
from outcomes.survivors import service as survivors
from tests.platform.access.people import later
from tests.support import (
    Product,
    make_account,
    make_provider,
    make_survivor,
    make_worker,
    new_key,
    signed_in,
)


async def test_own_caseload_opens_and_a_colleagues_looks_absent(product: Product) -> None:
    provider = await make_provider(product)
    worker, colleague = await make_worker(product, provider), await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker, name="Zoë Práctice")

    assert (await survivors.get_survivor(product.db, worker, survivor_id)).name == "Zoë Práctice"
    for foreign in (survivor_id, uuid4()):
        with pytest.raises(NotFound):
            await survivors.get_survivor(product.db, colleague, foreign)


async def test_a_lead_opens_the_team_and_another_provider_nothing(product: Product) -> None:
    provider, other = await make_provider(product), await make_provider(product)
    worker = await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker)

    assert (await survivors.get_survivor(product.db, provider.lead, survivor_id)).id == survivor_id
    for stranger in (other.lead, await make_worker(product, other)):
        with pytest.raises(NotFound):
            await survivors.get_survivor(product.db, stranger, survivor_id)


async def test_a_name_is_found_without_its_accents(product: Product) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker, name="Đặng Thị Hà")
    await make_survivor(product, worker, name="Somebody Else", phone="07700 900124")

    found = await people.search_names(product.db, worker, "thi ha")

    assert [line.id for line, _ in found] == [survivor_id]


async def test_cover_opens_a_colleagues_survivors_on_its_days_only(product: Product) -> None:
    provider = await make_provider(product)
    away, cover = await make_worker(product, provider), await make_worker(product, provider)
    survivor_id = await make_survivor(product, away)
    async with product.db.transaction(provider.lead) as tx:
        now = await tx.now()
    london = ZoneInfo("Europe/London")
    first = datetime.combine(local_date(now, london) + timedelta(days=1), time(12), london)
    await providers.record_cover(
        product.db,
        provider.lead,
        new_key(provider.lead),
        absent_account_id=away.actor.account,
        cover_account_id=cover.actor.account,
        from_on=first.date() + timedelta(days=2),
        until_on=first.date() + timedelta(days=3),
    )

    opened = []
    for days in range(6):
        async with later(product, first - now + timedelta(days=days)) as ahead:
            listed = await people.list_people(ahead.db, cover)
            try:
                await survivors.get_survivor(ahead.db, cover, survivor_id)
            except NotFound:
                assert listed == []
                opened.append(False)
            else:
                assert [line.id for line in listed] == [survivor_id]
                opened.append(True)

    assert opened == [False, False, True, True, False, False]


async def test_a_lead_sees_no_other_team(product: Product) -> None:
    provider = await make_provider(product)
    other_team = uuid4()
    await accounts.create_team(product.db, provider.admin, other_team, "Second team")
    elsewhere = await make_account(product, provider.admin, team_id=other_team)
    teamless = await make_account(product, provider.admin)
    theirs = [await make_survivor(product, worker) for worker in (elsewhere, teamless)]

    assert await people.list_people(product.db, provider.lead) == []
    for survivor_id in theirs:
        with pytest.raises(NotFound):
            await survivors.get_survivor(product.db, provider.lead, survivor_id)


@pytest.mark.parametrize("role", [Role.PROVIDER_ADMIN, Role.ANALYST])
async def test_who_supports_nobody_can_open_no_survivors_key(product: Product, role: Role) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker)
    outsider = await make_account(product, provider.admin, role)

    with pytest.raises(NotFound):
        await survivors.get_survivor(product.db, outsider, survivor_id)
    async with product.db.transaction(outsider) as tx:
        with pytest.raises(Forbidden):
            await survivor_keys(tx, [survivor_id])
    assert not outsider.may(Permission.SEE_SURVIVORS)


async def test_pages_of_a_colleagues_survivor_look_as_if_there_were_none(
    product: Product, app: Litestar
) -> None:
    provider = await make_provider(product)
    worker, colleague = await make_worker(product, provider), await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker)
    browser = await signed_in(product, app, colleague)

    for below in ("safe-contact", "consents", "number"):
        foreign = await browser.get(f"/people/{survivor_id}/{below}")
        absent = await browser.get(f"/people/{uuid4()}/{below}")
        assert foreign.status_code == absent.status_code == 404
        assert foreign.content == absent.content
