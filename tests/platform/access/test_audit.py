"""Every read and write of a survivor's record leaves one event, in the same transaction."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from outcomes.casework.people import service as people
from outcomes.errors import NotFound
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import SafeHours
from outcomes.survivors import service as survivors
from outcomes.survivors.models import (
    Decision,
    NewConsent,
    NewPhone,
    Purpose,
    SafeContactProfile,
)
from outcomes.survivors.safe_contact import service as safe_contact
from tests.support import Product, make_provider, make_survivor, make_worker, new_key

Verb = Callable[[Product, Caller, UUID], Awaitable[Any]]
_CONSENT = NewConsent(Purpose.SHARING, Decision.GIVEN)
_PROFILE = SafeContactProfile(hours=SafeHours.every_day())
_PHONE = NewPhone("07700 900555")

VERBS: dict[str, Verb] = {
    "survivor.viewed": lambda p, c, s: survivors.get_survivor(p.db, c, s),
    "survivor.number_shown": lambda p, c, s: survivors.show_number(p.db, c, s),
    "survivor.number_changed": lambda p, c, s: safe_contact.change_phone(
        p.db, c, s, new_key(c, _PHONE), _PHONE
    ),
    "survivor.number_confirmed": lambda p, c, s: safe_contact.thaw_number(p.db, c, s),
    "consent.recorded": lambda p, c, s: survivors.record_consent(
        p.db, c, s, new_key(c, _CONSENT), _CONSENT
    ),
    "consent.viewed": lambda p, c, s: survivors.list_consents(p.db, c, s),
    "safe_contact.recorded": lambda p, c, s: safe_contact.record_safe_contact(
        p.db, c, s, new_key(c, _PROFILE), _PROFILE
    ),
    "safe_contact.viewed": lambda p, c, s: safe_contact.get_safe_contact(p.db, c, s),
    "safe_contact.confirmed": lambda p, c, s: safe_contact.reconfirm_safe_contact(p.db, c, s, 1),
    "survivor.listed": lambda p, c, s: people.list_people(p.db, c),
    "survivor.searched": lambda p, c, s: people.search_names(p.db, c, "practice"),
}


@pytest.mark.parametrize("action", VERBS)
async def test_a_verb_leaves_one_event(product: Product, action: str) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    before = await _events(product, worker)

    await VERBS[action](product, worker, survivor_id)

    new = (await _events(product, worker))[len(before) :]
    assert [row["action"] for row in new] == [action]
    assert new[0]["subject_ids"] == [survivor_id]
    assert new[0]["account_id"] == worker.actor.account


async def test_registering_leaves_one_event(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)

    registered = [
        row for row in await _events(product, worker) if row["action"] == "survivor.registered"
    ]

    assert [row["subject_ids"] for row in registered] == [[survivor_id]]


async def test_what_was_refused_leaves_none(product: Product) -> None:
    provider = await make_provider(product)
    worker, colleague = await make_worker(product, provider), await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker)

    for verb in (VERBS["survivor.viewed"], VERBS["consent.recorded"]):
        for hidden in (survivor_id, uuid4()):
            with pytest.raises(NotFound):
                await verb(product, colleague, hidden)

    assert [row for row in await _events(product, colleague) if "consent" in row["action"]] == []


async def test_when_the_event_cannot_be_written_nothing_is_shown(
    product: Product, superuser_url: str
) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    superuser = await asyncpg.connect(superuser_url)
    broken = "survivor_viewed_breaks"
    await superuser.execute(
        f"""ALTER TABLE audit_events ADD CONSTRAINT {broken}
            CHECK (NOT (action = 'survivor.viewed' AND account_id = '{worker.actor.account}'))
            NOT VALID"""
    )
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await survivors.get_survivor(product.db, worker, survivor_id)
    finally:
        await superuser.execute(f"ALTER TABLE audit_events DROP CONSTRAINT {broken}")
        await superuser.close()


async def test_events_hold_no_value(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    await make_survivor(product, worker, name="Xanthippe Practice", phone="07700 900777")
    await people.search_names(product.db, worker, "xanthippe")

    text = "".join(str(dict(row)) for row in await _events(product, worker)).casefold()

    assert "xanthippe" not in text
    assert "900777" not in text


async def test_events_cannot_be_changed_or_removed(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    for statement in ("UPDATE audit_events SET purpose = 'x'", "DELETE FROM audit_events"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with product.db.transaction(worker) as tx:
                await tx.conn.execute(statement)


async def _events(product: Product, caller: Caller) -> list[Any]:
    """All of the caller's own events that concern survivors, in order."""
    async with product.db.transaction(caller) as tx:
        rows: list[Any] = await tx.conn.fetch(
            """SELECT action, subject_ids, account_id, fields, purpose FROM audit_events
               WHERE account_id = $1 AND subject_kind = 'survivor' ORDER BY at, id""",
            caller.actor.account,
        )
    return rows
