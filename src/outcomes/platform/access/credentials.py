"""The row that signing in checks a password against."""

from datetime import datetime
from uuid import UUID

from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql

_SET_CREDENTIAL = sql("""
    INSERT INTO credentials (provider_id, account_id, sign_in_digest, password_hash, changed_at)
    VALUES (:provider_id, :account_id, :sign_in_digest, :password_hash, :now)
    ON CONFLICT (provider_id, account_id) DO UPDATE
    SET password_hash = excluded.password_hash, failures = 0, next_try_at = NULL,
        changed_at = excluded.changed_at
""")


async def set_credential(
    tx: Transaction, *, account_id: UUID, sign_in_digest: bytes, password_hash: str, now: datetime
) -> None:
    """Set the name's digest and the password of an account; failed tries are forgotten."""
    await tx.execute(
        _SET_CREDENTIAL,
        account_id=account_id,
        sign_in_digest=sign_in_digest,
        password_hash=password_hash,
        now=now,
    )
