"""What waits for a person: it holds further texts back, and nothing else back with it."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from outcomes.casework import service as casework
from outcomes.errors import Conflict
from outcomes.messaging.lifecycle import MessageState
from outcomes.platform.calendar import SafeHours
from outcomes.prompts import service as prompts
from outcomes.prompts.inbox import store as store_inbox
from outcomes.survivors import service as survivors
from outcomes.survivors.models import NewPhone, SafeContactProfile
from tests.prompts.street import Home
from tests.prompts.test_way_in import asked, message_rows
from tests.support import new_key


async def test_a_stop_counts_even_when_its_words_cannot_be_read(home: Home) -> None:
    survivor_id = await home.survivor()
    await home.writes("STOP")
    await home.change(
        """UPDATE inbound_messages SET body_ciphertext = '\\x00', opt_out_type = 'STOP'
           WHERE provider_id = $1"""
    )
    await home.read()
    with pytest.raises(Conflict, match="stopped our texts"):
        await home.request(survivor_id)


async def test_a_text_that_cannot_be_read_hides_nothing_else(home: Home) -> None:
    survivor_id = await home.survivor()
    await home.writes("hello there")
    await home.change(
        "UPDATE inbound_messages SET body_ciphertext = '\\x00' WHERE provider_id = $1"
    )
    await home.read()
    found = await casework.get_timeline(
        home.street.product.db, home.worker, survivor_id, cursor=None, limit=50
    )
    assert [entry.text for entry in found.items if entry.kind == "reply"] == [{}]


async def test_nothing_is_sent_while_a_person_has_still_to_read_what_came(home: Home) -> None:
    survivor_id = await asked(home)
    await home.writes("he has my phone now")
    await home.read()
    with pytest.raises(Conflict, match="not been read"):
        await home.request(survivor_id)
    (message,) = await home.inbox()
    await prompts.handle_message(home.street.product.db, home.worker, message.id)
    await home.request(survivor_id)
    await home.send()
    assert len(home.arrived()) == 2


async def test_a_message_that_cannot_be_dealt_with_keeps_no_cry_for_help_waiting(
    home: Home, superuser_url: str
) -> None:
    broken = await home.survivor("07700 900301")
    profile = SafeContactProfile(SafeHours.every_day(), may_text=True, duress_word="blue garden")
    await home.survivor("07700 900302", profile=profile)
    await home.writes("hello", phone="+447700900301")
    await home.writes("blue garden", phone="+447700900302")
    conn = await asyncpg.connect(superuser_url)
    await conn.execute(
        f"""ALTER TABLE inbound_messages ADD CONSTRAINT nothing_from_them
            CHECK (survivor_id IS DISTINCT FROM '{broken}') NOT VALID"""
    )
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await home.read()
    finally:
        await conn.execute("ALTER TABLE inbound_messages DROP CONSTRAINT nothing_from_them")
        await conn.close()
    assert [kind for kind, _ in await home.open_tasks()] == ["duress"]
    assert await message_rows(home) == [
        ("unread", None, False),
        ("needs_person", "duress", True),
    ]


async def test_the_inbox_reads_all_keys_at_once(home: Home) -> None:
    for last in range(310, 314):
        await home.survivor(f"07700 900{last}")
        await home.writes("hello there", phone=f"+447700900{last}")
    await home.read()
    async with home.street.product.db.transaction(home.worker) as tx:
        statements = list[str]()
        tx.conn.add_query_logger(lambda record: statements.append(record.query))
        shown = await store_inbox.list_waiting(tx, after=None, limit=50, now=await tx.now())
    assert [message.body for message in shown] == ["hello there"] * 4
    assert sum("FROM data_keys" in statement for statement in statements) == 1


async def test_of_people_who_ask_at_the_same_moment_one_sends(home: Home) -> None:
    survivor_id = await home.survivor()
    asking = (home.request(survivor_id) for _ in range(5))
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict"] * 4 + ["UUID"]
    while await home.send():
        pass
    assert len(home.arrived()) == 1


async def test_what_was_planned_for_a_number_on_hold_is_planned_for_the_next(home: Home) -> None:
    survivor_id = await asked(home)
    await home.plan(survivor_id, await home.now() + timedelta(days=3))
    await home.schedule()
    await home.writes("sorry wrong number")
    await home.read()
    assert (await home.prompts(survivor_id))[0].reason == "number_frozen"
    await home.schedule()
    assert (await home.prompts(survivor_id))[0].state == MessageState.WITHHELD
    assert await home.schedule() == 0
    phone = NewPhone("07700 900321")
    await survivors.change_phone(
        home.street.product.db, home.worker, survivor_id, new_key(home.worker, phone), phone
    )
    await home.schedule()
    assert (await home.prompts(survivor_id))[0].state == MessageState.SCHEDULED
