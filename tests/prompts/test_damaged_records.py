"""A record that cannot be read must not affect others."""

from datetime import timedelta

import asyncpg
import pytest

from outcomes.casework import service as casework
from outcomes.casework.people import service as people
from outcomes.disengagement import service as disengagement
from outcomes.disengagement.rules import DEFAULT_LADDER
from outcomes.messaging.lifecycle import MessageState
from outcomes.pathways import service as pathways
from outcomes.pathways.models import NewPathway
from outcomes.platform.access.models import Caller
from outcomes.platform.encryption import DecryptionError
from outcomes.survivors.safe_contact import service as safe_contact
from tests.prompts.installation import Tenant
from tests.support import new_key

DAMAGES = {
    "key": "UPDATE data_keys SET wrapped = set_byte(wrapped, 9, 1 - get_byte(wrapped, 9) % 2)"
    " WHERE subject_id = $1",
    "profile": "UPDATE safe_contacts SET profile_ciphertext = substr(profile_ciphertext, 2)"
    " WHERE survivor_id = $1",
    "number": "UPDATE contact_methods SET phone_ciphertext = substr(phone_ciphertext, 2)"
    " WHERE survivor_id = $1",
    "identity": "UPDATE survivor_identities SET name_ciphertext = substr(name_ciphertext, 2),"
    " language_ciphertext = substr(language_ciphertext, 2)"
    " WHERE survivor_id = $1",
}
"""Damage by a failing disk or a manual change; $1 is the survivor."""


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_record_gets_no_text_and_affects_no_other(
    tenant: Tenant, superuser_url: str, damage: str
) -> None:
    db, worker = tenant.installation.product.db, tenant.worker
    damaged, sound = await tenant.survivor(), await tenant.survivor("07700 900124")
    for survivor_id in (damaged, sound):
        new = NewPathway()
        await pathways.enrol(db, worker, survivor_id, new_key(worker, new), new)
        await tenant.request(survivor_id)
    conn = await asyncpg.connect(superuser_url)
    await conn.execute(DAMAGES[damage], damaged)
    await conn.close()

    await tenant.send()
    assert [text.phone for text in tenant.arrived()] == ["+447700900124"]
    (prompt,) = await tenant.rows(
        """SELECT state FROM outgoing_messages
           WHERE provider_id = $1 AND recipient_kind = 'survivor' AND recipient_id = $2""",
        damaged,
    )
    withheld_at_the_gate = damage != "number"  # which is decrypted just before the call
    assert prompt["state"] == (
        MessageState.WITHHELD if withheld_at_the_gate else MessageState.FAILED
    )

    async with db.transaction(tenant.caller) as tx:
        later = await tx.now() + timedelta(days=29)
    assert await pathways.refresh_plans(db, tenant.caller, later) == 2
    assert await disengagement.raise_due_flags(db, tenant.caller, later, ladder=DEFAULT_LADDER) >= 1
    assert sound in await on_today(tenant, worker)
    assert len(await people.search_names(db, worker, "a")) >= 1
    reading = safe_contact.get_number if damage == "number" else safe_contact.get_contactability
    with pytest.raises(DecryptionError):
        async with db.transaction(worker) as tx:
            await reading(tx, damaged)


async def on_today(tenant: Tenant, worker: Caller) -> list[object]:
    today = await casework.get_today(tenant.installation.product.db, worker)
    return [line.survivor_id for group in today.groups for line in group.lines]
