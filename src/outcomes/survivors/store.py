"""The SQL of a survivor's record, which is encrypted and decrypted here."""

from datetime import date, datetime
from uuid import UUID, uuid4

from outcomes.errors import Conflict
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor, caseload_args, in_caseload
from outcomes.platform.access.data_keys import logging_damage, survivor_keys
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import DataKey, Field
from outcomes.platform.sql import sql
from outcomes.survivors.models import (
    Consent,
    NewConsent,
    NewSurvivor,
    Survivor,
    SurvivorDetails,
    SurvivorRow,
)
from outcomes.survivors.safe_contact.store import CURRENT_METHOD, LANGUAGE, OPTED_OUT

NAME = Field("survivor_identities", "name_ciphertext")
DETAILS = Field("survivor_identities", "details_ciphertext")


_DATABASE_KNOWS_ZONE = sql("""
    SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = :name)
""")


async def database_knows_zone(tx: Transaction, name: str) -> bool:
    """Whether PostgreSQL knows the zone too."""
    return bool(await tx.fetch_value(_DATABASE_KNOWS_ZONE, name=name))


_INSERT_SURVIVOR = sql("""
    INSERT INTO survivors (provider_id, id, reference, zone, exit_on, nationality_token,
                           told_not_emergency_line_at, registered_at, registered_by, version)
    VALUES (:provider_id, :survivor_id, :reference, :zone, :exit_on, :nationality_token, :now,
        :now, :registered_by, 1)
    ON CONFLICT (provider_id, reference) DO NOTHING RETURNING true
""")


async def insert_survivor(
    tx: Transaction, survivor_id: UUID, reference: str, new: NewSurvivor, now: datetime
) -> bool:
    """Whether the reference was free; nothing is written when it was not."""
    keys = tx.caller.scope.keys
    inserted = await tx.fetch_value(
        _INSERT_SURVIVOR,
        survivor_id=survivor_id,
        reference=reference,
        zone=new.zone,
        exit_on=new.exit_on,
        nationality_token=keys.nationality_token(new.nationality) if new.nationality else None,
        now=now,
        registered_by=tx.caller.actor.account,
    )
    return bool(inserted)


_INSERT_IDENTITY = sql("""
    INSERT INTO survivor_identities
        (provider_id, survivor_id, name_ciphertext, details_ciphertext, language_ciphertext)
    VALUES (:provider_id, :survivor_id, :name_ciphertext, :details_ciphertext, :language_ciphertext)
""")


async def insert_identity(
    tx: Transaction, key: DataKey, survivor_id: UUID, new: NewSurvivor
) -> None:
    await tx.execute(
        _INSERT_IDENTITY,
        survivor_id=survivor_id,
        name_ciphertext=key.encrypt_text(NAME, survivor_id, new.name),
        details_ciphertext=key.encrypt_json(DETAILS, survivor_id, SurvivorDetails(new.preferences)),
        language_ciphertext=key.encrypt_text(LANGUAGE, survivor_id, new.language),
    )


_INSERT_ASSIGNMENT = sql("""
    INSERT INTO caseload_assignments
        (provider_id, id, survivor_id, account_id, from_at, assigned_by)
    VALUES (:provider_id, :id, :survivor_id, :account_id, :now, :assigned_by)
""")


async def insert_assignment(
    tx: Transaction, survivor_id: UUID, account_id: UUID, now: datetime
) -> None:
    await tx.execute(
        _INSERT_ASSIGNMENT,
        id=uuid4(),
        survivor_id=survivor_id,
        account_id=account_id,
        now=now,
        assigned_by=tx.caller.actor.account,
    )


_INSERT_CONSENT = sql("""
    INSERT INTO consents (provider_id, id, survivor_id, purpose, decision, wording_version,
                          decided_at, recorded_at, recorded_by)
    VALUES (:provider_id, :consent_id, :survivor_id, :purpose, :decision, :wording_version, :now,
        :now, :recorded_by)
""")


async def insert_consent(
    tx: Transaction, consent_id: UUID, survivor_id: UUID, new: NewConsent, now: datetime
) -> None:
    await tx.execute(
        _INSERT_CONSENT,
        consent_id=consent_id,
        survivor_id=survivor_id,
        purpose=new.purpose,
        decision=new.decision,
        wording_version=new.wording_version,
        now=now,
        recorded_by=tx.caller.actor.account,
    )


