"""Flags in the database: raised by the rules once, resolved by a person."""

import os
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from outcomes.check_ins import service as check_ins
from outcomes.check_ins.models import AttemptOutcome, NewAttempt, NewCheckIn, Reason, Wellbeing
from outcomes.disengagement import service
from outcomes.disengagement.models import FlagResolution, FlagRule, NewFlag, Resolution
from outcomes.disengagement.rules import DEFAULT_LADDER
from outcomes.errors import Conflict, Invalid, NotFound
from outcomes.messaging.gateways.models import InboundSms
from outcomes.pathways import service as pathways
from outcomes.pathways.models import NewPathway
from outcomes.platform.access.models import Caller
from outcomes.prompts.inbox import service as inbox
from outcomes.providers.models import Responsible
from outcomes.tasks.models import TaskKind
from tests.support import (
    OpenTask,
    Product,
    Provider,
    make_provider,
    make_survivor,
    make_worker,
    new_key,
    open_tasks,
)

WEEKS_4 = timedelta(days=28)
WORRY = NewFlag(note="Whispered, and hung up")


async def test_three_tries_raise_one_flag_and_ask_their_worker(product: Product) -> None:
    provider, worker, survivor_id = await _enrolled(product)
    for outcome in (
        AttemptOutcome.NO_ANSWER,
        AttemptOutcome.THIRD_PARTY,
        AttemptOutcome.NO_ANSWER,
    ):
        await _miss(product, worker, survivor_id, outcome)
    soon = await _now(product, worker) + timedelta(minutes=1)
    ours = product.scopes.worker(provider.id)
    assert [
        await service.raise_due_flags(product.db, ours, soon, ladder=DEFAULT_LADDER)
        for _ in range(2)
    ] == [1, 0]

    [flag] = (
        await service.list_flags(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    ).flags
    assert (flag.rule, len(flag.evidence.tries), flag.raised_by) == (
        FlagRule.UNANSWERED_TRIES,
        3,
        None,
    )
    assert flag.escalation is not None
    assert flag.escalation.level is Responsible.SUPPORT_WORKER
    [task] = await _tasks(product, worker)
    assert (task.kind, task.subject_id) == (TaskKind.DISENGAGEMENT, flag.id)
    assert task.owner_account_id == worker.actor.account


async def test_two_tries_and_then_a_talk_raise_nothing(product: Product) -> None:
    provider, worker, survivor_id = await _enrolled(product)
    await _miss(product, worker, survivor_id)
    await _miss(product, worker, survivor_id)
    await _talk(product, worker, survivor_id)
    await _miss(product, worker, survivor_id)
    await _miss(product, worker, survivor_id)
    soon = await _now(product, worker) + timedelta(minutes=1)
    assert (
        await service.raise_due_flags(
            product.db, product.scopes.worker(provider.id), soon, ladder=DEFAULT_LADDER
        )
        == 0
    )


async def test_four_weeks_of_silence_raise_a_flag_and_not_a_minute_sooner(
    product: Product,
) -> None:
    provider, worker, survivor_id = await _enrolled(product)
    await _talk(product, worker, survivor_id)
    [spoke] = await check_ins.list_check_ins(product.db, worker, survivor_id)
    ours, due = product.scopes.worker(provider.id), spoke.occurred_at + WEEKS_4
    assert (
        await service.raise_due_flags(
            product.db, ours, due - timedelta(minutes=1), ladder=DEFAULT_LADDER
        )
        == 0
    )
    assert await service.raise_due_flags(product.db, ours, due, ladder=DEFAULT_LADDER) == 1
    [flag] = (
        await service.list_flags(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    ).flags
    assert flag.rule is FlagRule.NO_CONTACT
    assert flag.evidence.days_without_contact == 28
    assert flag.evidence.last_two_way_at == spoke.occurred_at


@pytest.mark.parametrize("said", ["1", "who is this"])
async def test_a_text_does_not_prevent_a_flag(product: Product, said: str) -> None:
    provider, worker, _ = await _enrolled(product)
    enrolled = await _now(product, worker)
    ours = product.scopes.worker(provider.id)
    sms = InboundSms(
        message_sid=f"SM{uuid4().hex}",
        from_="+447700900123",
        to=provider.survivors_number,
        body=said,
        opt_out_type=None,
        signature_digest=os.urandom(32),
    )
    await inbox.receive(product.db, ours, sms)
    await inbox.read_inbox(product.db, ours)
    assert (
        await service.raise_due_flags(product.db, ours, enrolled + WEEKS_4, ladder=DEFAULT_LADDER)
        == 1
    )


async def test_whoever_is_not_enrolled_is_not_flagged_by_a_rule(product: Product) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    await make_survivor(product, worker)
    late = await _now(product, worker) + timedelta(days=400)
    assert (
        await service.raise_due_flags(
            product.db, product.scopes.worker(provider.id), late, ladder=DEFAULT_LADDER
        )
        == 0
    )


async def test_other_providers_are_left_alone(product: Product) -> None:
    _, worker, survivor_id = await _enrolled(product)
    other = await make_provider(product)
    late = await _now(product, worker) + WEEKS_4 * 2
    assert (
        await service.raise_due_flags(
            product.db, product.scopes.worker(other.id), late, ladder=DEFAULT_LADDER
        )
        == 0
    )
    assert (
        await service.list_flags(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    ).flags == ()


async def test_a_worker_raises_a_flag_and_there_is_one_at_a_time(product: Product) -> None:
    _, worker, survivor_id = await _enrolled(product)
    await _raise(product, worker, survivor_id)
    with pytest.raises(Conflict, match="open flag"):
        await _raise(product, worker, survivor_id)
    [flag] = (
        await service.list_flags(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    ).flags
    assert (flag.rule, flag.evidence.note) == (FlagRule.RAISED_BY_WORKER, WORRY.note)
    assert flag.raised_by == worker.actor.account


async def test_resolving_keeps_how_safety_was_ascertained_and_closes_the_task(
    product: Product,
) -> None:
    provider, worker, survivor_id = await _enrolled(product)
    flag_id = await _raise(product, worker, survivor_id)
    assert len(await _tasks(product, worker)) == 1
    await _resolve(product, worker, survivor_id, flag_id, Resolution.SAFE_AND_IN_TOUCH)

    [flag] = (
        await service.list_flags(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    ).flags
    assert flag.resolution is Resolution.SAFE_AND_IN_TOUCH
    assert flag.safety is not None
    assert (flag.safety.how, flag.safety.by_whom) == ("Met at the library", "W. Okafor")
    assert (flag.resolved_by, flag.escalation) == (worker.actor.account, None)
    assert await _tasks(product, worker) == []
    with pytest.raises(Conflict, match="before you"):
        await _resolve(product, worker, survivor_id, flag_id, Resolution.BUSY)

    assert flag.resolved_at is not None
    ours = product.scopes.worker(provider.id)
    again = flag.resolved_at + WEEKS_4
    assert (
        await service.raise_due_flags(
            product.db, ours, again - timedelta(minutes=1), ladder=DEFAULT_LADDER
        )
        == 0
    )
    assert await service.raise_due_flags(product.db, ours, again, ladder=DEFAULT_LADDER) == 1


@pytest.mark.parametrize(
    ("resolution", "field"),
    [
        (Resolution.MOVED, "handed_to"),
        (Resolution.REPORTED_MISSING, "handed_to"),
        (Resolution.DISENGAGED_BY_CHOICE, "said_so_alone"),
    ],
)
async def test_some_answers_need_more(product: Product, resolution: Resolution, field: str) -> None:
    _, worker, survivor_id = await _enrolled(product)
    flag_id = await _raise(product, worker, survivor_id)
    with pytest.raises(Invalid) as error:
        await _resolve(product, worker, survivor_id, flag_id, resolution)
    assert [problem.field for problem in error.value.problems] == [field]
    [flag] = (
        await service.list_flags(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    ).flags
    assert flag.resolved_at is None
    await _resolve(
        product,
        worker,
        survivor_id,
        flag_id,
        resolution,
        handed_to="Another project, ref 12",
        said_so_alone=True,
    )


async def test_nobody_makes_sure_tomorrow(product: Product) -> None:
    _, worker, survivor_id = await _enrolled(product)
    flag_id = await _raise(product, worker, survivor_id)
    ahead = (await _now(product, worker)).date() + timedelta(days=2)
    with pytest.raises(Invalid):
        await _resolve(product, worker, survivor_id, flag_id, Resolution.BUSY, on=ahead)


async def test_flags_of_others_are_not_found(product: Product) -> None:
    provider, worker, survivor_id = await _enrolled(product)
    colleague = await make_worker(product, provider)
    other = await make_survivor(product, worker, phone=None)
    flag_id = await _raise(product, worker, survivor_id)
    for caller, whose in ((colleague, survivor_id), (worker, other), (worker, uuid4())):
        with pytest.raises(NotFound):
            await _resolve(product, caller, whose, flag_id, Resolution.BUSY)
    with pytest.raises(NotFound):
        await service.list_flags(product.db, colleague, survivor_id, ladder=DEFAULT_LADDER)


async def test_the_form_for_no_answer_counts_tries_since_the_last_contact(
    product: Product,
) -> None:
    _, worker, survivor_id = await _enrolled(product)
    await _miss(product, worker, survivor_id)
    await _talk(product, worker, survivor_id)
    await _miss(product, worker, survivor_id)
    form = await service.prepare_no_answer(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    assert form.next_try.tries == 2
    assert form.next_try.window is not None
    assert form.next_try.by_on > form.now.date() - timedelta(days=1)


async def _enrolled(product: Product) -> tuple[Provider, Caller, UUID]:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker)
    new = NewPathway()
    await pathways.enrol(product.db, worker, survivor_id, new_key(worker, new), new)
    return provider, worker, survivor_id


async def _miss(
    product: Product,
    worker: Caller,
    survivor_id: UUID,
    outcome: AttemptOutcome = AttemptOutcome.NO_ANSWER,
) -> None:
    new = NewAttempt(reason=Reason.NO_REPLY, outcome=outcome)
    await check_ins.log_attempt(product.db, worker, survivor_id, new_key(worker, new), new)


async def _talk(product: Product, worker: Caller, survivor_id: UUID) -> None:
    new = NewCheckIn(wellbeing=Wellbeing.FINE)
    await check_ins.log_check_in(product.db, worker, survivor_id, new_key(worker, new), new)


async def _raise(product: Product, worker: Caller, survivor_id: UUID) -> UUID:
    return await service.raise_flag(product.db, worker, survivor_id, new_key(worker, WORRY), WORRY)


async def _resolve(
    product: Product,
    caller: Caller,
    survivor_id: UUID,
    flag_id: UUID,
    resolution: Resolution,
    *,
    on: date | None = None,
    handed_to: str | None = None,
    said_so_alone: bool = False,
) -> None:
    new = FlagResolution(
        resolution=resolution,
        how="Met at the library",
        by_whom="W. Okafor",
        ascertained_on=on or (await _now(product, caller)).date() - timedelta(days=1),
        handed_to=handed_to,
        said_so_alone=said_so_alone,
    )
    await service.resolve_flag(product.db, caller, survivor_id, flag_id, new_key(caller, new), new)


async def _tasks(product: Product, caller: Caller) -> list[OpenTask]:
    async with product.db.transaction(caller) as tx:
        return await open_tasks(tx)


async def _now(product: Product, caller: Caller) -> datetime:
    async with product.db.transaction(caller) as tx:
        return await tx.now()
