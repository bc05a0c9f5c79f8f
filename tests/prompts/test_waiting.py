"""Messages that need a person: they stop further texts to that number, and nothing else."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from outcomes.casework import service as casework
from outcomes.errors import Conflict
from outcomes.messaging.lifecycle import MessageState
from outcomes.platform.calendar import SafeHours
from outcomes.prompts.inbox import service as inbox
from outcomes.prompts.inbox import store as store_inbox
from outcomes.survivors.models import NewPhone, SafeContactProfile
from outcomes.survivors.safe_contact import service as safe_contact
from tests.prompts.installation import Tenant
from tests.prompts.test_incoming import asked, message_rows
from tests.support import new_key


async def test_a_stop_counts_even_when_its_words_cannot_be_read(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    await tenant.writes("STOP")
    await tenant.change(
        """UPDATE inbound_messages SET body_ciphertext = '\\x00', opt_out_type = 'STOP'
           WHERE provider_id = $1"""
    )
    await tenant.read()
    with pytest.raises(Conflict, match="stopped our texts"):
        await tenant.request(survivor_id)


async def test_a_text_that_cannot_be_read_hides_nothing_else(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    await tenant.writes("hello there")
    await tenant.change(
        "UPDATE inbound_messages SET body_ciphertext = '\\x00' WHERE provider_id = $1"
    )
    await tenant.read()
    found = await casework.get_timeline(
        tenant.installation.product.db, tenant.worker, survivor_id, cursor=None, limit=50
    )
    assert [entry.text for entry in found.items if entry.kind == "reply"] == [{}]


async def test_nothing_is_sent_while_a_person_has_still_to_read_what_came(tenant: Tenant) -> None:
    survivor_id = await asked(tenant)
    await tenant.writes("he has my phone now")
    await tenant.read()
    with pytest.raises(Conflict, match="not been read"):
        await tenant.request(survivor_id)
    (message,) = await tenant.inbox()
    await inbox.handle_message(tenant.installation.product.db, tenant.worker, message.id)
    await tenant.request(survivor_id)
    await tenant.send()
    assert len(tenant.arrived()) == 2


async def test_a_message_that_fails_does_not_delay_others(
    tenant: Tenant, superuser_url: str
) -> None:
    broken = await tenant.survivor("07700 900301")
    profile = SafeContactProfile(SafeHours.every_day(), may_text=True, duress_word="blue garden")
    await tenant.survivor("07700 900302", profile=profile)
    await tenant.writes("hello", phone="+447700900301")
    await tenant.writes("blue garden", phone="+447700900302")
    conn = await asyncpg.connect(superuser_url)
    await conn.execute(
        f"""ALTER TABLE inbound_messages ADD CONSTRAINT nothing_from_them
            CHECK (survivor_id IS DISTINCT FROM '{broken}') NOT VALID"""
    )
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await tenant.read()
    finally:
        await conn.execute("ALTER TABLE inbound_messages DROP CONSTRAINT nothing_from_them")
        await conn.close()
    assert [kind for kind, _ in await tenant.open_tasks()] == ["duress"]
    assert await message_rows(tenant) == [
        ("unread", None, False),
        ("needs_person", "duress", True),
    ]


async def test_the_inbox_reads_all_keys_at_once(tenant: Tenant) -> None:
    for last in range(310, 314):
        await tenant.survivor(f"07700 900{last}")
        await tenant.writes("hello there", phone=f"+447700900{last}")
    await tenant.read()
    async with tenant.installation.product.db.transaction(tenant.worker) as tx:
        statements = list[str]()
        connection: asyncpg.Connection = tx.conn
        connection.add_query_logger(lambda record: statements.append(record.query))
        shown = await store_inbox.list_waiting(tx, after=None, limit=50, now=await tx.now())
    assert [message.body for message in shown] == ["hello there"] * 4
    assert sum("FROM data_keys" in statement for statement in statements) == 1


async def test_of_concurrent_requests_one_sends(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    asking = (tenant.request(survivor_id) for _ in range(5))
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict"] * 4 + ["UUID"]
    while await tenant.send():
        pass
    assert len(tenant.arrived()) == 1


async def test_what_was_planned_for_a_number_on_hold_is_planned_for_the_next(
    tenant: Tenant,
) -> None:
    survivor_id = await asked(tenant)
    await tenant.plan(survivor_id, await tenant.now() + timedelta(days=3))
    await tenant.schedule()
    await tenant.writes("sorry wrong number")
    await tenant.read()
    assert (await tenant.prompts(survivor_id))[0].reason == "number_frozen"
    await tenant.schedule()
    assert (await tenant.prompts(survivor_id))[0].state == MessageState.WITHHELD
    assert await tenant.schedule() == 0
    phone = NewPhone("07700 900321")
    await safe_contact.change_phone(
        tenant.installation.product.db,
        tenant.worker,
        survivor_id,
        new_key(tenant.worker, phone),
        phone,
    )
    await tenant.schedule()
    assert (await tenant.prompts(survivor_id))[0].state == MessageState.SCHEDULED