_LIST_CONSENTS = sql("""
    SELECT id, purpose, decision, wording_version, decided_at FROM consents
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id ORDER BY recorded_at DESC, id
""")


async def list_consents(tx: Transaction, survivor_id: UUID) -> list[Consent]:
    """Every decision, newest first."""
    return await tx.fetch_as(Consent, _LIST_CONSENTS, survivor_id=survivor_id)


_SET_EXIT_DATE = sql("""
    UPDATE survivors SET exit_on = :exit_on, version = version + 1
    WHERE provider_id = :provider_id AND id = :survivor_id AND version = :version RETURNING true
""")


async def set_exit_date(tx: Transaction, survivor_id: UUID, exit_on: date, version: int) -> None:
    """Compare-and-swap on the record's version.

    Raises:
        Conflict: the record was changed since that version.
    """
    changed = await tx.fetch_value(
        _SET_EXIT_DATE, survivor_id=survivor_id, exit_on=exit_on, version=version
    )
    if not changed:
        raise Conflict


_GET_SURVIVOR = sql(f"""
    {audit.FOLDED}
    SELECT s.id, s.reference, s.zone, s.exit_on, s.registered_at, s.version,
           i.name_ciphertext, i.details_ciphertext, i.language_ciphertext,
           m.id IS NOT NULL AS has_phone, m.frozen_at IS NOT NULL AS number_frozen,
           {OPTED_OUT} AS opted_out, c.account_id
    FROM survivors s
    JOIN survivor_identities i ON i.provider_id = :provider_id AND i.survivor_id = s.id
    {CURRENT_METHOD}
    LEFT JOIN caseload_assignments c ON c.provider_id = :provider_id
         AND c.survivor_id = s.id AND c.until_at IS NULL
    WHERE s.provider_id = :provider_id AND s.id = :survivor_id
""")


async def get_survivor(tx: Transaction, opened: AuthorisedSurvivor) -> Survivor:
    """The record, audited in the statement that reads it."""
    row = await tx.get_row(
        _GET_SURVIVOR,
        **audit.opened_args(tx, opened, "survivor.viewed", "name", "language", "preferences"),
        survivor_id=opened.survivor_id,
    )
    key, survivor_id = opened.key, opened.survivor_id
    details = key.decrypt_json(DETAILS, survivor_id, row["details_ciphertext"], SurvivorDetails)
    return Survivor(
        id=survivor_id,
        reference=row["reference"],
        name=key.decrypt_text(NAME, survivor_id, row["name_ciphertext"]),
        language=key.decrypt_text(LANGUAGE, survivor_id, row["language_ciphertext"]),
        zone=row["zone"],
        exit_on=row["exit_on"],
        preferences=details.preferences,
        has_phone=row["has_phone"],
        number_frozen=row["number_frozen"],
        opted_out=row["opted_out"],
        registered_at=row["registered_at"],
        worker_account_id=row["account_id"],
        version=row["version"],
    )


_LIST_ROWS = sql(f"""
    SELECT s.id, s.registered_at, {OPTED_OUT} AS opted_out, m.frozen_at IS NOT NULL AS number_frozen
    FROM survivors s {CURRENT_METHOD}
    WHERE s.provider_id = :provider_id AND s.id = ANY(:ids::uuid[])
""")


async def list_rows(tx: Transaction, ids: list[UUID]) -> dict[UUID, SurvivorRow]:
    """What a list shows of these survivors, by id."""
    return {row.id: row for row in await tx.fetch_as(SurvivorRow, _LIST_ROWS, ids=ids)}


_LIST_NAMES = sql(f"""
    SELECT s.id, i.name_ciphertext
    FROM survivors s
    JOIN survivor_identities i ON i.provider_id = :provider_id AND i.survivor_id = s.id
    WHERE s.provider_id = :provider_id AND {in_caseload("s")}
    ORDER BY s.reference
""")


async def list_names(tx: Transaction) -> dict[UUID, str]:
    """The decrypted names of the caller's caseload, for matching in memory; never stored or indexed.
    Names that cannot be decrypted are left out."""
    rows = await tx.fetch(_LIST_NAMES, **caseload_args(tx))
    keys = await survivor_keys(tx, [row["id"] for row in rows])
    names = {}
    for row in rows:
        if key := keys.get(row["id"]):
            with logging_damage():
                names[row["id"]] = key.decrypt_text(NAME, row["id"], row["name_ciphertext"])
    return names
