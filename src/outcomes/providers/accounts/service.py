"""The verbs of accounts: sign-in links, roles, sessions, teams."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from outcomes.errors import Invalid, NotFound
from outcomes.platform.access import audit
from outcomes.platform.access.data_keys import staff_key
from outcomes.platform.access.idempotency import Creation, first_time
from outcomes.platform.access.models import Caller
from outcomes.platform.access.passwords import Passwords
from outcomes.platform.access.roles import PERMISSIONS, Permission
from outcomes.platform.access.scopes import RouteKind, Scopes
from outcomes.platform.access.sessions import (
    OpenSession,
    add_route,
    end_sessions,
    list_sessions,
    reauthenticate,
    remove_routes,
    require_recent_password,
)
from outcomes.platform.access.sessions import sign_in_name as as_compared
from outcomes.platform.access.tokens import create_token, revoke_tokens
from outcomes.platform.db import Database, Transaction
from outcomes.platform.phones import mobile
from outcomes.providers.accounts import links, store
from outcomes.providers.models import (
    Account,
    AccountDetails,
    AccountRole,
    NewAccount,
    NewTeam,
    Staff,
)


async def create_account(
    db: Database, scopes: Scopes, caller: Caller, new: NewAccount, creation: Creation
) -> str | None:
    """Create an account; returns the token of its sign-in link, shown once (None if it was created before).

    Raises:
        ReauthenticationNeeded: granting a role asks for the password again.
        Invalid: the sign-in name cannot be used, or there is no such team.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        require_recent_password(caller, now)
        if not await first_time(tx, creation, now):
            return None
        return await insert_account(tx, scopes, creation.key, new, now)


async def insert_account(
    tx: Transaction, scopes: Scopes, account_id: UUID, new: NewAccount, now: datetime
) -> str:
    """As `create_account`, in an open transaction."""
    name = as_compared(new.sign_in_name)
    await add_route(tx, RouteKind.SIGN_IN_NAME, scopes.digest(RouteKind.SIGN_IN_NAME, name))
    await _require_team(tx, new.team_id)
    details = AccountDetails(
        name=new.name,
        sign_in_name=name,
        phone=mobile(new.phone, "phone") if new.phone else None,
    )
    await store.insert_account(
        tx, await staff_key(tx), account_id, details, role=new.role, team_id=new.team_id, now=now
    )
    token = await links.insert_link(tx, scopes, account_id, now)
    await _changed(tx, "account.created", account_id, now, "role", "team_id")
    return token


async def renew_link(db: Database, scopes: Scopes, caller: Caller, account_id: UUID) -> str:
    """Create a new sign-in link, for a forgotten password or a lost link.

    Raises:
        ReauthenticationNeeded: a link gives access to the account.
        NotFound: no such active account.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        require_recent_password(caller, now)
        await get_active(tx, account_id)
        await links.close_links(tx, account_id, now)
        token = await links.insert_link(tx, scopes, account_id, now)
        await _changed(tx, "account.link_renewed", account_id, now)
        return token


async def change_role(db: Database, caller: Caller, account_id: UUID, new: AccountRole) -> None:
    """Give an account another role or team; it has to sign in again.

    Raises:
        ReauthenticationNeeded: granting a role asks for the password again.
        Invalid: it is the caller's own, or on call and could no longer open what alerts are about.
        NotFound: no such active account, or no such team.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        require_recent_password(caller, now)
        _require_another(caller, account_id)
        await get_active(tx, account_id)
        account = await store.get_account(tx, account_id)
        if account.on_call and Permission.READ_INBOX not in PERMISSIONS[new.role]:
            raise Invalid.field("role", "Put somebody else on call first.")
        await _require_team(tx, new.team_id)
        await store.set_role(tx, account_id, new.role, new.team_id)
        await end_sessions(tx, account_id, now)
        await _changed(tx, "account.role_changed", account_id, now, "role", "team_id")


