"""The verbs of a provider: making one, its people, cover, and tasks with their alerts."""

import secrets
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from outcomes.access import audit
from outcomes.access.data_keys import create_key, staff_key
from outcomes.access.idempotency import Creation, first_time
from outcomes.access.models import Caller, Role
from outcomes.access.passwords import Passwords
from outcomes.access.scopes import RouteKind, Scopes
from outcomes.access.sessions import add_route, require_recent_password, sign_in_name, start_session
from outcomes.db import Database, Transaction
from outcomes.encryption import KeyKind
from outcomes.errors import Invalid, NotFound
from outcomes.phones import mobile, sender
from outcomes.providers import store
from outcomes.providers.deadlines import deadline
from outcomes.providers.models import (
    TASK_RULES,
    AccountDetails,
    NewAccount,
    NewProvider,
    TaskKind,
)

LINK_LASTS = timedelta(days=3)
ALERT_REPEATED_AFTER = timedelta(minutes=15)


async def create_provider(db: Database, scopes: Scopes, new: NewProvider) -> tuple[UUID, str]:
    """Make a provider, its keys, its two numbers and its first admin.

    Returns its id and the token of the admin's single-use sign-in link, valid for three days.

    Raises:
        Invalid: a number or the sign-in name cannot be used.
    """
    survivors_number = sender(new.survivors_number, "survivors_number")
    staff_number = sender(new.staff_number, "staff_number")
    if survivors_number == staff_number:
        raise Invalid.field("staff_number", "Use another number than the one that texts survivors.")
    provider_id = uuid4()
    scopes.ring.create_provider(provider_id)
    async with db.transaction(scopes.operator(provider_id)) as tx:
        now = await tx.now()
        await store.insert_registry(tx, now)
        key = await create_key(tx, KeyKind.STAFF, provider_id, now)
        await store.insert_provider(tx, key, name=new.name, uk_part=new.uk_part, now=now)
        for number, used_for in ((survivors_number, "survivors"), (staff_number, "staff")):
            await add_route(
                tx, RouteKind.SENDER_NUMBER, scopes.digest(RouteKind.SENDER_NUMBER, number)
            )
            await store.insert_sender_number(tx, number, used_for)
        admin = NewAccount(
            name=new.admin_name, sign_in_name=new.admin_sign_in_name, role=Role.PROVIDER_ADMIN
        )
        link = await _insert_account(tx, scopes, uuid4(), admin, now)
        await audit.record(tx, audit.Event("provider.created", "provider", (provider_id,)), now)
    return provider_id, link


