"""A retry that is no longer wanted: what it was to repeat arrived after all."""

from secrets import token_hex

from outcomes.messaging.lifecycle import GatewayStatus, MessageState
from outcomes.prompts.models import Prompt
from tests.prompts.installation import Tenant
from tests.prompts.test_statuses import in_state, tell, update


async def test_a_late_delivery_cancels_the_retry(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    token, sid = await in_state(tenant, survivor_id, "sending"), f"SM{token_hex(16)}"
    await tell(tenant, token, update(GatewayStatus.UNDELIVERED, sid, 30003))
    await tell(tenant, token, update(GatewayStatus.DELIVERED, sid))
    _assert_retry_cancelled(await tenant.prompts(survivor_id))


async def test_an_answer_cancels_the_retry(tenant: Tenant) -> None:
    survivor_id = await tenant.survivor()
    token, sid = await in_state(tenant, survivor_id, "sending"), f"SM{token_hex(16)}"
    await tell(tenant, token, update(GatewayStatus.UNDELIVERED, sid, 30003))
    await tenant.writes("1")
    await tenant.read()
    _assert_retry_cancelled(await tenant.prompts(survivor_id))


def _assert_retry_cancelled(prompts: list[Prompt]) -> None:
    retry, first = prompts
    assert (retry.retry_of, retry.state, retry.reason) == (
        first.id,
        MessageState.CANCELLED,
        "arrived_after_all",
    )
    assert first.state == MessageState.UNDELIVERED
