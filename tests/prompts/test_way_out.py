"""A prompt on its way out: planned, claimed, sent once, followed; and everything that stops it."""

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
from tests.prompts.street import HOUR, Home, until
from tests.support import new_key

WORDS = "Hi, how are things? Reply 1 fine, 2 not so good, 3 please call"


async def delivered(home: Home, survivor_id: UUID) -> bool:
    return (await home.prompts(survivor_id))[0].state == MessageState.DELIVERED


async def test_a_requested_prompt_arrives_once_and_is_followed_to_the_phone(home: Home) -> None:
    survivor_id = await home.survivor()
    prompt_id = await home.request(survivor_id)
    assert await home.send() == 1
    assert await home.send() == 0
    await until(lambda: delivered(home, survivor_id))
    (text,) = home.arrived()
    assert (text.phone, text.sender, text.body) == (
        "+447700900123",
        home.provider.survivors_number,
        WORDS,
    )
    assert text.validity_seconds is not None
    assert 3 * 3600 < text.validity_seconds <= 4 * 3600
    prompt = await home.only_prompt(survivor_id)
    assert (prompt.id, prompt.text, prompt.why) == (prompt_id, WORDS, None)
    assert prompt.sent_at is not None
    events = await home.rows(
        "SELECT status FROM message_statuses WHERE provider_id = $1 ORDER BY at, status DESC"
    )
    assert [row["status"] for row in events] == ["sent", "delivered"]
    assert await home.open_tasks() == []


async def test_an_occurrence_becomes_one_prompt_and_is_done_when_the_gateway_has_it(
    home: Home,
) -> None:
    survivor_id, now = await home.survivor(), await home.now()
    due = await home.plan(survivor_id, now - timedelta(minutes=1))
    await home.plan(survivor_id, now + timedelta(days=13))
    await home.plan(survivor_id, now + timedelta(days=15))
    assert await home.schedule() == 2
    assert await home.schedule() == 0
    assert await home.send() == 1
    assert len(home.arrived()) == 1
    first = (await home.prompts(survivor_id))[-1]
    assert first.planned_contact_id == due
    states = await home.rows(
        "SELECT state FROM planned_contacts WHERE provider_id = $1 ORDER BY due_at"
    )
    assert [row["state"] for row in states] == ["done", "planned", "planned"]


async def test_the_window_closes_the_prompts_life(home: Home) -> None:
    survivor_id, now = await home.survivor(), await home.now()
    await home.plan(survivor_id, now + timedelta(minutes=10), now + timedelta(minutes=40))
    await home.plan(survivor_id, now + timedelta(days=3), now + timedelta(days=3, hours=9))
    await home.schedule()
    later, sooner = await home.prompts(survivor_id)
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
    home: Home, known: dict[str, Any], reason: str
) -> None:
    survivor_id, now = await home.survivor(**known), await home.now()
    await home.plan(survivor_id, now + timedelta(days=1))
    assert await home.schedule() == 1
    assert await home.schedule() == 0
    prompt = await home.only_prompt(survivor_id)
    assert (prompt.state, prompt.reason) == (MessageState.WITHHELD, reason)
    assert prompt.why
    with pytest.raises(Conflict, match="Nothing was sent"):
        await home.request(survivor_id)
    await home.send()
    assert home.arrived() == []


async def test_a_withheld_prompt_is_planned_after_all_when_the_reason_goes(home: Home) -> None:
    survivor_id, now = await home.survivor(consents=(Purpose.CALL,)), await home.now()
    await home.plan(survivor_id, now + timedelta(days=1))
    await home.schedule()
    consent = NewConsent(Purpose.SMS, Decision.GIVEN)
    await survivors.record_consent(
        home.street.product.db, home.worker, survivor_id, new_key(home.worker, consent), consent
    )
    assert await home.schedule() == 1
    assert (await home.only_prompt(survivor_id)).state == MessageState.SCHEDULED


async def test_an_unaccepted_wording_is_sent_to_nobody(home: Home) -> None:
    survivor_id, now = await home.survivor(), await home.now()
    await home.plan(survivor_id, now)
    await home.schedule()
    await home.change("UPDATE prompts SET wording_version = '0.9' WHERE provider_id = $1")
    await home.send()
    assert home.arrived() == []
    assert (await home.only_prompt(survivor_id)).state == MessageState.CANCELLED


async def closed_now(home: Home) -> SafeHours:
    """Hours that are over, or have not begun, wherever in the day we are, summer time or not."""
    after_noon = (await home.now()).hour >= 12
    return SafeHours.every_day(120, 180) if after_noon else SafeHours.every_day(1380, 1440)


