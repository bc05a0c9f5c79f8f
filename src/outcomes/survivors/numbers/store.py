"""The SQL of telephone numbers, which are encrypted and decrypted here."""

from datetime import datetime
from uuid import UUID, uuid4

from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor
from outcomes.platform.access.data_keys import survivor_keys
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import DataKey, DecryptionError, Field
from outcomes.platform.sql import sql

PHONE = Field("contact_methods", "phone_ciphertext")


_RETIRE_CONTACT_METHOD = sql("""
    UPDATE contact_methods SET retired_at = :now
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id AND retired_at IS NULL
""")


_INSERT_CONTACT_METHOD = sql("""
    INSERT INTO contact_methods (provider_id, id, survivor_id, phone_ciphertext, phone_bidx,
                                 recorded_at, recorded_by)
    VALUES (:provider_id, :method_id, :survivor_id, :phone_ciphertext, :phone_bidx, :now,
        :recorded_by)
""")


async def insert_contact_method(
    tx: Transaction, key: DataKey, survivor_id: UUID, e164: str, now: datetime
) -> UUID:
    """Record a number; the current one, if there is one, is retired. Returns the new row's id."""
    method_id = uuid4()
    await lock_survivor(tx, survivor_id)
    await tx.execute(_RETIRE_CONTACT_METHOD, survivor_id=survivor_id, now=now)
    await tx.execute(
        _INSERT_CONTACT_METHOD,
        method_id=method_id,
        survivor_id=survivor_id,
        phone_ciphertext=key.encrypt_text(PHONE, method_id, e164),
        phone_bidx=tx.caller.scope.keys.phone_index(e164),
        now=now,
        recorded_by=tx.caller.actor.account,
    )
    return method_id


_LOCK_SURVIVOR = sql("""
    SELECT 1 FROM survivors WHERE provider_id = :provider_id AND id = :survivor_id FOR NO KEY UPDATE
""")


async def lock_survivor(tx: Transaction, survivor_id: UUID) -> None:
    """Lock the survivor's row against other changes. Rows that only refer to the survivor can still be
    inserted."""
    await tx.execute(_LOCK_SURVIVOR, survivor_id=survivor_id)


_LIST_HOLDERS = sql("""
    SELECT survivor_id FROM contact_methods
    WHERE provider_id = :provider_id AND phone_bidx = :phone_bidx AND retired_at IS NULL
""")


async def list_holders(tx: Transaction, phone_bidx: bytes) -> list[UUID]:
    """The survivors whose current number this is."""
    rows = await tx.fetch(_LIST_HOLDERS, phone_bidx=phone_bidx)
    return [row["survivor_id"] for row in rows]


_FREEZE_NUMBER = sql("""
    UPDATE contact_methods SET frozen_at = :now, frozen_reason = :reason
    WHERE provider_id = :provider_id AND id = :method_id AND frozen_at IS NULL
""")


async def freeze_number(tx: Transaction, method_id: UUID, reason: str, now: datetime) -> None:
    """Send nothing to this number until a person has confirmed it by voice."""
    await tx.execute(_FREEZE_NUMBER, method_id=method_id, now=now, reason=reason)


_THAW_NUMBER = sql("""
    UPDATE contact_methods SET frozen_at = NULL, frozen_reason = NULL
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id AND retired_at IS NULL
""")


async def thaw_number(tx: Transaction, survivor_id: UUID) -> None:
    """The survivor's number was confirmed by voice."""
    await tx.execute(_THAW_NUMBER, survivor_id=survivor_id)


_FIND_PHONE = sql(f"""
    {audit.FOLDED}
    SELECT id, phone_ciphertext FROM contact_methods
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id AND retired_at IS NULL
""")


async def find_phone(tx: Transaction, opened: AuthorisedSurvivor) -> str | None:
    """The current number in E.164; showing it is an event of its own."""
    row = await tx.fetch_row(
        _FIND_PHONE,
        **audit.opened_args(tx, opened, "survivor.number_shown", "phone"),
        survivor_id=opened.survivor_id,
    )
    return (
        None if row is None else opened.key.decrypt_text(PHONE, row["id"], row["phone_ciphertext"])
    )


_GET_NUMBER = sql("""
    SELECT id, phone_ciphertext FROM contact_methods
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id AND retired_at IS NULL
""")


async def get_number(tx: Transaction, survivor_id: UUID) -> str | None:
    """The current number in E.164, for sending; the caller audits. Raises DecryptionError."""
    row = await tx.fetch_row(_GET_NUMBER, survivor_id=survivor_id)
    if row is None:
        return None
    keys = await survivor_keys(tx, [survivor_id])
    if survivor_id not in keys:
        raise DecryptionError
    return keys[survivor_id].decrypt_text(PHONE, row["id"], row["phone_ciphertext"])
