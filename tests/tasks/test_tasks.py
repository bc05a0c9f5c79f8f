"""Tasks and their alerts: once a kind and subject, to the person on call, taken back when done."""

from datetime import timedelta
from uuid import UUID, uuid4

from outcomes.platform.access.models import Caller
from outcomes.providers import service as providers
from outcomes.providers.accounts import service as accounts
from outcomes.tasks import service as tasks
from outcomes.tasks.models import TaskKind
from tests.support import Product, make_provider, make_worker, open_tasks, recently_confirmed


async def _raise(
    product: Product, caller: Caller, subject_id: UUID, kind: TaskKind = TaskKind.DURESS
) -> None:
    async with product.db.transaction(caller) as tx:
        await tasks.raise_task(
            tx,
            kind,
            subject_kind="survivor",
            subject_id=subject_id,
            survivor_id=None,
            owner_account_id=None,
            now=await tx.now(),
        )


async def _alerts(product: Product, caller: Caller) -> list[tuple[int, str, timedelta]]:
    async with product.db.transaction(caller) as tx:
        rows = await tx.conn.fetch(
            """SELECT a.attempt, m.state, m.due_at - t.raised_at AS after FROM staff_alerts a
               JOIN outgoing_messages m ON m.provider_id = a.provider_id AND m.id = a.id
               JOIN tasks t ON t.provider_id = a.provider_id AND t.id = a.task_id
               WHERE a.provider_id = $1 ORDER BY t.raised_at, a.attempt""",
            caller.provider_id,
        )
    return [(row["attempt"], row["state"], row["after"]) for row in rows]


async def test_a_task_is_raised_once_and_alerts_the_person_on_call_twice(product: Product) -> None:
    provider = await make_provider(product)
    subject_id = uuid4()

    for _ in range(3):
        await _raise(product, provider.lead, subject_id)

    async with product.db.transaction(provider.lead) as tx:
        tasks = await open_tasks(tx)
    assert [(task.kind, task.owner_account_id) for task in tasks] == [
        (TaskKind.DURESS, provider.lead.actor.account)
    ]
    assert tasks[0].due_at - tasks[0].raised_at == timedelta(minutes=15)
    assert await _alerts(product, provider.lead) == [
        (1, "scheduled", timedelta(0)),
        (2, "scheduled", timedelta(minutes=15)),
    ]


async def test_resolving_a_task_cancels_its_alerts(product: Product) -> None:
    provider = await make_provider(product)
    subject_id = uuid4()
    await _raise(product, provider.lead, subject_id)

    async with product.db.transaction(provider.lead) as tx:
        await tasks.resolve_task(tx, TaskKind.DURESS, subject_id, await tx.now())

    async with product.db.transaction(provider.lead) as tx:
        assert await open_tasks(tx) == []
    assert {state for _, state, _ in await _alerts(product, provider.lead)} == {"cancelled"}


async def test_a_task_without_alert_alerts_nobody(product: Product) -> None:
    provider = await make_provider(product)

    await _raise(product, provider.lead, uuid4(), TaskKind.SHARED_PHONE)

    assert await _alerts(product, provider.lead) == []


async def test_a_task_is_raised_even_when_nobody_is_on_call(product: Product) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    admin = await recently_confirmed(product, provider.admin)
    await accounts.disable_account(product.db, product.scopes, admin, provider.lead.actor.account)

    await _raise(product, worker, uuid4())

    async with product.db.transaction(worker) as tx:
        assert [task.owner_account_id for task in await open_tasks(tx)] == [None]
        assert (await providers.get_provider(tx)).on_call_account_id is None


async def test_another_providers_tasks_are_not_there(product: Product) -> None:
    provider, other = await make_provider(product), await make_provider(product)
    await _raise(product, provider.lead, uuid4())

    async with product.db.transaction(other.lead) as tx:
        assert await open_tasks(tx) == []
