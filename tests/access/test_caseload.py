"""Whose survivors somebody may open."""

from uuid import uuid4

import pytest

from outcomes.errors import NotFound
from outcomes.survivors import service as survivors
from tests.support import Product, make_provider, make_survivor, make_worker


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

    found = await survivors.search_names(product.db, worker, "thi ha")

    assert [line.id for line, _ in found] == [survivor_id]
