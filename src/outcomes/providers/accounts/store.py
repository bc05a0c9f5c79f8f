"""The SQL of accounts, their links and credentials, and of teams; their details are encrypted here."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from outcomes.errors import NotFound
from outcomes.platform.access.data_keys import staff_key
from outcomes.platform.access.models import Role
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import DataKey, Field
from outcomes.providers.models import Account, AccountDetails

ACCOUNT_DETAILS = Field("accounts", "details_ciphertext")
TEAM_NAME = Field("teams", "name_ciphertext")

_ACCOUNTS = """SELECT a.id, a.role, a.team_id, a.state, a.details_ciphertext,
    p.on_call_account_id = a.id AS on_call
    FROM accounts a JOIN providers p ON p.provider_id = a.provider_id"""


async def list_teams(tx: Transaction) -> dict[UUID, str]:
    """Team names by id."""
    key = await staff_key(tx)
    rows = await tx.conn.fetch(
        "SELECT id, name_ciphertext FROM teams WHERE provider_id = $1", tx.caller.provider_id
    )
    return {r["id"]: key.decrypt_text(TEAM_NAME, r["id"], r["name_ciphertext"]) for r in rows}


async def insert_team(tx: Transaction, key: DataKey, team_id: UUID, name: str) -> None:
    await tx.conn.execute(
        "INSERT INTO teams (provider_id, id, name_ciphertext) VALUES ($1, $2, $3)",
        tx.caller.provider_id,
        team_id,
        key.encrypt_text(TEAM_NAME, team_id, name),
    )


async def insert_account(
    tx: Transaction,
    key: DataKey,
    account_id: UUID,
    details: AccountDetails,
    *,
    role: Role,
    team_id: UUID | None,
    now: datetime,
) -> None:
    keys = tx.caller.scope.keys
    await tx.conn.execute(
        """INSERT INTO accounts (provider_id, id, team_id, role, state, details_ciphertext, phone_bidx,
                                 created_at)
           VALUES ($1, $2, $3, $4, 'active', $5, $6, $7)""",
        tx.caller.provider_id,
        account_id,
        team_id,
        role,
        key.encrypt_json(ACCOUNT_DETAILS, account_id, details),
        keys.phone_index(details.phone) if details.phone else None,
        now,
    )


async def insert_sign_in_link(
    tx: Transaction, *, account_id: UUID, digest: bytes, now: datetime, expires_at: datetime
) -> None:
    await tx.conn.execute(
        """INSERT INTO sign_in_links (provider_id, id, token_digest, account_id, created_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        tx.caller.provider_id,
        uuid4(),
        digest,
        account_id,
        now,
        expires_at,
    )


async def use_sign_in_link(tx: Transaction, digest: bytes, now: datetime) -> bool:
    """Whether this was its one use."""
    used = await tx.conn.fetchval(
        """UPDATE sign_in_links SET used_at = $3
           WHERE provider_id = $1 AND token_digest = $2 AND used_at IS NULL AND expires_at > $3
           RETURNING true""",
        tx.caller.provider_id,
        digest,
        now,
    )
    return bool(used)


async def close_sign_in_links(tx: Transaction, account_id: UUID, now: datetime) -> list[bytes]:
    """End the account's links that nobody used; returns their digests."""
    rows = await tx.conn.fetch(
        """UPDATE sign_in_links SET used_at = $3
           WHERE provider_id = $1 AND account_id = $2 AND used_at IS NULL
           RETURNING token_digest""",
        tx.caller.provider_id,
        account_id,
        now,
    )
    return [row["token_digest"] for row in rows]


async def set_credential(
    tx: Transaction, *, account_id: UUID, sign_in_digest: bytes, password_hash: str, now: datetime
) -> None:
    await tx.conn.execute(
        """INSERT INTO credentials (provider_id, account_id, sign_in_digest, password_hash, changed_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (provider_id, account_id) DO UPDATE
           SET password_hash = excluded.password_hash, failures = 0, next_try_at = NULL,
               changed_at = excluded.changed_at""",
        tx.caller.provider_id,
        account_id,
        sign_in_digest,
        password_hash,
        now,
    )


async def get_account_details(tx: Transaction, account_id: UUID) -> AccountDetails:
    key = await staff_key(tx)
    blob = await tx.conn.fetchval(
        "SELECT details_ciphertext FROM accounts WHERE provider_id = $1 AND id = $2",
        tx.caller.provider_id,
        account_id,
    )
    if blob is None:
        raise NotFound
    return key.decrypt_json(ACCOUNT_DETAILS, account_id, blob, AccountDetails)


async def set_account_details(tx: Transaction, account_id: UUID, details: AccountDetails) -> None:
    """Replace the encrypted details; whoever calls has read them in this transaction."""
    key = await staff_key(tx)
    await tx.conn.execute(
        """UPDATE accounts SET details_ciphertext = $3, phone_bidx = $4
           WHERE provider_id = $1 AND id = $2""",
        tx.caller.provider_id,
        account_id,
        key.encrypt_json(ACCOUNT_DETAILS, account_id, details),
        tx.caller.scope.keys.phone_index(details.phone) if details.phone else None,
    )


async def set_role(tx: Transaction, account_id: UUID, role: Role, team_id: UUID | None) -> None:
    await tx.conn.execute(
        "UPDATE accounts SET role = $3, team_id = $4 WHERE provider_id = $1 AND id = $2",
        tx.caller.provider_id,
        account_id,
        role,
        team_id,
    )


async def set_disabled(tx: Transaction, account_id: UUID, now: datetime) -> None:
    """Nobody signs in as this account again; if it was on call, nobody is."""
    await tx.conn.execute(
        """UPDATE accounts SET state = 'disabled', disabled_at = $3
           WHERE provider_id = $1 AND id = $2""",
        tx.caller.provider_id,
        account_id,
        now,
    )
    await tx.conn.execute(
        """UPDATE providers SET on_call_account_id = NULL
           WHERE provider_id = $1 AND on_call_account_id = $2""",
        tx.caller.provider_id,
        account_id,
    )


async def list_accounts(tx: Transaction) -> list[Account]:
    """Everybody who works there, active first, then by name."""
    rows = await tx.conn.fetch(f"{_ACCOUNTS} WHERE a.provider_id = $1", tx.caller.provider_id)
    key = await staff_key(tx)
    accounts = [_account(key, row) for row in rows]
    return sorted(accounts, key=lambda account: (not account.active, account.name.casefold()))


async def get_account(tx: Transaction, account_id: UUID) -> Account:
    """One of them. Raises NotFound."""
    row = await tx.conn.fetchrow(
        f"{_ACCOUNTS} WHERE a.provider_id = $1 AND a.id = $2", tx.caller.provider_id, account_id
    )
    if row is None:
        raise NotFound
    return _account(await staff_key(tx), row)


def _account(key: DataKey, row: Any) -> Account:
    details = key.decrypt_json(
        ACCOUNT_DETAILS, row["id"], row["details_ciphertext"], AccountDetails
    )
    return Account(
        id=row["id"],
        role=Role(row["role"]),
        team_id=row["team_id"],
        active=row["state"] == "active",
        name=details.name,
        sign_in_name=details.sign_in_name,
        has_phone=details.phone is not None,
        on_call=bool(row["on_call"]),
    )
