"""Reading what the gate decides by."""

from collections.abc import Sequence
from uuid import UUID

from outcomes.platform.db import Transaction
from outcomes.prompts import store
from outcomes.prompts.gate import GateFacts
from outcomes.survivors.safe_contact import service as safe_contact


async def list_facts(tx: Transaction, survivor_ids: Sequence[UUID]) -> dict[UUID, GateFacts]:
    """The facts of each of these, as they are now. One whose record cannot be read may be
    sent nothing; the others are not affected."""
    contactability = await safe_contact.list_contactability(tx, list(survivor_ids))
    accepted = await store.list_accepted(tx)
    unread = await store.list_unread(tx, survivor_ids)
    return {
        survivor_id: GateFacts(one, accepted, survivor_id in unread)
        for survivor_id, one in contactability.items()
    }


async def get_facts(tx: Transaction, survivor_id: UUID) -> GateFacts:
    """The same of one survivor. Raises DecryptionError when their record cannot be read."""
    return GateFacts(
        await safe_contact.get_contactability(tx, survivor_id),
        await store.list_accepted(tx),
        survivor_id in await store.list_unread(tx, [survivor_id]),
    )
