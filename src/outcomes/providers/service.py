"""The verbs of a provider: making one, and cover.

Those of accounts are in `accounts`.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from outcomes.errors import Invalid
from outcomes.platform.access import audit
from outcomes.platform.access.data_keys import create_key
from outcomes.platform.access.idempotency import Creation, first_time
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Role
from outcomes.platform.access.scopes import RouteKind, Scopes
from outcomes.platform.access.sessions import add_route
from outcomes.platform.db import Database, Transaction
from outcomes.platform.encryption import KeyKind
from outcomes.platform.phones import sender
from outcomes.providers import store
from outcomes.providers.accounts import service as accounts
from outcomes.providers.accounts import store as account_store
from outcomes.providers.models import (
    Account,
    Duty,
    NewAccount,
    NewProvider,
    Provider,
)


async def create_provider(db: Database, scopes: Scopes, new: NewProvider) -> tuple[UUID, str]:
    """Create a provider, its keys, its two numbers and its first admin.

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
        link = await accounts.insert_account(tx, scopes, uuid4(), admin, now)
        await audit.record_access(
            tx, "provider.created", (provider_id,), now=now, subject_kind="provider"
        )
    return provider_id, link


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
        NotFound: no such account, or the one who covers is disabled.
    """
    if until_on < from_on:
        raise Invalid.field("until_on", "Enter a last day that is not before the first.")
    if absent_account_id == cover_account_id:
        raise Invalid.field("cover_account_id", "Choose somebody else to cover.")
    async with db.transaction(caller) as tx:
        now = await tx.now()
        await account_store.get_account(tx, absent_account_id)
        await accounts.get_active(tx, cover_account_id)
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
            both = (absent_account_id, cover_account_id)
            await audit.record_access(tx, "cover.recorded", both, now=now, subject_kind="account")


async def get_provider(tx: Transaction) -> Provider:
    return await store.get_provider(tx)


async def is_sender_number(tx: Transaction, e164: str) -> bool:
    """Whether the provider texts from this number, so that no person can have it."""
    return await store.is_sender_number(tx, e164)


async def list_accounts(tx: Transaction) -> list[Account]:
    """All accounts, active first, then by name."""
    return await account_store.list_accounts(tx)


async def list_teams(tx: Transaction) -> dict[UUID, str]:
    """Team names by id."""
    return await account_store.list_teams(tx)


async def bring_next_run_forward(tx: Transaction, due_at: datetime) -> None:
    """Move `next_due_at` forward to `due_at`, if it is later; locks the provider's registry row."""
    await store.bring_next_run_forward(tx, due_at)


async def get_duty(tx: Transaction) -> Duty:
    """Who is on call, without opening the provider's name."""
    return await store.get_duty(tx)


async def set_on_call(tx: Transaction, account_id: UUID) -> None:
    await store.set_on_call(tx, account_id)


async def grant_access(
    tx: Transaction, survivor_id: UUID, account_id: UUID, task_id: UUID, now: datetime
) -> None:
    """Let an account open a survivor outside its caseload until the task is resolved."""
    await store.grant_access(tx, survivor_id, account_id, task_id, now)


async def end_access(tx: Transaction, task_id: UUID, now: datetime) -> None:
    """End the access grants of this task."""
    await store.end_access(tx, task_id, now)
