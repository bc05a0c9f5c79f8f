"""The verbs of a survivor's record. Each is one visible transaction."""

import secrets
import unicodedata
from datetime import date, datetime
from uuid import UUID, uuid4

from dateutil.relativedelta import relativedelta

from outcomes.errors import Conflict, Invalid
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor, authorise, authorise_once
from outcomes.platform.access.data_keys import create_key
from outcomes.platform.access.idempotency import Creation, first_time
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import local_date
from outcomes.platform.db import Database, Transaction
from outcomes.platform.encryption import KeyKind
from outcomes.platform.phones import mobile
from outcomes.platform.zones import no_zone, zone_named, zone_of
from outcomes.survivors import store
from outcomes.survivors.models import (
    EMERGENCY_LINE_REMEDY,
    Consent,
    NewConsent,
    NewSurvivor,
    Survivor,
    SurvivorRow,
)
from outcomes.survivors.numbers import store as numbers
from outcomes.survivors.safe_contact import service as contact

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"
_REFERENCE_TRIES = 20
_EXIT_AHEAD, _EXIT_BEFORE = relativedelta(months=12), relativedelta(years=10)
"""A day further away than these is refused as mistyped (product default; no external source)."""

_WITHOUT_STROKES = str.maketrans(
    {"đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that Unicode does not decompose, with their plain equivalents."""


async def register(db: Database, caller: Caller, creation: Creation, new: NewSurvivor) -> UUID:
    """Register an adult and put them on the caller's caseload; nothing is planned before `enrol`.

    A number that another survivor has makes a task for the team lead and gets no texts.

    Raises:
        Invalid: under 18 (with the duty to refer), not told that this is no emergency line, or an
            implausible number, zone or exit date.
    """
    _require_adult_and_informed(new)
    zone = zone_named(new.zone)
    e164 = mobile(new.phone, "phone") if new.phone else None
    async with db.transaction(caller) as tx:
        now = await tx.now()
        if not await first_time(tx, creation, now):
            return creation.key
        if not await store.database_knows_zone(tx, new.zone):
            raise no_zone()
        if new.exit_on is not None:
            _require_likely_exit(new.exit_on, local_date(now, zone))
        survivor_id = creation.key
        await _insert_with_free_reference(tx, survivor_id, new, now)
        key = await create_key(tx, KeyKind.SURVIVOR, survivor_id, now)
        await store.insert_identity(tx, key, survivor_id, new)
        await store.insert_assignment(tx, survivor_id, caller.actor.account, now)
        for consent in new.consents:
            await store.insert_consent(tx, uuid4(), survivor_id, consent, now)
        if e164 is not None:
            await contact.record_number(tx, key, survivor_id, e164, now)
        await audit.record_access(tx, "survivor.registered", (survivor_id,), now=now)
        return survivor_id


async def get_survivor(db: Database, caller: Caller, survivor_id: UUID) -> Survivor:
    """The record, without the number. Raises NotFound outside the caseload."""
    async with db.transaction(caller) as tx:
        return await store.get_survivor(tx, await authorise(tx, survivor_id))


async def show_number(db: Database, caller: Caller, survivor_id: UUID) -> str | None:
    """The current number in E.164, audited on its own."""
    async with db.transaction(caller) as tx:
        return await numbers.find_phone(tx, await authorise(tx, survivor_id))


async def list_rows(tx: Transaction, ids: list[UUID]) -> dict[UUID, SurvivorRow]:
    """The list rows of these survivors, by id. The caller has checked the caseload, and audits."""
    return await store.list_rows(tx, ids)


async def search_names(tx: Transaction, typed: str) -> dict[UUID, str]:
    """Survivors of the caller's caseload whose name contains what was typed, ignoring accents and case.

    A name that cannot be decrypted is not found. The caller audits.
    """
    wanted = plain(typed)
    names = await store.list_names(tx)
    return {survivor_id: name for survivor_id, name in names.items() if wanted in plain(name)}


def plain(text: str) -> str:
    """Text as names are compared: no accents or strokes, no case, single spaces."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", folded).translate(_WITHOUT_STROKES)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


async def record_consent(
    db: Database, caller: Caller, survivor_id: UUID, creation: Creation, new: NewConsent
) -> UUID:
    """Add a decision. A withdrawal counts from the moment it is recorded."""
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        if is_new:
            await store.insert_consent(tx, creation.key, survivor_id, new, opened.now)
            await audit.record_opened(tx, opened, "consent.recorded", "purpose", "decision")
        return creation.key


async def list_consents(db: Database, caller: Caller, survivor_id: UUID) -> list[Consent]:
    """Every decision, newest first."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "consent.viewed")
        return await store.list_consents(tx, survivor_id)


async def _insert_with_free_reference(
    tx: Transaction, survivor_id: UUID, new: NewSurvivor, now: datetime
) -> None:
    for _ in range(_REFERENCE_TRIES):
        if await store.insert_survivor(tx, survivor_id, _random_reference(), new, now):
            return
    raise Conflict("No free reference was found. Please try again.")


def _random_reference() -> str:
    """Such as `K7-204`: random and meaningless, without letters that look like digits."""
    pick = secrets.choice
    return f"{pick(_LETTERS)}{pick(_DIGITS)}-{''.join(pick(_DIGITS) for _ in range(3))}"


async def set_exit_date(
    tx: Transaction, opened: AuthorisedSurvivor, exit_on: date, version: int
) -> None:
    """Record when government-funded support ended, in the caller's transaction.

    Raises:
        Conflict: the record was changed since `version`.
        Invalid: more than a year ahead, or more than ten years ago.
    """
    _require_likely_exit(exit_on, local_date(opened.now, zone_of(opened.zone)))
    await store.set_exit_date(tx, opened.survivor_id, exit_on, version)


def _require_likely_exit(exit_on: date, today: date) -> None:
    if exit_on > today + _EXIT_AHEAD:
        raise Invalid.field("exit_on", "Enter an exit date that is at most a year from now.")
    if exit_on < today - _EXIT_BEFORE:
        raise Invalid.field("exit_on", "Enter an exit date in the last ten years.")


def _require_adult_and_informed(new: NewSurvivor) -> None:
    if not new.adult:
        raise Invalid.field(
            "adult",
            "This service is for adults. You have a duty to refer a child: call the local"
            " authority's children's services now, or 999 in danger.",
        )
    if not new.told_not_emergency_line:
        raise Invalid.field("told_not_emergency_line", EMERGENCY_LINE_REMEDY)
