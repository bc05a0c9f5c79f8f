"""A person's number: one at a time, whoever changes it, and a task wherever two people share one."""

import asyncio
from uuid import UUID

import pytest

from outcomes.errors import Invalid
from outcomes.survivors.models import NewPhone
from outcomes.survivors.safe_contact import service as safe_contact
from tests.support import Product, make_provider, make_survivor, make_worker, new_key, open_tasks


async def test_of_concurrent_changes_one_wins(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    phones = [NewPhone(f"07700 90020{last}") for last in range(6)]
    changes = (
        safe_contact.change_phone(product.db, worker, survivor_id, new_key(worker, phone), phone)
        for phone in phones
    )
    await asyncio.gather(*changes)
    async with product.db.transaction(worker) as tx:
        current = await tx.conn.fetchval(
            """SELECT count(*) FROM contact_methods
               WHERE provider_id = $1 AND survivor_id = $2 AND retired_at IS NULL""",
            worker.provider_id,
            survivor_id,
        )
    assert current == 1


async def test_a_sender_number_is_refused(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    async with product.db.transaction(worker) as tx:
        await tx.conn.execute(
            """UPDATE sender_numbers SET number = '+447700900777'
               WHERE provider_id = $1 AND used_for = 'staff'""",
            worker.provider_id,
        )
    phone = NewPhone("07700 900777")
    with pytest.raises(Invalid):
        await safe_contact.change_phone(
            product.db, worker, survivor_id, new_key(worker, phone), phone
        )


async def test_the_task_of_a_shared_number_ends_with_it_and_the_next_has_its_own(
    product: Product,
) -> None:
    worker = await make_worker(product, await make_provider(product))
    one = await make_survivor(product, worker, phone="07700 900210")
    await make_survivor(product, worker, phone="07700 900211")

    async def after(number: str) -> list[tuple[str, UUID | None]]:
        phone = NewPhone(number)
        await safe_contact.change_phone(product.db, worker, one, new_key(worker, phone), phone)
        async with product.db.transaction(worker) as tx:
            return [(t.kind, t.survivor_id) for t in await open_tasks(tx)]

    assert await after("07700 900211") == [("shared_phone", one)]
    assert await after("07700 900211") == [("shared_phone", one)], "the same number again"
    assert await after("07700 900212") == []
    assert await after("07700 900211") == [("shared_phone", one)]
