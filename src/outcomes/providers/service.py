"""The verbs of a provider: making one, who is on call, cover, and tasks with their alerts.

Those of its people are in `accounts`; other rooms find all of them here.
"""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from msgspec.structs import replace

from outcomes.errors import Invalid
from outcomes.platform.access import audit
from outcomes.platform.access.data_keys import create_key
from outcomes.platform.access.idempotency import Creation, first_time
from outcomes.platform.access.models import PERMISSIONS, Caller, Permission, Role
from outcomes.platform.access.scopes import RouteKind, Scopes
from outcomes.platform.access.sessions import add_route
from outcomes.platform.db import Database, Transaction
from outcomes.platform.encryption import KeyKind
from outcomes.platform.phones import mobile, sender
from outcomes.providers import registry, store
from outcomes.providers.accounts import links
from outcomes.providers.accounts import service as accounts
from outcomes.providers.accounts import store as account_store
from outcomes.providers.alerts import service as alerts
from outcomes.providers.alerts import store as alert_store
from outcomes.providers.deadlines import deadline
from outcomes.providers.models import (
    TASK_RULES,
    NewAccount,
    NewProvider,
    TaskKind,
)

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
        link = await accounts.insert_account(tx, scopes, uuid4(), admin, now)
        await audit.record(tx, audit.Event("provider.created", "provider", (provider_id,)), now)
    return provider_id, link


async def put_on_call(
    db: Database, caller: Caller, account_id: UUID, phone: str | None = None
) -> None:
    """Let alerts go to this account from now on: to `phone`, or to the number on record. What came
    while nobody was on call wakes it, too.

    Raises:
        NotFound: no such active account.
        Invalid: it has no phone to alert, or that is no mobile number; or its role cannot open what
            the alert is about.
    """
    e164 = mobile(phone, "phone") if phone else None
    async with db.transaction(caller) as tx:
        now = await tx.now()
        details = await accounts.get_active(tx, account_id)
        account = await account_store.get_account(tx, account_id)
        if Permission.READ_INBOX not in PERMISSIONS[account.role]:
            raise Invalid.field("account_id", "Choose a support worker or a team lead.")
        if (e164 or details.phone) is None:
            raise Invalid.field("phone", "Enter the mobile number that alerts go to.")
        if e164 is not None:
            await account_store.set_account_details(tx, account_id, replace(details, phone=e164))
        await store.set_on_call(tx, account_id)
        waking = [kind for kind, rule in TASK_RULES.items() if rule.alerts]
        # One alert, whatever waits: it has no content, and says to open the list
        if task_id := await store.find_unheard_task(tx, waking):
            await _schedule_alerts(tx, task_id, account_id, now)
        await store.bring_next_run_forward(tx, now)
        event = audit.Event("provider.on_call_changed", "account", (account_id,))
        await audit.record(tx, event, now)


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
            await audit.record(tx, audit.Event("cover.recorded", "account", both), now)


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
        await _schedule_alerts(tx, task_id, provider.on_call_account_id, now)
        await store.bring_next_run_forward(tx, now)


async def _schedule_alerts(tx: Transaction, task_id: UUID, account_id: UUID, now: datetime) -> None:
    for attempt, due_at in ((1, now), (2, now + ALERT_REPEATED_AFTER)):
        await store.insert_alert(
            tx, task_id=task_id, account_id=account_id, attempt=attempt, due_at=due_at
        )


create_account = accounts.create_account
accept_link = links.accept_link
create_team = accounts.create_team
issue_token = accounts.issue_token
get_provider = store.get_provider
is_sender_number = store.is_sender_number
list_accounts = account_store.list_accounts
list_teams = account_store.list_teams
list_open_tasks = store.list_open_tasks
resolve_task = store.resolve_task
bring_next_run_forward = store.bring_next_run_forward
lock_next_run = registry.lock_next_run
set_next_run = registry.set_next_run
RegistryEntry = registry.RegistryEntry
list_registry = registry.list_registry
send_alerts = alerts.send_alerts
sweep_alerts = alerts.sweep_alerts
record_alert_status = alerts.record_alert_status
next_alert_due = alert_store.next_alert_due
