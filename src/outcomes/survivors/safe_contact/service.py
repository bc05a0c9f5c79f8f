"""The verbs of safe contact: the profile, the number, and whether a survivor may be reached."""

from datetime import datetime
from uuid import UUID

from outcomes.errors import Conflict, Invalid
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor, authorise, authorise_once
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Database, Transaction
from outcomes.platform.encryption import DataKey
from outcomes.platform.phones import mobile
from outcomes.providers import service as providers
from outcomes.survivors.models import (
    Contact,
    Contactability,
    NewPhone,
    SafeContact,
    SafeContactProfile,
)
from outcomes.survivors.numbers import store as numbers
from outcomes.survivors.safe_contact import store
from outcomes.survivors.safe_contact.safety import why_no_danger_word
from outcomes.tasks import service as tasks
from outcomes.tasks.models import TaskKind


async def record_safe_contact(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    creation: Creation,
    profile: SafeContactProfile,
) -> UUID:
    """Replace the safe-contact profile; the new one is confirmed now, for 90 days.

    Texts planned under the previous profile are cancelled by the sweep and planned again.

    Raises:
        Invalid: a danger word that could be missed or matched by mistake.
    """
    if why := why_no_danger_word(profile):
        raise Invalid.field("duress_word", why)
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        if is_new:
            await store.insert_safe_contact(tx, opened, creation.key, profile)
            await audit.record_opened(tx, opened, "safe_contact.recorded", "profile")
        return creation.key


async def get_safe_contact(db: Database, caller: Caller, survivor_id: UUID) -> SafeContact | None:
    """The current profile; None means: do not contact."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "safe_contact.viewed", "profile")
        return await store.find_safe_contact(tx, opened)


async def find_profile(tx: Transaction, opened: AuthorisedSurvivor) -> SafeContactProfile | None:
    """The current profile with its words, in the caller's transaction; the caller audits."""
    contact = await store.find_safe_contact(tx, opened)
    return None if contact is None else contact.profile


async def view_contact(db: Database, caller: Caller, survivor_id: UUID) -> Contact:
    """The survivor's contactability, for the pages that show and change it."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "safe_contact.viewed", "profile", "consents")
        return Contact(opened.reference, opened.now, await get_contactability(tx, survivor_id))


async def view_profile(
    db: Database, caller: Caller, survivor_id: UUID
) -> tuple[Contact, SafeContact | None]:
    """The same with the current profile and its words, for the page that changes it."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "safe_contact.viewed", "profile", "consents")
        contactability = await get_contactability(tx, survivor_id)
        contact = Contact(opened.reference, opened.now, contactability)
        return contact, await store.find_safe_contact(tx, opened)


async def reconfirm_safe_contact(
    db: Database, caller: Caller, survivor_id: UUID, version: int
) -> None:
    """Confirm this version of the profile for another 90 days.

    Raises:
        Conflict: the profile has a newer version.
    """
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        current = await store.find_safe_contact(tx, opened)
        if current is None or current.version != version:
            raise Conflict
        await confirm_safe_contact(tx, survivor_id, opened.now)
        await audit.record_opened(tx, opened, "safe_contact.confirmed")


async def thaw_number(db: Database, caller: Caller, survivor_id: UUID) -> None:
    """Take the number off hold: the survivor has confirmed it by voice."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await numbers.thaw_number(tx, survivor_id)
        await audit.record_opened(tx, opened, "survivor.number_confirmed", "phone")


async def change_phone(
    db: Database, caller: Caller, survivor_id: UUID, creation: Creation, new: NewPhone
) -> None:
    """Replace the number; messages planned for the old one are not sent. The same number changes nothing.

    Raises:
        Invalid: not a mobile number, or a sender number of the provider.
    """
    e164 = mobile(new.phone, "phone")
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        if not is_new:
            return
        before = (await store.list_contactability(tx, [survivor_id]))[survivor_id]
        if before.phone_bidx == tx.caller.scope.keys.phone_index(e164):
            return
        await record_number(tx, opened.key, survivor_id, e164, opened.now)
        if before.contact_method_id is not None:
            await tasks.resolve_task(
                tx, TaskKind.SHARED_PHONE, before.contact_method_id, opened.now
            )
        await audit.record_opened(tx, opened, "survivor.number_changed", "phone")


async def record_number(
    tx: Transaction, key: DataKey, survivor_id: UUID, e164: str, now: datetime
) -> None:
    """Set the current number. A shared number raises a task whose subject is the number, because the next
    number may be shared as well."""
    if await providers.is_sender_number(tx, e164):
        raise Invalid.field("phone", "This is your organisation’s number. Enter theirs.")
    method_id = await numbers.insert_contact_method(tx, key, survivor_id, e164, now)
    holders = await numbers.list_holders(tx, tx.caller.scope.keys.phone_index(e164))
    if len(holders) > 1:
        await tasks.raise_task(
            tx,
            TaskKind.SHARED_PHONE,
            subject_kind="contact_method",
            subject_id=method_id,
            survivor_id=survivor_id,
            owner_account_id=None,
            now=now,
        )


async def lock_survivor(tx: Transaction, survivor_id: UUID) -> None:
    """Lock the survivor's row against other changes. Rows that only refer to the survivor can still be
    inserted."""
    await numbers.lock_survivor(tx, survivor_id)


async def get_contactability(tx: Transaction, survivor_id: UUID) -> Contactability:
    """The same of one survivor. Raises DecryptionError when their record cannot be read."""
    return await store.get_contactability(tx, survivor_id)


async def list_contactability(
    tx: Transaction, survivor_ids: list[UUID]
) -> dict[UUID, Contactability]:
    """What decides whether each of these may be reached, in one statement, as it is now.

    If a record cannot be read, nothing counts as safe for that survivor; the others are not affected."""
    return await store.list_contactability(tx, survivor_ids)


async def list_holders(tx: Transaction, phone_bidx: bytes) -> list[UUID]:
    """The survivors whose current number this is."""
    return await numbers.list_holders(tx, phone_bidx)


async def list_danger_words(tx: Transaction, survivor_ids: list[UUID]) -> dict[UUID, str]:
    """The danger words of these survivors; one that cannot be read is missing."""
    return await store.list_danger_words(tx, survivor_ids)


async def get_number(tx: Transaction, survivor_id: UUID) -> str | None:
    """The current number in E.164, for sending; the caller audits. Raises DecryptionError."""
    return await numbers.get_number(tx, survivor_id)


async def insert_opt_out(
    tx: Transaction,
    *,
    survivor_id: UUID | None,
    phone_bidx: bytes | None,
    source: str,
    now: datetime,
) -> None:
    """Add to the opt-out list, by number and by survivor; at least one of them is known."""
    await store.insert_opt_out(
        tx, survivor_id=survivor_id, phone_bidx=phone_bidx, source=source, now=now
    )


async def freeze_number(tx: Transaction, method_id: UUID, reason: str, now: datetime) -> None:
    """Send nothing to this number until a person has confirmed it by voice."""
    await numbers.freeze_number(tx, method_id, reason, now)


async def confirm_safe_contact(tx: Transaction, survivor_id: UUID, said_at: datetime) -> None:
    """Confirm the profile as of `said_at` (UTC), unless it was recorded or confirmed later."""
    await store.confirm_safe_contact(tx, survivor_id, said_at)