async def test_outside_the_window_nothing_goes_out_at_sending_either(home: Home) -> None:
    survivor_id, now = await home.survivor(hours=await closed_now(home)), await home.now()
    await home.plan(survivor_id, now)
    await home.schedule()
    assert (await home.only_prompt(survivor_id)).state == MessageState.SCHEDULED
    assert await home.send() == 1
    prompt = await home.only_prompt(survivor_id)
    assert (prompt.state, prompt.reason) == (MessageState.WITHHELD, "outside_hours")
    assert home.arrived() == []
    with pytest.raises(Conflict, match="outside their safe hours"):
        await home.request(survivor_id)


async def test_a_withdrawn_consent_counts_until_the_last_moment(home: Home) -> None:
    survivor_id = await home.survivor()
    await home.request(survivor_id)
    consent = NewConsent(Purpose.SMS, Decision.WITHDRAWN)
    await survivors.record_consent(
        home.street.product.db, home.worker, survivor_id, new_key(home.worker, consent), consent
    )
    await home.send()
    assert (await home.only_prompt(survivor_id)).reason == "no_consent"
    assert home.arrived() == []


async def test_a_changed_number_or_profile_cancels_and_plans_again(home: Home) -> None:
    survivor_id, now = await home.survivor(), await home.now()
    await home.plan(survivor_id, now + timedelta(days=1))
    await home.schedule()
    phone = NewPhone("07700 900321")
    await survivors.change_phone(
        home.street.product.db, home.worker, survivor_id, new_key(home.worker, phone), phone
    )
    await home.sweep()
    assert (await home.only_prompt(survivor_id)).reason == "number_changed"
    assert await home.schedule() == 1
    profile = SafeContactProfile(SafeHours.every_day(), may_text=True)
    await survivors.record_safe_contact(
        home.street.product.db, home.worker, survivor_id, new_key(home.worker, profile), profile
    )
    await home.sweep()
    assert (await home.only_prompt(survivor_id)).reason == "profile_changed"
    assert await home.schedule() == 1
    assert (await home.only_prompt(survivor_id)).state == MessageState.SCHEDULED


async def test_a_number_changed_after_planning_is_not_texted_at_its_time(home: Home) -> None:
    survivor_id = await home.survivor()
    await home.request(survivor_id)
    phone = NewPhone("07700 900321")
    await survivors.change_phone(
        home.street.product.db, home.worker, survivor_id, new_key(home.worker, phone), phone
    )
    assert await home.send() == 1
    assert (await home.only_prompt(survivor_id)).reason == "number_changed"
    assert home.arrived() == []


async def test_an_ended_pathway_or_a_moved_time_takes_the_prompt_back(home: Home) -> None:
    survivor_id, now = await home.survivor(), await home.now()
    await home.plan(survivor_id, now + timedelta(days=1))
    await home.schedule()
    await home.change(
        "UPDATE planned_contacts SET due_at = due_at + interval '1 hour' WHERE provider_id = $1"
    )
    await home.sweep()
    assert (await home.only_prompt(survivor_id)).reason == "schedule_changed"
    await home.schedule()
    assert (await home.only_prompt(survivor_id)).due_at == now + timedelta(days=1, hours=1)
    await home.change("UPDATE pathways SET ended_at = $2 WHERE provider_id = $1", now)
    await home.sweep()
    assert (await home.only_prompt(survivor_id)).reason == "pathway_ended"
    assert await home.schedule() == 0


async def test_what_is_too_late_expires_unsent(home: Home) -> None:
    survivor_id, now = await home.survivor(), await home.now()
    await home.plan(survivor_id, now + timedelta(minutes=1))
    await home.schedule()
    await home.change(
        """UPDATE outgoing_messages SET due_at = due_at - interval '1 day',
                              expires_at = expires_at - interval '1 day'
           WHERE provider_id = $1 AND recipient_kind = 'survivor'"""
    )
    await home.send()
    await home.sweep()
    assert (await home.only_prompt(survivor_id)).state == MessageState.EXPIRED
    assert home.arrived() == []


async def test_two_people_with_one_number_get_nothing(home: Home) -> None:
    one, two = await home.survivor("07700 900200"), await home.survivor("07700 900200")
    for survivor_id in (one, two):
        with pytest.raises(Conflict, match="same number"):
            await home.request(survivor_id)


