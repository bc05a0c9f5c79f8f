"""The SQL of accounts, their links, and of teams; their details are encrypted here."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from outcomes.errors import NotFound
from outcomes.platform.access.data_keys import staff_key
from outcomes.platform.access.roles import Role
from outcomes.platform.db import Row, Transaction
from outcomes.platform.encryption import DataKey, Field
from outcomes.platform.sql import sql
from outcomes.providers.models import Account, AccountDetails

ACCOUNT_DETAILS = Field("accounts", "details_ciphertext")
TEAM_NAME = Field("teams", "name_ciphertext")

_ACCOUNTS = """SELECT a.id, a.role, a.team_id, a.state, a.details_ciphertext,
    p.on_call_account_id = a.id AS on_call
    FROM accounts a JOIN providers p ON p.provider_id = :provider_id"""


_LIST_TEAMS = sql("SELECT id, name_ciphertext FROM teams WHERE provider_id = :provider_id")


async def list_teams(tx: Transaction) -> dict[UUID, str]:
    """Team names by id."""
    key = await staff_key(tx)
    rows = await tx.fetch(_LIST_TEAMS)
    return {r["id"]: key.decrypt_text(TEAM_NAME, r["id"], r["name_ciphertext"]) for r in rows}


_INSERT_TEAM = sql("""
    INSERT INTO teams (provider_id, id, name_ciphertext)
    VALUES (:provider_id, :team_id, :name_ciphertext)
""")


async def insert_team(tx: Transaction, key: DataKey, team_id: UUID, name: str) -> None:
    await tx.execute(
        _INSERT_TEAM, team_id=team_id, name_ciphertext=key.encrypt_text(TEAM_NAME, team_id, name)
    )


_INSERT_ACCOUNT = sql("""
    INSERT INTO accounts (provider_id, id, team_id, role, state, details_ciphertext, phone_bidx,
                          created_at)
    VALUES (:provider_id, :account_id, :team_id, :role, 'active', :details_ciphertext, :phone_bidx,
        :now)
""")


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
    await tx.execute(
        _INSERT_ACCOUNT,
        account_id=account_id,
        team_id=team_id,
        role=role,
        details_ciphertext=key.encrypt_json(ACCOUNT_DETAILS, account_id, details),
        phone_bidx=keys.phone_index(details.phone) if details.phone else None,
        now=now,
    )


_INSERT_SIGN_IN_LINK = sql("""
    INSERT INTO sign_in_links (provider_id, id, token_digest, account_id, created_at, expires_at)
    VALUES (:provider_id, :id, :digest, :account_id, :now, :expires_at)
""")


async def insert_sign_in_link(
    tx: Transaction, *, account_id: UUID, digest: bytes, now: datetime, expires_at: datetime
) -> None:
    await tx.execute(
        _INSERT_SIGN_IN_LINK,
        id=uuid4(),
        digest=digest,
        account_id=account_id,
        now=now,
        expires_at=expires_at,
    )


_USE_SIGN_IN_LINK = sql("""
    UPDATE sign_in_links SET used_at = :now
    WHERE provider_id = :provider_id AND token_digest = :digest AND used_at IS NULL
      AND expires_at > :now
    RETURNING true
""")


async def use_sign_in_link(tx: Transaction, digest: bytes, now: datetime) -> bool:
    """Whether this was its one use."""
    used = await tx.fetch_value(_USE_SIGN_IN_LINK, digest=digest, now=now)
    return bool(used)


_CLOSE_SIGN_IN_LINKS = sql("""
    UPDATE sign_in_links SET used_at = :now
    WHERE provider_id = :provider_id AND account_id = :account_id AND used_at IS NULL
    RETURNING token_digest
""")


async def close_sign_in_links(tx: Transaction, account_id: UUID, now: datetime) -> list[bytes]:
    """Revoke the account's unused links; returns their digests."""
    rows = await tx.fetch(_CLOSE_SIGN_IN_LINKS, account_id=account_id, now=now)
    return [row["token_digest"] for row in rows]


_GET_ACCOUNT_DETAILS = sql("""
    SELECT details_ciphertext FROM accounts WHERE provider_id = :provider_id AND id = :account_id
""")


async def get_account_details(tx: Transaction, account_id: UUID) -> AccountDetails:
    key = await staff_key(tx)
    blob = await tx.fetch_value(_GET_ACCOUNT_DETAILS, account_id=account_id)
    if blob is None:
        raise NotFound
    return key.decrypt_json(ACCOUNT_DETAILS, account_id, blob, AccountDetails)


_SET_ACCOUNT_DETAILS = sql("""
    UPDATE accounts SET details_ciphertext = :details_ciphertext, phone_bidx = :phone_bidx
    WHERE provider_id = :provider_id AND id = :account_id
""")


async def set_account_details(tx: Transaction, account_id: UUID, details: AccountDetails) -> None:
    """Replace the encrypted details; the caller has read them in this transaction."""
    key = await staff_key(tx)
    await tx.execute(
        _SET_ACCOUNT_DETAILS,
        account_id=account_id,
        details_ciphertext=key.encrypt_json(ACCOUNT_DETAILS, account_id, details),
        phone_bidx=tx.caller.scope.keys.phone_index(details.phone) if details.phone else None,
    )


_SET_ROLE = sql("""
    UPDATE accounts SET role = :role, team_id = :team_id WHERE provider_id = :provider_id
      AND id = :account_id
""")


async def set_role(tx: Transaction, account_id: UUID, role: Role, team_id: UUID | None) -> None:
    await tx.execute(_SET_ROLE, account_id=account_id, role=role, team_id=team_id)


_SET_DISABLED = sql("""
    UPDATE accounts SET state = 'disabled', disabled_at = :now
    WHERE provider_id = :provider_id AND id = :account_id
""")


_CLEAR_ON_CALL = sql("""
    UPDATE providers SET on_call_account_id = NULL
    WHERE provider_id = :provider_id AND on_call_account_id = :account_id
""")


async def set_disabled(tx: Transaction, account_id: UUID, now: datetime) -> None:
    """Deactivate the account; if it was on call, nobody is."""
    await tx.execute(_SET_DISABLED, account_id=account_id, now=now)
    await tx.execute(_CLEAR_ON_CALL, account_id=account_id)


_LIST_ACCOUNTS = sql(f"{_ACCOUNTS} WHERE a.provider_id = :provider_id")


_ACTIVE = sql(
    """SELECT id FROM accounts
    WHERE provider_id = :provider_id AND id = ANY(:account_ids::uuid[]) AND state = 'active'"""
)


async def list_active(tx: Transaction, account_ids: Collection[UUID]) -> set[UUID]:
    """Which of these accounts are active."""
    return {row["id"] for row in await tx.fetch(_ACTIVE, account_ids=list(account_ids))}


async def list_accounts(tx: Transaction) -> list[Account]:
    """All accounts, active first, then by name."""
    rows = await tx.fetch(_LIST_ACCOUNTS)
    key = await staff_key(tx)
    accounts = [_account(key, row) for row in rows]
    return sorted(accounts, key=lambda account: (not account.active, account.name.casefold()))


_GET_ACCOUNT = sql(f"{_ACCOUNTS} WHERE a.provider_id = :provider_id AND a.id = :account_id")


async def get_account(tx: Transaction, account_id: UUID) -> Account:
    """One of them. Raises NotFound."""
    row = await tx.get_row(_GET_ACCOUNT, account_id=account_id)
    return _account(await staff_key(tx), row)


def _account(key: DataKey, row: Row) -> Account:
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