async def create_account(
    db: Database, scopes: Scopes, caller: Caller, new: NewAccount, creation: Creation
) -> str | None:
    """Make an account; returns its sign-in link's token, shown once (None when made before).

    Raises:
        ReauthenticationNeeded: granting a role asks for the password again.
        Invalid: the sign-in name cannot be used, or there is no such team.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        require_recent_password(caller, now)
        if not await first_time(tx, creation, now):
            return None
        return await _insert_account(tx, scopes, creation.key, new, now)


async def _insert_account(
    tx: Transaction, scopes: Scopes, account_id: UUID, new: NewAccount, now: datetime
) -> str:
    name = sign_in_name(new.sign_in_name)
    await add_route(tx, RouteKind.SIGN_IN_NAME, scopes.digest(RouteKind.SIGN_IN_NAME, name))
    if new.team_id is not None and new.team_id not in await store.list_teams(tx):
        raise Invalid.field("team_id", "Choose a team from the list.")
    details = AccountDetails(
        name=new.name,
        sign_in_name=name,
        phone=mobile(new.phone, "phone") if new.phone else None,
    )
    await store.insert_account(
        tx, await staff_key(tx), account_id, details, role=new.role, team_id=new.team_id, now=now
    )
    token = secrets.token_urlsafe(32)
    digest = scopes.digest(RouteKind.SIGN_IN_LINK, token)
    await add_route(tx, RouteKind.SIGN_IN_LINK, digest)
    await store.insert_sign_in_link(
        tx, account_id=account_id, digest=digest, now=now, expires_at=now + LINK_LASTS
    )
    await audit.record(
        tx, audit.Event("account.created", "account", (account_id,), ("role", "team_id")), now
    )
    return token


async def accept_link(
    db: Database, scopes: Scopes, passwords: Passwords, *, token: str, password: str
) -> str:
    """Use a sign-in link once: set the password and sign in; returns the session's token.

    Raises:
        NotFound: the link was used, has expired or never was.
        Invalid: the password cannot be used.
    """
    caller = await scopes.sign_in_link(token)
    if caller is None:
        raise NotFound("This link was used or has expired. Ask your administrator for another.")
    password_hash = await passwords.hash(password)
    account_id = caller.actor.account
    async with db.transaction(caller) as tx:
        now = await tx.now()
        if not await store.use_sign_in_link(tx, scopes.digest(RouteKind.SIGN_IN_LINK, token), now):
            raise NotFound
        details = await store.get_account_details(tx, account_id)
        await store.set_credential(
            tx,
            account_id=account_id,
            sign_in_digest=scopes.digest(RouteKind.SIGN_IN_NAME, details.sign_in_name),
            password_hash=password_hash,
            now=now,
        )
        return await start_session(tx, scopes, now)


async def create_team(db: Database, caller: Caller, team_id: UUID, name: str) -> None:
    """Make a team; its lead sees the survivors of everybody in it."""
    async with db.transaction(caller) as tx:
        await store.insert_team(tx, await staff_key(tx), team_id, name)
        event = audit.Event("team.created", "team", (team_id,))
        await audit.record(tx, event, await tx.now())


async def put_on_call(db: Database, caller: Caller, account_id: UUID) -> None:
    """Let alerts go to this account's phone from now on.

    Raises:
        NotFound: no such account.
        Invalid: it has no phone to alert.
    """
    async with db.transaction(caller) as tx:
        details = await store.get_account_details(tx, account_id)
        if details.phone is None:
            raise Invalid.field("account_id", "Choose somebody with a telephone number.")
        await store.set_on_call(tx, account_id)
        event = audit.Event("provider.on_call_changed", "account", (account_id,))
        await audit.record(tx, event, await tx.now())


async def record_cover(
    db: Database,
    caller: Caller,
    creation: Creation,
    *,
    absent_account_id: UUID,
    cover_account_id: UUID,
    from_on: date,
    until_on: date,
) -> None:
    """Let one worker open another's caseload for some days, both ends included.

    Raises:
        Invalid: the days are in the wrong order, or both are the same person.
        NotFound: no such account.
    """
    if until_on < from_on:
        raise Invalid.field("until_on", "Enter a last day that is not before the first.")
    if absent_account_id == cover_account_id:
        raise Invalid.field("cover_account_id", "Choose somebody else to cover.")
    async with db.transaction(caller) as tx:
        now = await tx.now()
        for account_id in (absent_account_id, cover_account_id):
            await store.get_account_details(tx, account_id)
        if await first_time(tx, creation, now):
            await store.insert_cover(
                tx,
                creation.key,
                absent_account_id=absent_account_id,
                cover_account_id=cover_account_id,
                from_on=from_on,
                until_on=until_on,
                now=now,
            )
            accounts = (absent_account_id, cover_account_id)
            await audit.record(tx, audit.Event("cover.recorded", "account", accounts), now)


async def raise_task(
    tx: Transaction,
    kind: TaskKind,
    *,
    subject_kind: str,
    subject_id: UUID,
    survivor_id: UUID | None,
    owner_account_id: UUID | None,
    now: datetime,
) -> None:
    """Ask a person to look, once a kind and subject, in the caller's transaction.

    Where the kind wakes somebody, the on-call account gets a content-free alert now and once more
    after 15 minutes unless the task was done; after that it stands on the Team page.
    """
    provider = await store.get_provider(tx)
    rule, task_id = TASK_RULES[kind], uuid4()
    new = await store.insert_task(
        tx,
        task_id,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        survivor_id=survivor_id,
        owner_account_id=owner_account_id or provider.on_call_account_id,
        raised_at=now,
        due_at=deadline(rule, provider.uk_part, now),
    )
    if new and rule.alerts and provider.on_call_account_id is not None:
        for attempt, due_at in ((1, now), (2, now + ALERT_REPEATED_AFTER)):
            await store.insert_alert(
                tx,
                task_id=task_id,
                account_id=provider.on_call_account_id,
                attempt=attempt,
                due_at=due_at,
            )
        await store.lower_due_hint(tx, now)


get_provider = store.get_provider
list_accounts = store.list_accounts
list_teams = store.list_teams
list_open_tasks = store.list_open_tasks
resolve_task = store.resolve_task
lower_due_hint = store.lower_due_hint
