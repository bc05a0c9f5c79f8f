"""The SQL of how a survivor may be reached: numbers, safe contact, opt-outs; encrypted here."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from msgspec import convert
from msgspec.structs import asdict

from outcomes.platform.access.caseload import AuthorisedSurvivor
from outcomes.platform.access.data_keys import logging_damage, survivor_keys
from outcomes.platform.calendar import SafeHours
from outcomes.platform.db import Row, Transaction
from outcomes.platform.encryption import DataKey, DecryptionError, Field
from outcomes.platform.sql import sql
from outcomes.survivors.models import (
    CONFIRMATION_LASTS,
    Contactability,
    ContactRules,
    ContactWords,
    Purpose,
    SafeContact,
    SafeContactProfile,
    SafeContactRules,
)
from outcomes.survivors.numbers.store import lock_survivor

RULES = Field("safe_contacts", "profile_ciphertext")
WORDS = Field("safe_contacts", "words_ciphertext")
LANGUAGE = Field("survivor_identities", "language_ciphertext")

UNREADABLE = "not readable"
"""Stands where the language of a damaged record would."""

OPTED_OUT = """EXISTS (SELECT 1 FROM opt_outs o
    WHERE o.provider_id = :provider_id AND o.lifted_at IS NULL
      AND (o.survivor_id = s.id OR o.phone_bidx = m.phone_bidx))"""

CURRENT_METHOD = """LEFT JOIN contact_methods m
    ON m.provider_id = :provider_id AND m.survivor_id = s.id AND m.retired_at IS NULL"""


_GET_LAST_VERSION = sql("""
    SELECT coalesce(max(version), 0) FROM safe_contacts
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id
""")
_INSERT_SAFE_CONTACT = sql("""
    INSERT INTO safe_contacts (provider_id, id, survivor_id, version, profile_ciphertext,
                               words_ciphertext, confirmed_at, expires_on, recorded_by)
    VALUES (:provider_id, :profile_id, :survivor_id, :version, :profile_ciphertext,
        :words_ciphertext, :now, :expires_on, :recorded_by)
""")


async def insert_safe_contact(
    tx: Transaction, opened: AuthorisedSurvivor, profile_id: UUID, profile: SafeContactProfile
) -> None:
    """The next version of the profile; the number of the last one is read under its row's lock."""
    await lock_survivor(tx, opened.survivor_id)
    last: int = await tx.fetch_value(_GET_LAST_VERSION, survivor_id=opened.survivor_id)
    await tx.execute(
        _INSERT_SAFE_CONTACT,
        profile_id=profile_id,
        survivor_id=opened.survivor_id,
        version=last + 1,
        profile_ciphertext=opened.key.encrypt_json(RULES, profile_id, _part(ContactRules, profile)),
        words_ciphertext=opened.key.encrypt_json(WORDS, profile_id, _part(ContactWords, profile)),
        now=opened.now,
        expires_on=(opened.now + CONFIRMATION_LASTS).date(),
        recorded_by=tx.caller.actor.account,
    )


Part = TypeVar("Part", ContactRules, ContactWords)


def _part(shape: type[Part], profile: SafeContactProfile) -> Part:
    return convert(profile, shape, from_attributes=True)


_CONFIRM_SAFE_CONTACT = sql("""
    UPDATE safe_contacts SET confirmed_at = :said_at, expires_on = :expires_on
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id AND confirmed_at < :said_at
      AND version = (SELECT max(version) FROM safe_contacts
                     WHERE provider_id = :provider_id AND survivor_id = :survivor_id)
""")


async def confirm_safe_contact(tx: Transaction, survivor_id: UUID, said_at: datetime) -> None:
    """The survivor said at `said_at` (UTC) that the profile is right; what they said before it was
    recorded, or last confirmed, is no news."""
    await tx.execute(
        _CONFIRM_SAFE_CONTACT,
        survivor_id=survivor_id,
        said_at=said_at,
        expires_on=(said_at + CONFIRMATION_LASTS).date(),
    )


_FIND_SAFE_CONTACT = sql("""
    SELECT id, version, profile_ciphertext, words_ciphertext, confirmed_at, expires_on
    FROM safe_contacts
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id ORDER BY version DESC LIMIT 1
""")


async def find_safe_contact(tx: Transaction, opened: AuthorisedSurvivor) -> SafeContact | None:
    """The current profile with its words, if one was ever recorded."""
    row = await tx.fetch_row(_FIND_SAFE_CONTACT, survivor_id=opened.survivor_id)
    if row is None:
        return None
    return SafeContact(
        id=row["id"],
        version=row["version"],
        profile=SafeContactProfile(
            **asdict(_rules(opened.key, row)), **asdict(_words(opened.key, row))
        ),
        confirmed_at=row["confirmed_at"],
        expires_on=row["expires_on"],
    )


_LIST_WORDS = sql("""
    SELECT DISTINCT ON (survivor_id) id, survivor_id, profile_ciphertext, words_ciphertext
    FROM safe_contacts
    WHERE provider_id = :provider_id AND survivor_id = ANY(:survivor_ids::uuid[])
    ORDER BY survivor_id, version DESC
""")


async def list_danger_words(tx: Transaction, survivor_ids: list[UUID]) -> dict[UUID, str]:
    """The danger word of each of these who has one; one that cannot be read is missing."""
    keys = await survivor_keys(tx, survivor_ids)
    found = {}
    for row in await tx.fetch(_LIST_WORDS, survivor_ids=survivor_ids):
        if key := keys.get(row["survivor_id"]):
            with logging_damage():
                if word := _words(key, row).duress_word:
                    found[row["survivor_id"]] = word
    return found