async def test_only_one_message_is_on_its_way_and_a_double_tap_is_one(home: Home) -> None:
    survivor_id, creation = await home.survivor(), new_key(home.worker)
    for _ in range(2):
        await service.request_now(home.street.product.db, home.worker, survivor_id, creation)
    with pytest.raises(Conflict, match="on its way"):
        await home.request(survivor_id)
    assert len(await home.prompts(survivor_id)) == 1


async def test_a_busy_gateway_is_left_alone_and_tried_again(home: Home) -> None:
    survivor_id = await home.survivor()
    await home.request(survivor_id)
    home.goes_wrong(Plan(faults=(Fault(FaultKind.TOO_MANY),)))
    assert await home.send() == 1
    assert (await home.only_prompt(survivor_id)).state == MessageState.SCHEDULED
    assert await home.send() == 0
    await home.change(
        """UPDATE outgoing_messages SET try_at = due_at
           WHERE provider_id = $1 AND recipient_kind = 'survivor'"""
    )
    assert await home.send() == 1
    assert len(home.arrived()) == 1
    assert await home.open_tasks() == []


@pytest.mark.parametrize(
    "fault",
    [FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER, FaultKind.SILENCE_BEFORE, FaultKind.MALFORMED],
)
async def test_an_unknown_outcome_goes_to_a_person_and_is_never_sent_again(
    home: Home, fault: FaultKind
) -> None:
    survivor_id = await home.survivor()
    prompt_id = await home.request(survivor_id)
    home.goes_wrong(Plan(faults=(Fault(fault),), callbacks=Callbacks.OFF))
    await home.send()
    assert (await home.only_prompt(survivor_id)).state == MessageState.UNCONFIRMED
    assert await home.open_tasks() == [("prompt_unconfirmed", prompt_id)]
    await home.sweep()
    assert await home.send() == 0
    assert len(home.arrived()) == fault.takes_the_message


async def test_a_late_callback_proves_that_it_was_taken_and_closes_the_task(home: Home) -> None:
    survivor_id, now = await home.survivor(), await home.now()
    await home.plan(survivor_id, now)
    await home.schedule()
    home.goes_wrong(Plan(faults=(Fault(FaultKind.ERROR_AFTER),), callback_delay_seconds=0.5))
    await home.send()
    assert (await home.only_prompt(survivor_id)).state == MessageState.UNCONFIRMED
    assert len(await home.open_tasks()) == 1
    await until(lambda: delivered(home, survivor_id))
    assert await home.open_tasks() == []
    (row,) = await home.rows("SELECT state FROM planned_contacts WHERE provider_id = $1")
    assert row["state"] == "done"


async def test_a_callback_that_overtakes_the_answer_changes_nothing(home: Home) -> None:
    survivor_id = await home.survivor()
    await home.request(survivor_id)
    home.goes_wrong(Plan(faults=(Fault(FaultKind.SLOW, seconds=0.3),)))
    await home.send()
    await until(lambda: delivered(home, survivor_id))
    assert len(home.arrived()) == 1
    assert await home.open_tasks() == []


async def test_a_stop_at_the_gateway_is_learnt(home: Home) -> None:
    survivor_id = await home.survivor()
    await home.request(survivor_id)
    home.street.handset.phones.write(
        phone="+447700900123", sender=home.provider.survivors_number, body="STOP"
    )
    await home.send()
    prompt = await home.only_prompt(survivor_id)
    assert prompt.state == MessageState.FAILED
    assert [kind for kind, _ in await home.open_tasks()] == ["opted_out"]
    with pytest.raises(Conflict, match="stopped our texts"):
        await home.request(survivor_id)


async def test_a_number_that_the_gateway_does_not_know_is_frozen(home: Home) -> None:
    survivor_id = await home.survivor()
    prompt_id = await home.request(survivor_id)
    home.goes_wrong(Plan(faults=(Fault(FaultKind.REFUSE, code=21211),)))
    await home.send()
    assert await home.open_tasks() == [("prompt_failed", prompt_id)]
    with pytest.raises(Conflict, match="by voice"):
        await home.request(survivor_id)
    assert home.arrived() == []


async def test_a_lost_sender_leaves_it_to_a_person(home: Home) -> None:
    survivor_id = await home.survivor()
    prompt_id = await home.request(survivor_id)
    await home.change(
        """UPDATE outgoing_messages SET state = 'sending', lease_token = id,
                              lease_until = due_at - interval '1 second'
           WHERE provider_id = $1 AND recipient_kind = 'survivor'"""
    )
    assert await home.send() == 0
    await home.sweep()
    assert (await home.only_prompt(survivor_id)).state == MessageState.UNCONFIRMED
    assert await home.open_tasks() == [("prompt_unconfirmed", prompt_id)]