async def disable_account(db: Database, scopes: Scopes, caller: Caller, account_id: UUID) -> None:
    """Deactivate an account for good, with its sessions, tokens and links.

    Raises:
        Invalid: it is the caller's own.
        NotFound: no such active account.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        _require_another(caller, account_id)
        details = await get_active(tx, account_id)
        await store.set_disabled(tx, account_id, now)
        await end_sessions(tx, account_id, now)
        await revoke_tokens(tx, account_id, now)
        await links.close_links(tx, account_id, now)
        name = scopes.digest(RouteKind.SIGN_IN_NAME, details.sign_in_name)
        await remove_routes(tx, RouteKind.SIGN_IN_NAME, [name])
        await _changed(tx, "account.disabled", account_id, now)


async def issue_token(
    db: Database,
    scopes: Scopes,
    caller: Caller,
    sign_in_name: str,
    permissions: frozenset[Permission],
    lasts: timedelta,
) -> str:
    """An API token that acts for one account, narrowed to `permissions`; shown once.

    Raises:
        NotFound: no active account has that sign-in name.
        Invalid: the account's role does not have one of the permissions.
    """
    async with db.transaction(caller) as tx:
        wanted = as_compared(sign_in_name)
        staff = await store.list_accounts(tx)
        account = next((one for one in staff if one.active and one.sign_in_name == wanted), None)
        if account is None:
            raise NotFound("No active account at this provider has that sign-in name.")
        if beyond := sorted(permissions - PERMISSIONS[account.role]):
            raise Invalid.field("permissions", f"Leave out {beyond[0]}: the account may not do it.")
        return await create_token(
            tx,
            scopes,
            account_id=account.id,
            permissions=permissions,
            lasts=lasts,
            now=await tx.now(),
        )


async def confirm_password(
    db: Database, scopes: Scopes, passwords: Passwords, caller: Caller, password: str
) -> str:
    """Check the signed-in person's password again; returns the token of the new session.

    Raises:
        Invalid, TooManyTries: as for signing in.
    """
    async with db.transaction(caller) as tx:
        details = await store.get_account_details(tx, caller.actor.account)
    return await reauthenticate(
        db, scopes, passwords, caller, name=details.sign_in_name, password=password
    )


async def require_password_lately(db: Database, caller: Caller) -> None:
    """Raises ReauthenticationNeeded, for the page before a step that asks for the password."""
    async with db.transaction(caller) as tx:
        require_recent_password(caller, await tx.now())


async def view_own_account(
    db: Database, caller: Caller
) -> tuple[Account, str | None, list[OpenSession]]:
    """The caller's account, the name of their team, and their live sessions."""
    async with db.transaction(caller) as tx:
        account = await store.get_account(tx, caller.actor.account)
        teams = await store.list_teams(tx) if account.team_id else {}
        sessions = await list_sessions(tx, account.id, await tx.now())
        team = teams[account.team_id] if account.team_id else None
        return account, team, sessions


async def end_own_session(db: Database, caller: Caller, session_id: UUID) -> None:
    """End one of the caller's sessions. Raises NotFound when it is over, or not theirs."""
    async with db.transaction(caller) as tx:
        if not await end_sessions(tx, caller.actor.account, await tx.now(), only=session_id):
            raise NotFound


async def create_team(db: Database, caller: Caller, team_id: UUID, name: str) -> None:
    """Create a team; its lead sees the caseloads of its members."""
    async with db.transaction(caller) as tx:
        await store.insert_team(tx, await staff_key(tx), team_id, name)
        await audit.record_access(
            tx, "team.created", (team_id,), now=await tx.now(), subject_kind="team"
        )


async def add_team(db: Database, caller: Caller, creation: Creation, new: NewTeam) -> None:
    """As `create_team`, once however often it is sent."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        if await first_time(tx, creation, now):
            await store.insert_team(tx, await staff_key(tx), creation.key, new.name)
            await audit.record_access(
                tx, "team.created", (creation.key,), now=now, subject_kind="team"
            )


async def list_staff(db: Database, caller: Caller) -> Staff:
    """All accounts, active first, and the teams."""
    async with db.transaction(caller) as tx:
        return Staff(tuple(await store.list_accounts(tx)), await store.list_teams(tx))


async def get_active(tx: Transaction, account_id: UUID) -> AccountDetails:
    """The details of an account that can sign in. Raises NotFound."""
    account = await store.get_account(tx, account_id)
    if not account.active:
        raise NotFound
    return await store.get_account_details(tx, account_id)


async def get_account(tx: Transaction, account_id: UUID) -> Account:
    """A member of staff. Raises NotFound."""
    return await store.get_account(tx, account_id)


async def get_details(tx: Transaction, account_id: UUID) -> AccountDetails:
    """What is encrypted of an account. Raises NotFound."""
    return await store.get_account_details(tx, account_id)


async def set_phone(tx: Transaction, account_id: UUID, phone: str) -> None:
    """The number (E.164) that alerts go to."""
    details = await store.get_account_details(tx, account_id)
    await store.set_account_details(tx, account_id, replace(details, phone=phone))


async def list_active(tx: Transaction, account_ids: Collection[UUID]) -> set[UUID]:
    """Which of these accounts are active."""
    return await store.list_active(tx, account_ids)


async def _require_team(tx: Transaction, team_id: UUID | None) -> None:
    if team_id is not None and team_id not in await store.list_teams(tx):
        raise NotFound


def _require_another(caller: Caller, account_id: UUID) -> None:
    """Refuse changes to the caller's own account, so that an administrator always remains."""
    if account_id == caller.actor.account:
        raise Invalid.field("account_id", "Ask another administrator to change your own account.")


async def _changed(
    tx: Transaction, action: str, account_id: UUID, now: datetime, *fields: str
) -> None:
    await audit.record_access(tx, action, (account_id,), fields, now=now, subject_kind="account")