def _rules(key: DataKey, row: Row) -> ContactRules:
    return key.decrypt_json(RULES, row["id"], row["profile_ciphertext"], ContactRules)


def _words(key: DataKey, row: Row) -> ContactWords:
    """Up to 0.1.0 the words were encrypted with the rules."""
    if row["words_ciphertext"] is None:
        return key.decrypt_json(RULES, row["id"], row["profile_ciphertext"], ContactWords)
    return key.decrypt_json(WORDS, row["id"], row["words_ciphertext"], ContactWords)


_INSERT_OPT_OUT = sql("""
    INSERT INTO opt_outs (provider_id, id, survivor_id, phone_bidx, source, opted_out_at)
    VALUES (:provider_id, :id, :survivor_id, :phone_bidx, :source, :now)
""")


async def insert_opt_out(
    tx: Transaction,
    *,
    survivor_id: UUID | None,
    phone_bidx: bytes | None,
    source: str,
    now: datetime,
) -> None:
    """Add to the opt-out list, which is per number and per person; at least one of them is known."""
    await tx.execute(
        _INSERT_OPT_OUT,
        id=uuid4(),
        survivor_id=survivor_id,
        phone_bidx=phone_bidx,
        source=source,
        now=now,
    )


async def list_contactability(
    tx: Transaction, survivor_ids: list[UUID]
) -> dict[UUID, Contactability]:
    """What decides whether each of these may be reached, in one statement, as it is now.

    Of somebody whose record cannot be read, nothing is known to be safe; the others are not affected.
    """
    keys = await survivor_keys(tx, survivor_ids)
    rows = await _list_rows(tx, survivor_ids)
    return {row["id"]: _contactability_if_readable(keys.get(row["id"]), row) for row in rows}


async def get_contactability(tx: Transaction, survivor_id: UUID) -> Contactability:
    """The same of one survivor. Raises DecryptionError when their record cannot be read."""
    keys = await survivor_keys(tx, [survivor_id])
    if survivor_id not in keys:
        raise DecryptionError
    (row,) = await _list_rows(tx, [survivor_id])
    return _read_contactability(keys[survivor_id], row)


_LIST_ROWS = sql(f"""
    SELECT s.id, s.zone, i.language_ciphertext, m.id AS method_id, m.phone_bidx,
           m.frozen_at IS NOT NULL AS number_frozen, {OPTED_OUT} AS opted_out,
           EXISTS (SELECT 1 FROM contact_methods other
                   WHERE other.provider_id = :provider_id AND other.retired_at IS NULL
                     AND other.phone_bidx = m.phone_bidx
                     AND other.survivor_id <> s.id) AS shared_number,
           (SELECT array_agg(latest.purpose) FROM (
                SELECT DISTINCT ON (c.purpose) c.purpose, c.decision FROM consents c
                WHERE c.provider_id = :provider_id AND c.survivor_id = s.id
                ORDER BY c.purpose, c.recorded_at DESC, c.decision DESC) latest
            WHERE latest.decision = 'given') AS consents,
           p.id AS profile_id, p.version, p.profile_ciphertext, p.confirmed_at, p.expires_on
    FROM survivors s
    JOIN survivor_identities i ON i.provider_id = :provider_id AND i.survivor_id = s.id
    {CURRENT_METHOD}
    LEFT JOIN LATERAL (
        SELECT id, version, profile_ciphertext, confirmed_at, expires_on
        FROM safe_contacts q
        WHERE q.provider_id = :provider_id AND q.survivor_id = s.id
        ORDER BY q.version DESC LIMIT 1) p ON true
    WHERE s.provider_id = :provider_id AND s.id = ANY(:survivor_ids::uuid[])
""")


async def _list_rows(tx: Transaction, survivor_ids: list[UUID]) -> list[Row]:
    rows: list[Row] = await tx.fetch(_LIST_ROWS, survivor_ids=survivor_ids)
    return rows


def _contactability_if_readable(key: DataKey | None, row: Row) -> Contactability:
    if key is not None:
        with logging_damage():
            return _read_contactability(key, row)
    return _contactability(row, UNREADABLE, ContactRules(hours=SafeHours()))


def _read_contactability(key: DataKey, row: Row) -> Contactability:
    language = key.decrypt_text(LANGUAGE, row["id"], row["language_ciphertext"])
    has_profile = row["profile_id"] is not None
    rules = _rules(key, {**row, "id": row["profile_id"]}) if has_profile else None
    return _contactability(row, language, rules)


def _contactability(row: Row, language: str, rules: ContactRules | None) -> Contactability:
    contact = None
    if row["profile_id"] is not None and rules is not None:
        contact = SafeContactRules(
            id=row["profile_id"],
            version=row["version"],
            rules=rules,
            confirmed_at=row["confirmed_at"],
            expires_on=row["expires_on"],
        )
    return Contactability(
        survivor_id=row["id"],
        zone=row["zone"],
        language=language,
        contact_method_id=row["method_id"],
        phone_bidx=row["phone_bidx"],
        number_frozen=row["number_frozen"],
        shared_number=row["shared_number"],
        opted_out=row["opted_out"],
        consents=frozenset(Purpose(purpose) for purpose in row["consents"] or ()),
        safe_contact=contact,
    )
