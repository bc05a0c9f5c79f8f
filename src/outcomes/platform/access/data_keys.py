"""The rows of wrapped data keys. Only ciphertext is here: the keys that open it are elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog

from outcomes.platform.db import Transaction
from outcomes.platform.encryption import DataKey, DecryptionError, KeyKind, SchemaError, WrappedKey
from outcomes.platform.sql import sql

_log = structlog.get_logger("outcomes.platform.access")

QUARANTINE_PERIOD = timedelta(days=30)
"""How long one quarantine key is used (product default; no external source)."""

_COLUMNS = "id, kind, subject_id, kek_version, wrapped, commitment"


_CREATE_KEY = sql("""
    INSERT INTO data_keys
        (provider_id, id, kind, subject_id, kek_version, wrapped, commitment, created_at)
    VALUES (:provider_id, :id, :kind, :subject_id, :kek_version, :wrapped, :commitment, :now)
""")


async def create_key(tx: Transaction, kind: KeyKind, subject_id: UUID, now: datetime) -> DataKey:
    """Make and store a data key for a survivor, the provider's staff, or unknown senders."""
    new = tx.caller.scope.keys.new_data_key(kind, subject_id)
    wrapped = new.wrapped
    await tx.execute(
        _CREATE_KEY,
        id=wrapped.id,
        kind=wrapped.kind,
        subject_id=wrapped.subject_id,
        kek_version=wrapped.kek_version,
        wrapped=wrapped.wrapped,
        commitment=wrapped.commitment,
        now=now,
    )
    return new.key


_STAFF_KEY = sql(f"""
    SELECT {_COLUMNS} FROM data_keys WHERE provider_id = :provider_id AND kind = 'staff'
""")


async def staff_key(tx: Transaction) -> DataKey:
    """The key of what a provider holds about its own people and of its finished exports."""
    return tx.caller.scope.open_key(await tx.get_as(WrappedKey, _STAFF_KEY))


_WRAPPED_KEYS = sql(f"""
    SELECT {_COLUMNS} FROM data_keys WHERE provider_id = :provider_id AND id = ANY(:key_ids::uuid[])
""")


async def wrapped_keys(tx: Transaction, key_ids: list[UUID]) -> dict[UUID, WrappedKey]:
    """The keys that the rows of blobs name, by id, in one statement; a key that is gone is missing."""
    return {key.id: key for key in await tx.fetch_as(WrappedKey, _WRAPPED_KEYS, key_ids=key_ids)}


_SURVIVOR_KEYS = sql(f"""
    SELECT {_COLUMNS} FROM data_keys
    WHERE provider_id = :provider_id AND kind = 'survivor'
      AND subject_id = ANY(:survivor_ids::uuid[])
""")


async def survivor_keys(tx: Transaction, survivor_ids: list[UUID]) -> dict[UUID, DataKey]:
    """The keys of many survivors in one statement; the caller has checked the caseload.

    One that cannot be opened is missing: a damaged record must not hold up everybody else's.
    """
    keys = {}
    for wrapped in await tx.fetch_as(WrappedKey, _SURVIVOR_KEYS, survivor_ids=survivor_ids):
        with logging_damage():
            keys[wrapped.subject_id] = tx.caller.scope.open_key(wrapped)
    return keys


@contextmanager
def logging_damage() -> Iterator[None]:
    """Continue after a record that cannot be read, and log which of the two it is: a damaged record has
    to be restored, one of another release has not. The log does not say whom it is about; their
    worker's Today does."""
    try:
        yield
    except DecryptionError:
        _log.error("record_not_readable")
    except SchemaError:
        _log.error("record_of_another_release")


_QUARANTINE_KEY = sql(f"""
    SELECT {_COLUMNS} FROM data_keys
    WHERE provider_id = :provider_id AND kind = 'quarantine' AND created_at > :created_after
    ORDER BY created_at DESC LIMIT 1
""")


async def quarantine_key(tx: Transaction, now: datetime) -> DataKey:
    """The current key for messages from numbers that are not matched to a survivor."""
    wrapped = await tx.fetch_one_as(
        WrappedKey, _QUARANTINE_KEY, created_after=now - QUARANTINE_PERIOD
    )
    if wrapped is not None:
        return tx.caller.scope.open_key(wrapped)
    return await create_key(tx, KeyKind.QUARANTINE, uuid4(), now)
