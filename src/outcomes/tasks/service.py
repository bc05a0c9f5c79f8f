"""The verbs of tasks: raising and resolving them, and who is on call."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from outcomes.errors import Invalid
from outcomes.messaging import service as messages
from outcomes.messaging.models import NewMessage, NumberUse, RecipientKind
from outcomes.platform.access import audit
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import PERMISSIONS, Permission, Role
from outcomes.platform.db import Database, Transaction
from outcomes.platform.phones import mobile
from outcomes.providers import service as providers
from outcomes.providers.accounts import service as accounts
from outcomes.providers.labels import one_of
from outcomes.tasks import store
from outcomes.tasks.deadlines import deadline
from outcomes.tasks.models import TASK_RULES, TaskKind

ALERT_REPEATED_AFTER = timedelta(minutes=15)
TASK_RESOLVED = "task_resolved"
ON_CALL_ROLES = tuple(role for role in Role if Permission.READ_INBOX in PERMISSIONS[role])
"""The roles that may be on call: they can open what an alert is about."""


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
    """Raise a task, once per kind and subject, in the caller's transaction.

    Where the kind alerts, the on-call account gets a content-free alert now and once more after 15
    minutes, unless the task was resolved; after that it stays on the Team page.
    """
    duty = await providers.get_duty(tx)
    rule, task_id = TASK_RULES[kind], uuid4()
    new = await store.insert_task(
        tx,
        task_id,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        survivor_id=survivor_id,
        owner_account_id=owner_account_id or duty.on_call_account_id,
        raised_at=now,
        due_at=deadline(rule, duty.uk_part, now),
    )
    if new and rule.alerts and duty.on_call_account_id is not None:
        await _alert(tx, store.OpenTask(task_id, survivor_id), duty.on_call_account_id, now)
        await providers.bring_next_run_forward(tx, now)


async def raise_again(
    tx: Transaction,
    kind: TaskKind,
    *,
    subject_kind: str,
    subject_id: UUID,
    owner_account_id: UUID,
    now: datetime,
) -> None:
    """Like `raise_task`, but reopens a resolved task, for events that can recur."""
    duty = await providers.get_duty(tx)
    due_at = deadline(TASK_RULES[kind], duty.uk_part, now)
    await store.reopen_task(tx, kind, subject_id, raised_at=now, due_at=due_at)
    await raise_task(
        tx,
        kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        survivor_id=None,
        owner_account_id=owner_account_id,
        now=now,
    )


async def resolve_task(tx: Transaction, kind: TaskKind, subject_id: UUID, now: datetime) -> None:
    """Resolve the task if it is open: cancel its scheduled alerts, and end the access that it granted."""
    task_id = await store.resolve_task(tx, kind, subject_id, now)
    if task_id is not None and TASK_RULES[kind].alerts:
        alerts = await store.list_alerts(tx, task_id)
        await messages.cancel(tx, alerts, TASK_RESOLVED, now)
        await providers.end_access(tx, task_id, now)


async def put_on_call(
    db: Database, caller: Caller, account_id: UUID, phone: str | None = None
) -> None:
    """Send alerts to this account from now on: to `phone`, or to the number on record.

    Scheduled alerts are redirected to it. If tasks were raised while nobody was on call, it gets an alert.

    Raises:
        NotFound: no such active account.
        Invalid: it has no phone, or not a mobile one; or its role cannot open what alerts are about.
    """
    e164 = mobile(phone, "phone") if phone else None
    async with db.transaction(caller) as tx:
        now = await tx.now()
        details = await accounts.get_active(tx, account_id)
        account = await accounts.get_account(tx, account_id)
        if account.role not in ON_CALL_ROLES:
            raise Invalid.field("account_id", f"Choose {one_of(ON_CALL_ROLES)}.")
        if (e164 or details.phone) is None:
            raise Invalid.field("phone", "Enter the mobile number that alerts go to.")
        if e164 is not None:
            await accounts.set_phone(tx, account_id, e164)
        await providers.set_on_call(tx, account_id)
        await messages.redirect(tx, RecipientKind.ACCOUNT, account_id)
        for alerted in await store.list_alerted_tasks(tx):
            await _grant(tx, alerted, account_id, now)
        alerting = [kind for kind, rule in TASK_RULES.items() if rule.alerts]
        # One alert, however many tasks wait: it has no content, and says to open the list
        if task := await store.find_task_never_alerted(tx, alerting):
            await _alert(tx, task, account_id, now)
        await providers.bring_next_run_forward(tx, now)
        await audit.record_access(
            tx, "provider.on_call_changed", (account_id,), now=now, subject_kind="account"
        )


async def _alert(tx: Transaction, task: store.OpenTask, account_id: UUID, now: datetime) -> None:
    """Schedule two alerts to the account, and grant it access until the task is resolved."""
    for attempt, due_at in ((1, now), (2, now + ALERT_REPEATED_AFTER)):
        alert_id = uuid4()
        message = NewMessage(alert_id, RecipientKind.ACCOUNT, account_id, NumberUse.STAFF, due_at)
        await messages.schedule(tx, message, now)
        await store.insert_alert(tx, alert_id, task_id=task.id, attempt=attempt)
    await _grant(tx, task, account_id, now)


async def _grant(tx: Transaction, task: store.OpenTask, account_id: UUID, now: datetime) -> None:
    if task.survivor_id is not None:
        await providers.grant_access(tx, task.survivor_id, account_id, task.id, now)
