"""Incoming texts: stored once, read in order; STOP first, then duress, then answers, then a person."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from outcomes.errors import Conflict, NotFound
from outcomes.messaging.delivery import service as delivery
from outcomes.messaging.lifecycle import MessageState
from outcomes.platform.access.roles import Role
from outcomes.platform.calendar import SafeHours
from outcomes.platform.paging import Moment
from outcomes.prompts.inbox import service as inbox
from outcomes.prompts.inbox.replies import Answer
from outcomes.prompts.models import MessageKind
from outcomes.prompts.sending.producer import PromptProducer
from outcomes.providers import registry
from outcomes.survivors import service as survivors
from outcomes.survivors.models import SafeContactProfile
from outcomes.tasks import service as tasks
from tests.prompts.installation import Tenant, until
from tests.support import make_account, make_provider, make_worker


async def asked(tenant: Tenant, **known: Any) -> UUID:
    """A survivor who has our question on their phone."""
    survivor_id = await tenant.survivor(**known)
    await tenant.request(survivor_id)
    await tenant.send()

    async def has_it() -> bool:
        return (await tenant.only_prompt(survivor_id)).state == MessageState.DELIVERED

    await until(has_it)
    return survivor_id


async def message_rows(tenant: Tenant) -> list[tuple[str, str | None, bool]]:
    rows = await tenant.rows(
        """SELECT state, kind, survivor_id IS NOT NULL AS matched FROM inbound_messages
           WHERE provider_id = $1 ORDER BY received_at, id"""
    )
    return [(row["state"], row["kind"], row["matched"]) for row in rows]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("1", Answer.FINE),
        ("٢", Answer.NOT_SO_GOOD),
        (" ① ", Answer.FINE),
        ("2️⃣", Answer.NOT_SO_GOOD),
    ],
)
async def test_a_digit_is_the_answer_and_raises_no_task(
    tenant: Tenant, typed: str, answer: Answer
) -> None:
    survivor_id = await asked(tenant)
    assert (await tenant.writes(typed)).status == "taken"
    assert await tenant.read() == 1
    prompt = await tenant.only_prompt(survivor_id)
    assert prompt.answer == answer
    assert prompt.answered_at is not None
    assert await message_rows(tenant) == [("recorded", "answer", True)]
    assert await tenant.inbox() == []
    assert await tenant.open_tasks() == []


async def test_three_asks_for_a_call_and_alerts_the_person_on_call(tenant: Tenant) -> None:
    survivor_id = await asked(tenant)
    await tenant.writes("3")
    await tenant.read()
    assert (await tenant.only_prompt(survivor_id)).answer == Answer.PLEASE_CALL
    (message,) = await tenant.inbox()
    assert (message.kind, message.body, message.survivor_id) == ("answer", "3", survivor_id)
    assert message.asked is not None
    assert message.asked.startswith("Hi, how are things?")
    assert await tenant.open_tasks() == [("asked_for_call", message.id)]
    alerts = await tenant.rows(
        """SELECT a.attempt, m.state FROM staff_alerts a
           JOIN outgoing_messages m ON m.provider_id = a.provider_id AND m.id = a.id
           WHERE a.provider_id = $1 ORDER BY a.attempt"""
    )
    assert [tuple(row) for row in alerts] == [(1, "scheduled"), (2, "scheduled")]
    await inbox.handle_message(tenant.installation.product.db, tenant.worker, message.id)
    await inbox.handle_message(tenant.installation.product.db, tenant.worker, message.id)
    assert await tenant.inbox() == []
    assert await tenant.open_tasks() == []


async def test_stop_holds_from_the_moment_it_was_taken(tenant: Tenant) -> None:
    survivor_id = await asked(tenant)
    await tenant.request(survivor_id)
    await tenant.writes("please stop")
    with pytest.raises(Conflict, match="not been read"):
        await tenant.request(survivor_id)
    await tenant.send()
    assert len(tenant.arrived()) == 1
    assert (await tenant.prompts(survivor_id))[0].reason == "unread_message"
    await tenant.read()
    await tenant.send()
    with pytest.raises(Conflict, match="stopped our texts"):
        await tenant.request(survivor_id)
    assert len(tenant.arrived()) == 1
    assert [kind for kind, _ in await tenant.open_tasks()] == ["opted_out"]
    (message,) = await tenant.inbox()
    assert message.kind == MessageKind.OPT_OUT


async def test_stop_cancels_planned_prompts(tenant: Tenant) -> None:
    survivor_id = await asked(tenant)
    await tenant.plan(survivor_id, await tenant.now() + timedelta(days=3))
    await tenant.schedule()
    await tenant.writes("STOP")
    await tenant.read()
    assert (await tenant.prompts(survivor_id))[0].reason == "opted_out"
    assert await tenant.schedule() == 0


async def test_stop_from_a_number_that_nobody_has_is_kept_for_whoever_gets_it(
    tenant: Tenant,
) -> None:
    await tenant.writes("STOP", phone="+447700900456")
    await tenant.read()
    survivor_id = await tenant.survivor("07700 900456")
    with pytest.raises(Conflict, match="stopped our texts"):
        await tenant.request(survivor_id)


async def test_the_duress_word_stops_everything_and_shows_nothing(tenant: Tenant) -> None:
    profile = SafeContactProfile(SafeHours.every_day(), may_text=True, duress_word="blue garden")
    survivor_id = await asked(tenant, profile=profile)
    await tenant.plan(survivor_id, await tenant.now() + timedelta(days=3))
    await tenant.schedule()
    await tenant.writes("The Blue  Garden is nice")
    await tenant.read()
    assert [kind for kind, _ in await tenant.open_tasks()] == ["duress"]
    assert (await tenant.prompts(survivor_id))[0].state == MessageState.CANCELLED
    await tenant.send()
    assert len(tenant.arrived()) == 1
    (row,) = await tenant.rows("SELECT source FROM opt_outs WHERE provider_id = $1")
    assert row["source"] == "duress"
    (task,) = await tenant.rows("SELECT raised_at, due_at FROM tasks WHERE provider_id = $1")
    assert task["due_at"] - task["raised_at"] == timedelta(minutes=15)


async def test_a_wrong_number_is_frozen_until_a_voice_confirms_it(tenant: Tenant) -> None:
    survivor_id = await asked(tenant)
    await tenant.writes("sorry wrong number")
    await tenant.read()
    with pytest.raises(Conflict, match="by voice"):
        await tenant.request(survivor_id)
    assert [kind for kind, _ in await tenant.open_tasks()] == ["wrong_number"]


async def test_free_text_goes_to_a_person_with_what_was_asked(tenant: Tenant) -> None:
    survivor_id = await asked(tenant)
    await tenant.writes("I am not sure what to say")
    await tenant.writes("1")
    await tenant.read()
    (message,) = await tenant.inbox()
    assert message.body == "I am not sure what to say"
    assert message.asked is not None
    assert (await tenant.only_prompt(survivor_id)).answer == Answer.FINE
    assert [kind for kind, _ in await tenant.open_tasks()] == ["unread_reply"]


async def test_a_digit_without_an_open_question_goes_to_a_person(tenant: Tenant) -> None:
    await tenant.survivor()
    await tenant.writes("1")
    await tenant.read()
    (message,) = await tenant.inbox()
    assert (message.kind, message.asked) == ("answer", None)
    assert [kind for kind, _ in await tenant.open_tasks()] == ["unread_reply"]


async def test_of_two_open_questions_the_latest_is_answered_and_only_once(tenant: Tenant) -> None:
    survivor_id = await asked(tenant)
    await tenant.change(
        """UPDATE outgoing_messages SET due_at = due_at - interval '2 days'
           WHERE provider_id = $1 AND recipient_kind = 'survivor'"""
    )
    await tenant.request(survivor_id)
    await tenant.send()
    await tenant.writes("1")
    await tenant.writes("2")
    await tenant.read()
    latest, earlier = await tenant.prompts(survivor_id)
    assert (latest.answer, earlier.answer) == (Answer.FINE, None)
    assert [message.body for message in await tenant.inbox()] == ["2"]


async def test_an_unknown_and_a_shared_number_go_to_a_lead_and_to_no_record(tenant: Tenant) -> None:
    one, two = await tenant.survivor("07700 900200"), await tenant.survivor("07700 900200")
    await tenant.writes("hello", phone="+447700900200")
    await tenant.writes("hello", phone="+447700900201")
    await tenant.read()
    assert await message_rows(tenant) == [
        ("needs_person", "shared_number", False),
        ("needs_person", "unknown_number", False),
    ]
    assert await tenant.inbox() == []
    shared, unknown = await tenant.inbox(tenant.provider.lead)
    assert (shared.sender, unknown.sender) == ("+447700900200", "+447700900201")
    assert (await tenant.prompts(one), await tenant.prompts(two)) == ([], [])


async def test_a_colleagues_text_is_in_the_inbox_and_on_nobodys_record(tenant: Tenant) -> None:
    await tenant.writes("on my way", phone="+447700900900", to=tenant.provider.staff_number)
    await tenant.read()
    assert await message_rows(tenant) == [("needs_person", "staff_phone", False)]


async def test_the_inbox_shows_each_what_is_theirs(tenant: Tenant) -> None:
    product = tenant.installation.product
    await tenant.survivor()
    await tenant.writes("hello there")
    await tenant.read()
    colleague = await make_worker(product, tenant.provider)
    (message,) = await tenant.inbox()
    assert await tenant.inbox(colleague) == []
    assert [seen.id for seen in await tenant.inbox(tenant.provider.lead)] == [message.id]
    stranger = await make_worker(product, await make_provider(product))
    for caller in (colleague, stranger):
        with pytest.raises(NotFound):
            await inbox.handle_message(product.db, caller, message.id)
    on_call = await make_account(
        product, tenant.provider.admin, Role.SUPPORT_WORKER, phone="07700 900901"
    )
    await tenant.change(
        "UPDATE providers SET on_call_account_id = $2 WHERE provider_id = $1",
        on_call.actor.account,
    )
    assert [seen.id for seen in await tenant.inbox(on_call)] == [message.id]


async def test_whoever_is_alerted_can_open_the_record_until_the_task_is_resolved(
    tenant: Tenant,
) -> None:
    product = tenant.installation.product
    survivor_id, other_id = await tenant.survivor(), await tenant.survivor(None)
    colleague = await make_account(
        product, tenant.provider.admin, Role.SUPPORT_WORKER, phone="07700 900901"
    )
    await tasks.put_on_call(product.db, tenant.provider.admin, colleague.actor.account)
    with pytest.raises(NotFound):
        await survivors.get_survivor(product.db, colleague, survivor_id)
    await tenant.writes("please ring me")
    await tenant.read()
    assert await survivors.get_survivor(product.db, colleague, survivor_id)
    with pytest.raises(NotFound):
        await survivors.get_survivor(product.db, colleague, other_id)
    (message,) = await tenant.inbox(colleague)
    await inbox.handle_message(product.db, colleague, message.id)
    with pytest.raises(NotFound):
        await survivors.get_survivor(product.db, colleague, survivor_id)


async def test_the_inbox_comes_in_pages_oldest_first(tenant: Tenant) -> None:
    await tenant.survivor()
    for number in range(5):
        await tenant.writes(f"message {number}")
    await tenant.read()
    db, first = tenant.installation.product.db, await tenant.inbox()
    page = await inbox.list_inbox(
        db, tenant.worker, after=Moment(first[1].received_at, first[1].id), limit=2
    )
    assert [message.body for message in page] == ["message 2", "message 3"]


async def test_once_matched_a_message_opens_with_the_survivors_key_only(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    await tenant.writes("hello there")
    (before,) = await tenant.rows(
        "SELECT data_key_id, body_ciphertext FROM inbound_messages WHERE provider_id = $1"
    )
    await tenant.read()
    (after,) = await tenant.rows(
        """SELECT m.body_ciphertext, k.kind, k.subject_id FROM inbound_messages m
           JOIN data_keys k ON k.provider_id = m.provider_id AND k.id = m.data_key_id
           WHERE m.provider_id = $1"""
    )
    assert (after["kind"], after["subject_id"]) == ("survivor", survivor_id)
    assert after["body_ciphertext"] != before["body_ciphertext"]


async def test_a_message_whose_key_is_gone_still_reaches_a_person(tenant: Tenant) -> None:
    await tenant.survivor()
    await tenant.writes("hello there")
    await tenant.change(
        "UPDATE inbound_messages SET body_ciphertext = '\\x00' WHERE provider_id = $1"
    )
    await tenant.writes("1")
    assert await tenant.read() == 2
    first, second = await tenant.inbox()
    assert (first.body, second.body) == (None, "1")


async def test_two_readers_read_each_message_once(tenant: Tenant) -> None:
    await tenant.survivor()
    for number in range(10):
        await tenant.writes(f"message {number}")
    counts = await asyncio.gather(tenant.read(), tenant.read(), tenant.read())
    assert sum(counts) == 10
    assert len(await tenant.open_tasks()) == 10


async def test_stop_between_claim_and_call_is_seen_in_the_last_moment(tenant: Tenant) -> None:
    survivor_id, product = await tenant.survivor(), tenant.installation.product
    await tenant.request(survivor_id)
    _, claims = await delivery._claim(product.db, tenant.caller, PromptProducer())
    await tenant.writes("STOP")
    for claim in claims:
        await delivery._send(
            product.db,
            tenant.caller,
            PromptProducer(),
            tenant.installation.gateway,
            tenant.installation.url,
            claim,
        )
    assert tenant.arrived() == []
    await tenant.send()
    assert (await tenant.only_prompt(survivor_id)).reason == "unread_message"


async def test_a_text_is_taken_while_the_registrys_row_is_held(tenant: Tenant) -> None:
    """By a worker that was stopped in the middle, say: the hint is late, the text is not lost."""
    async with tenant.installation.product.db.transaction(tenant.caller) as tx:
        await registry.lock_next_run(tx)
        assert (await tenant.writes("STOP")).status == "taken"
    assert [kind for _, kind, _ in await message_rows(tenant)] == [None]
