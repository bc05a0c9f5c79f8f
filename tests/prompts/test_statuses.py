"""Status callbacks, late, doubled, out of order and contradictory; and what a failed delivery leads to."""

from datetime import timedelta
from secrets import token_hex
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outcomes.app import producers
from outcomes.local.handset.faults import Plan
from outcomes.messaging.gateways.callbacks import CallbackToken, new_callback_token
from outcomes.messaging.gateways.models import StatusUpdate
from outcomes.messaging.lifecycle import GatewayStatus, MessageState
from outcomes.messaging.statuses import service as statuses
from tests.prompts.installation import Tenant, until

FINAL = {"delivered": "delivered", "undelivered": "undelivered", "failed": "undelivered"}


async def in_state(tenant: Tenant, survivor_id: UUID, state: str) -> CallbackToken:
    """A new prompt, the only one, left in this state by a claim with the returned token."""
    prompt_id = await tenant.request(survivor_id)
    token = new_callback_token(tenant.caller)
    await tenant.change(
        """UPDATE outgoing_messages SET state = $3, callback_digest = $4,
               lease_token = CASE WHEN $3 = 'sending' THEN id END,
               lease_until = CASE WHEN $3 = 'sending' THEN expires_at END
           WHERE provider_id = $1 AND recipient_kind = 'survivor' AND id = $2""",
        prompt_id,
        state,
        token.digest,
    )
    return token


def update(status: GatewayStatus | None, sid: str, code: int | None = None) -> StatusUpdate:
    return StatusUpdate(
        message_sid=sid,
        from_="+447700900001",
        to="+447700900123",
        status=status,
        error_code=code,
        signature_digest=b"",
    )


async def tell(tenant: Tenant, token: CallbackToken, *updates: StatusUpdate) -> None:
    for one in updates:
        known = await statuses.record_status(
            tenant.installation.product.db, tenant.caller, producers(), token.token, one
        )
        assert known


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    before=st.sampled_from(["sending", "unconfirmed", "accepted"]),
    told=st.lists(st.sampled_from([*GatewayStatus, None]), min_size=1, max_size=7),
)
async def test_any_order_ends_in_the_first_final_word_and_keeps_every_event(
    tenant: Tenant, before: str, told: list[GatewayStatus | None]
) -> None:
    survivor_id = await tenant.survivor()
    token, sid = await in_state(tenant, survivor_id, before), f"SM{token_hex(16)}"
    await tell(tenant, token, *(update(status, sid) for status in told))
    words = [str(status) for status in told if status is not None]
    final = [FINAL[word] for word in words if word in FINAL]
    expected = final[0] if final else ("accepted" if words else before)
    (prompt,) = await tenant.prompts(survivor_id)
    assert prompt.state == expected
    events = await tenant.rows(
        "SELECT count(*) FROM message_statuses WHERE provider_id = $1 AND message_id = $2",
        prompt.id,
    )
    assert events[0]["count"] == len(told)
    failed = [task for task in await tenant.open_tasks() if task[1] == prompt.id]
    assert [kind for kind, _ in failed] == (["prompt_failed"] if expected == "undelivered" else [])
    await tenant.change(
        """UPDATE contact_methods SET retired_at = recorded_at
           WHERE provider_id = $1 AND survivor_id = $2""",
        survivor_id,
    )


async def test_evidence_closes_the_task_about_an_unconfirmed_prompt(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    await tenant.request(survivor_id)
    await tenant.change(
        """UPDATE outgoing_messages SET state = 'sending', lease_token = id, lease_until = due_at
           WHERE provider_id = $1 AND recipient_kind = 'survivor'"""
    )
    token = new_callback_token(tenant.caller)
    await tenant.change(
        """UPDATE outgoing_messages SET callback_digest = $2
           WHERE provider_id = $1 AND recipient_kind = 'survivor'""",
        token.digest,
    )
    await tenant.sweep()
    assert [kind for kind, _ in await tenant.open_tasks()] == ["prompt_unconfirmed"]
    await tell(tenant, token, update(GatewayStatus.SENT, f"SM{token_hex(16)}"))
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.ACCEPTED
    assert await tenant.open_tasks() == []


async def test_a_word_about_another_message_changes_nothing(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    token = await in_state(tenant, survivor_id, "sending")
    await tell(tenant, token, update(GatewayStatus.SENT, "SM" + "a" * 32))
    await tell(tenant, token, update(GatewayStatus.FAILED, "SM" + "b" * 32))
    assert (await tenant.only_prompt(survivor_id)).state == MessageState.ACCEPTED


async def test_a_phone_that_is_off_is_tried_three_times_more_and_then_a_person_looks(
    tenant: Tenant,
) -> None:
    survivor_id = await tenant.survivor()
    await tenant.request(survivor_id)
    tenant.goes_wrong(Plan(statuses=("sent", "undelivered"), error_code=30003))
    for number in (1, 2, 3, 4):
        assert await tenant.send() == 1

        async def undelivered(expected: int = number) -> bool:
            states = [prompt.state for prompt in await tenant.prompts(survivor_id)]
            return states.count(MessageState.UNDELIVERED) == expected

        await until(undelivered)
        await tenant.change(
            """UPDATE outgoing_messages SET due_at = due_at - interval '30 minutes'
               WHERE provider_id = $1 AND recipient_kind = 'survivor' AND state = 'scheduled'"""
        )
    assert await tenant.send() == 0
    chain = await tenant.prompts(survivor_id)
    assert len(chain) == len(tenant.arrived()) == 4
    assert sum(prompt.retry_of is not None for prompt in chain) == 3
    assert [kind for kind, _ in await tenant.open_tasks()] == ["prompt_failed"]


async def test_a_retry_waits_half_an_hour_and_passes_the_gate(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    token = await in_state(tenant, survivor_id, "sending")
    await tell(tenant, token, update(GatewayStatus.UNDELIVERED, "SM" + "a" * 32, 30003))
    retry = (await tenant.prompts(survivor_id))[0]
    assert (retry.state, retry.retry_of is not None) == (MessageState.SCHEDULED, True)
    waits = retry.due_at - await tenant.now()
    assert timedelta(minutes=29) < waits <= timedelta(minutes=30)
    await tenant.change(
        """UPDATE contact_methods SET frozen_at = $2, frozen_reason = 'no_delivery'
           WHERE provider_id = $1""",
        retry.due_at,
    )
    await tenant.change(
        """UPDATE outgoing_messages SET due_at = due_at - interval '31 minutes'
           WHERE provider_id = $1 AND recipient_kind = 'survivor' AND state = 'scheduled'"""
    )
    assert await tenant.send() == 1
    assert [p.reason for p in await tenant.prompts(survivor_id) if p.retry_of] == ["number_frozen"]


@pytest.mark.parametrize(
    ("code", "frozen", "task"),
    [
        (30005, True, "prompt_failed"),
        (30006, False, "prompt_failed"),
        (30007, False, "prompt_failed"),
        (21610, False, "opted_out"),
    ],
)
async def test_a_final_failure_is_acted_on_by_its_class(
    tenant: Tenant, code: int, frozen: bool, task: str
) -> None:
    survivor_id = await tenant.survivor()
    token = await in_state(tenant, survivor_id, "accepted")
    await tell(tenant, token, update(GatewayStatus.UNDELIVERED, "SM" + "a" * 32, code))
    assert [kind for kind, _ in await tenant.open_tasks()] == [task]
    (method,) = await tenant.rows("""SELECT frozen_reason FROM contact_methods
                                   WHERE provider_id = $1""")
    assert (method["frozen_reason"] == "unknown_to_gateway") is frozen
