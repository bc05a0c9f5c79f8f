"""What is encrypted together: rules, words and the number open one by one."""

import asyncpg

from outcomes.platform.access.caseload import authorise
from outcomes.platform.calendar import SafeHours
from outcomes.platform.sql import sql
from outcomes.survivors.models import ContactRules, SafeContactProfile
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.survivors.safe_contact.store import RULES, WORDS
from tests.support import Product, make_provider, make_survivor, make_worker

PROFILE = SafeContactProfile(
    hours=SafeHours.every_day(540, 1020), may_text=True, duress_word="Umbrella"
)
_ROW = sql(
    "SELECT id, profile_ciphertext, words_ciphertext FROM safe_contacts WHERE provider_id = :provider_id"
)


async def test_the_rules_hold_no_word_and_the_words_no_hours(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker, profile=PROFILE)
    async with product.db.transaction(worker) as tx:
        key = (await authorise(tx, survivor_id)).key
        row = await tx.get_row(_ROW)
    rules = key.decrypt(RULES, row["id"], row["profile_ciphertext"])
    words = key.decrypt(WORDS, row["id"], row["words_ciphertext"])
    assert b"Umbrella" not in rules
    assert b"Umbrella" in words
    assert b"hours" in rules
    assert b"hours" not in words


async def test_a_profile_of_the_first_release_is_read_as_before(
    product: Product, superuser_url: str
) -> None:
    """It held rules and words as one, without the number of a schema."""
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    whole = (
        b'{"hours":{"monday":[{"opens":540,"closes":1020}]},"may_call":true,"may_text":true,'
        b'"name_to_use":"Jo","duress_word":"Umbrella"}'
    )
    async with product.db.transaction(worker) as tx:
        opened = await authorise(tx, survivor_id)
        row = await tx.get_row(_ROW)
    conn = await asyncpg.connect(superuser_url)
    await conn.execute(
        "UPDATE safe_contacts SET profile_ciphertext = $2, words_ciphertext = NULL WHERE id = $1",
        row["id"],
        opened.key.encrypt(RULES, row["id"], whole),
    )
    await conn.close()
    async with product.db.transaction(worker) as tx:
        contactability = await safe_contact.get_contactability(tx, survivor_id)
        words = await safe_contact.list_danger_words(tx, [survivor_id])
        profile = await safe_contact.find_profile(tx, opened)
    monday = SafeHours.every_day(540, 1020).monday
    assert contactability.safe_contact is not None
    assert contactability.safe_contact.rules == ContactRules(
        hours=SafeHours(monday=monday), may_call=True, may_text=True
    )
    assert words == {survivor_id: "Umbrella"}
    assert profile == SafeContactProfile(
        hours=SafeHours(monday=monday),
        may_call=True,
        may_text=True,
        name_to_use="Jo",
        duress_word="Umbrella",
    )
