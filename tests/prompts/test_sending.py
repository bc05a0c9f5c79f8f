"""Sending a prompt: planned, claimed, sent once, tracked; and everything that stops it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from outcomes.errors import Conflict
from outcomes.local.handset.faults import Callbacks, Fault, FaultKind, Plan
from outcomes.messaging.lifecycle import MessageState
from outcomes.platform.calendar import SafeHours
from outcomes.prompts import service
from outcomes.survivors import service as survivors
from outcomes.survivors.models import Decision, NewConsent, NewPhone, Purpose, SafeContactProfile
from outcomes.survivors.safe_contact import service as safe_contact
from tests.prompts.installation import HOUR, Tenant, until
from tests.support import new_key

WORDS = "Hi, how are things? Reply 1 fine, 2 not so good, 3 please call"


async def delivered(tenant: Tenant, survivor_id: UUID) -> bool:
    return (await tenant.prompts(survivor_id))[0].state == MessageState.DELIVERED


async def test_a_requested_prompt_arrives_once_and_is_followed_to_the_phone(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    prompt_id = await tenant.request(survivor_id)
    assert await tenant.send() == 1
    assert await tenant.send() == 0
    await until(lambda: delivered(tenant, survivor_id))
    (text,) = tenant.arrived()
    assert (text.phone, text.sender, text.body) == (
        "+447700900123",
        tenant.provider.survivors_number,
        WORDS,
    )
    assert text.validity_seconds is not None
    assert 3 * 3600 < text.validity_seconds <= 4 * 3600
    prompt = await tenant.only_prompt(survivor_id)
    assert (prompt.id, prompt.text, prompt.why) == (prompt_id, WORDS, None)
    assert prompt.sent_at is not None
    events = await tenant.rows(
        "SELECT status FROM message_statuses WHERE provider_id = $1 ORDER BY at, status DESC"
    )
    assert [row["status"] for row in events] == ["sent", "delivered"]
    assert await tenant.open_tasks() == []


async def test_an_occurrence_becomes_one_prompt_and_is_done_when_the_gateway_has_it(
    tenant: Tenant,
) -> None:
    survivor_id, now = await tenant.survivor(), await tenant.now()
    due = await tenant.plan(survivor_id, now - timedelta(minutes=1))
    await tenant.plan(survivor_id, now + timedelta(days=13))
    await tenant.plan(survivor_id, now + timedelta(days=15))
    assert await tenant.schedule() == 2
    assert await tenant.schedule() == 0
    assert await tenant.send() == 1
    assert len(tenant.arrived()) == 1
    first = (await tenant.prompts(survivor_id))[-1]
    assert first.planned_contact_id == due
    states = await tenant.rows(
        "SELECT state FROM planned_contacts WHERE provider_id = $1 ORDER BY due_at"
    )
    assert [row["state"] for row in states] == ["done", "planned", "planned"]


async def test_the_window_closes_the_prompts_life(tenant: Tenant) -> None:
    survivor_id, now = await tenant.survivor(), await tenant.now()
    await tenant.plan(survivor_id, now + timedelta(minutes=10), now + timedelta(minutes=40))
    await tenant.plan(survivor_id, now + timedelta(days=3), now + timedelta(days=3, hours=9))
    await tenant.schedule()
    later, sooner = await tenant.prompts(survivor_id)
    assert sooner.expires_at - sooner.due_at == timedelta(minutes=30)
    assert later.expires_at - later.due_at == 4 * HOUR


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"consents": (Purpose.CALL,)}, "no_consent"),
        ({"phone": None}, "no_phone"),
        ({"language": "vi"}, "no_wording_in_language"),
        ({"profile": SafeContactProfile(SafeHours.every_day(), may_call=True)}, "not_this_way"),
        (
            {
                "profile": SafeContactProfile(
                    SafeHours.every_day(), may_text=True, phone_is_watched=True
                )
            },
            "phone_is_watched",
        ),
    ],
)
async def test_who_may_not_be_texted_gets_a_withheld_prompt_that_says_why(
    tenant: Tenant, known: dict[str, Any], reason: str
) -> None:
    survivor_id, now = await tenant.survivor(**known), await tenant.now()
    await tenant.plan(survivor_id, now + timedelta(days=1))
    assert await tenant.schedule() == 1
    assert await tenant.schedule() == 0
    prompt = await tenant.only_prompt(survivor_id)
    assert (prompt.state, prompt.reason) == (MessageState.WITHHELD, reason)
    assert prompt.why
    with pytest.raises(Conflict, match="Nothing was sent"):
        await tenant.request(survivor_id)
    await tenant.send()
    assert tenant.arrived() == []


async def test_a_withheld_prompt_is_planned_after_all_when_the_reason_goes(tenant: Tenant) -> None:
    survivor_id, now = await tenant.survivor(consents=(Purpose.CALL,)), await tenant.now()
    await tenant.plan(survivor_id, now + timedelta(days=1))
    await tenant.schedule()
    consent = NewConsent(Purpose.SMS, Decision.GIVEN)
    await survivors.record_consent(
        tenant.installation.product.db,
        tenant.worker,
        survivor_id,
        new_key(tenant.worker, consent),
        consent,
    )
    assert await tenant.schedule() == 1
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.SCHEDULED


async def test_an_unaccepted_wording_is_sent_to_nobody(tenant: Tenant) -> None:
    survivor_id, now = await tenant.survivor(), await tenant.now()
    await tenant.plan(survivor_id, now)
    await tenant.schedule()
    await tenant.change("UPDATE prompts SET wording_version = '0.9' WHERE provider_id = $1")
    await tenant.send()
    assert tenant.arrived() == []
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.CANCELLED


async def closed_now(tenant: Tenant) -> SafeHours:
    """Hours that are over, or have not begun, wherever in the day we are, summer time or not."""
    after_noon = (await tenant.now()).hour >= 12
    return SafeHours.every_day(120, 180) if after_noon else SafeHours.every_day(1380, 1440)


async def test_outside_the_window_nothing_goes_out_at_sending_either(tenant: Tenant) -> None:
    survivor_id, now = await tenant.survivor(hours=await closed_now(tenant)), await tenant.now()
    await tenant.plan(survivor_id, now)
    await tenant.schedule()
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.SCHEDULED
    assert await tenant.send() == 1
    prompt = await tenant.only_prompt(survivor_id)
    assert (prompt.state, prompt.reason) == (MessageState.WITHHELD, "outside_hours")
    assert tenant.arrived() == []
    with pytest.raises(Conflict, match="outside their safe hours"):
        await tenant.request(survivor_id)


async def test_a_withdrawn_consent_counts_until_the_last_moment(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    await tenant.request(survivor_id)
    consent = NewConsent(Purpose.SMS, Decision.WITHDRAWN)
    await survivors.record_consent(
        tenant.installation.product.db,
        tenant.worker,
        survivor_id,
        new_key(tenant.worker, consent),
        consent,
    )
    await tenant.send()
    assert (await tenant.only_prompt(survivor_id)).reason == "no_consent"
    assert tenant.arrived() == []


async def test_a_changed_number_or_profile_cancels_and_plans_again(tenant: Tenant) -> None:
    survivor_id, now = await tenant.survivor(), await tenant.now()
    await tenant.plan(survivor_id, now + timedelta(days=1))
    await tenant.schedule()
    phone = NewPhone("07700 900321")
    await safe_contact.change_phone(
        tenant.installation.product.db,
        tenant.worker,
        survivor_id,
        new_key(tenant.worker, phone),
        phone,
    )
    await tenant.sweep()
    assert (await tenant.only_prompt(survivor_id)).reason == "number_changed"
    assert await tenant.schedule() == 1
    profile = SafeContactProfile(SafeHours.every_day(), may_text=True)
    await safe_contact.record_safe_contact(
        tenant.installation.product.db,
        tenant.worker,
        survivor_id,
        new_key(tenant.worker, profile),
        profile,
    )
    await tenant.sweep()
    assert (await tenant.only_prompt(survivor_id)).reason == "profile_changed"
    assert await tenant.schedule() == 1
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.SCHEDULED


async def test_a_number_changed_after_planning_is_not_texted_at_its_time(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    await tenant.request(survivor_id)
    phone = NewPhone("07700 900321")
    await safe_contact.change_phone(
        tenant.installation.product.db,
        tenant.worker,
        survivor_id,
        new_key(tenant.worker, phone),
        phone,
    )
    assert await tenant.send() == 1
    assert (await tenant.only_prompt(survivor_id)).reason == "number_changed"
    assert tenant.arrived() == []


async def test_an_ended_pathway_or_a_moved_time_cancels_the_prompt(tenant: Tenant) -> None:
    survivor_id, now = await tenant.survivor(), await tenant.now()
    await tenant.plan(survivor_id, now + timedelta(days=1))
    await tenant.schedule()
    await tenant.change(
        "UPDATE planned_contacts SET due_at = due_at + interval '1 hour' WHERE provider_id = $1"
    )
    await tenant.sweep()
    assert (await tenant.only_prompt(survivor_id)).reason == "schedule_changed"
    await tenant.schedule()
    assert (await tenant.only_prompt(survivor_id)).due_at == now + timedelta(days=1, hours=1)
    await tenant.change("UPDATE pathways SET ended_at = $2 WHERE provider_id = $1", now)
    await tenant.sweep()
    assert (await tenant.only_prompt(survivor_id)).reason == "pathway_ended"
    assert await tenant.schedule() == 0


async def test_what_is_too_late_expires_unsent(tenant: Tenant) -> None:
    survivor_id, now = await tenant.survivor(), await tenant.now()
    await tenant.plan(survivor_id, now + timedelta(minutes=1))
    await tenant.schedule()
    await tenant.change(
        """UPDATE outgoing_messages SET due_at = due_at - interval '1 day',
                              expires_at = expires_at - interval '1 day'
           WHERE provider_id = $1 AND recipient_kind = 'survivor'"""
    )
    await tenant.send()
    await tenant.sweep()
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.EXPIRED
    assert tenant.arrived() == []


async def test_two_people_with_one_number_get_nothing(tenant: Tenant) -> None:
    one, two = await tenant.survivor("07700 900200"), await tenant.survivor("07700 900200")
    for survivor_id in (one, two):
        with pytest.raises(Conflict, match="same number"):
            await tenant.request(survivor_id)


async def test_only_one_message_is_on_its_way_and_a_double_tap_is_one(tenant: Tenant) -> None:
    survivor_id, creation = await tenant.survivor(), new_key(tenant.worker)
    for _ in range(2):
        await service.request_now(
            tenant.installation.product.db, tenant.worker, survivor_id, creation
        )
    with pytest.raises(Conflict, match="on its way"):
        await tenant.request(survivor_id)
    assert len(await tenant.prompts(survivor_id)) == 1


async def test_a_busy_gateway_is_left_alone_and_tried_again(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    await tenant.request(survivor_id)
    tenant.goes_wrong(Plan(faults=(Fault(FaultKind.TOO_MANY),)))
    assert await tenant.send() == 1
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.SCHEDULED
    assert await tenant.send() == 0
    await tenant.change(
        """UPDATE outgoing_messages SET try_at = due_at
           WHERE provider_id = $1 AND recipient_kind = 'survivor'"""
    )
    assert await tenant.send() == 1
    assert len(tenant.arrived()) == 1
    assert await tenant.open_tasks() == []


@pytest.mark.parametrize(
    "fault",
    [FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER, FaultKind.SILENCE_BEFORE, FaultKind.MALFORMED],
)
async def test_an_unknown_outcome_goes_to_a_person_and_is_never_sent_again(
    tenant: Tenant, fault: FaultKind
) -> None:
    survivor_id = await tenant.survivor()
    prompt_id = await tenant.request(survivor_id)
    tenant.goes_wrong(Plan(faults=(Fault(fault),), callbacks=Callbacks.OFF))
    await tenant.send()
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.UNCONFIRMED
    assert await tenant.open_tasks() == [("prompt_unconfirmed", prompt_id)]
    await tenant.sweep()
    assert await tenant.send() == 0
    assert len(tenant.arrived()) == fault.takes_the_message


async def test_a_late_callback_proves_that_it_was_taken_and_closes_the_task(tenant: Tenant) -> None:
    survivor_id, now = await tenant.survivor(), await tenant.now()
    await tenant.plan(survivor_id, now)
    await tenant.schedule()
    tenant.goes_wrong(Plan(faults=(Fault(FaultKind.ERROR_AFTER),), callback_delay_seconds=0.5))
    await tenant.send()
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.UNCONFIRMED
    assert len(await tenant.open_tasks()) == 1
    await until(lambda: delivered(tenant, survivor_id))
    assert await tenant.open_tasks() == []
    (row,) = await tenant.rows("SELECT state FROM planned_contacts WHERE provider_id = $1")
    assert row["state"] == "done"


async def test_a_callback_that_overtakes_the_answer_changes_nothing(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    await tenant.request(survivor_id)
    tenant.goes_wrong(Plan(faults=(Fault(FaultKind.SLOW, seconds=0.3),)))
    await tenant.send()
    await until(lambda: delivered(tenant, survivor_id))
    assert len(tenant.arrived()) == 1
    assert await tenant.open_tasks() == []


async def test_a_stop_at_the_gateway_is_learnt(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    await tenant.request(survivor_id)
    tenant.installation.handset.phones.write(
        phone="+447700900123", sender=tenant.provider.survivors_number, body="STOP"
    )
    await tenant.send()
    prompt = await tenant.only_prompt(survivor_id)
    assert prompt.state == MessageState.FAILED
    assert [kind for kind, _ in await tenant.open_tasks()] == ["opted_out"]
    with pytest.raises(Conflict, match="stopped our texts"):
        await tenant.request(survivor_id)


async def test_a_number_that_the_gateway_does_not_know_is_frozen(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    prompt_id = await tenant.request(survivor_id)
    tenant.goes_wrong(Plan(faults=(Fault(FaultKind.REFUSE, code=21211),)))
    await tenant.send()
    assert await tenant.open_tasks() == [("prompt_failed", prompt_id)]
    with pytest.raises(Conflict, match="by voice"):
        await tenant.request(survivor_id)
    assert tenant.arrived() == []


async def test_a_lost_sender_leaves_it_to_a_person(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    prompt_id = await tenant.request(survivor_id)
    await tenant.change(
        """UPDATE outgoing_messages SET state = 'sending', lease_token = id,
                              lease_until = due_at - interval '1 second'
           WHERE provider_id = $1 AND recipient_kind = 'survivor'"""
    )
    assert await tenant.send() == 0
    await tenant.sweep()
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.UNCONFIRMED
    assert await tenant.open_tasks() == [("prompt_unconfirmed", prompt_id)]
