"""Alerts to the person on call: without content, from the staff number, at most twice."""

import pytest

from outcomes.errors import Invalid
from outcomes.local.handset.faults import Callbacks, Fault, FaultKind, Plan
from outcomes.platform.access.roles import Role
from outcomes.prompts.inbox import service as inbox
from outcomes.providers.accounts import service as accounts
from outcomes.providers.models import AccountRole
from outcomes.tasks import service as tasks
from tests.prompts.installation import Tenant, until
from tests.support import make_account, recently_confirmed


async def states(tenant: Tenant) -> list[str]:
    rows = await tenant.rows(
        """SELECT m.state FROM staff_alerts a
           JOIN outgoing_messages m ON m.provider_id = a.provider_id AND m.id = a.id
           WHERE a.provider_id = $1 ORDER BY a.attempt"""
    )
    return [row["state"] for row in rows]


async def asks_for_help(tenant: Tenant) -> None:
    """Somebody texts words that a person has to read; the lead is on call."""
    await tenant.survivor()
    await tenant.writes("please read this")
    await tenant.read()


async def a_quarter_of_an_hour_later(tenant: Tenant) -> None:
    await tenant.change(
        """UPDATE outgoing_messages SET due_at = due_at - interval '15 minutes'
           WHERE provider_id = $1 AND recipient_kind = 'account' AND state = 'scheduled'"""
    )


async def test_one_alert_now_one_in_a_quarter_of_an_hour_and_no_more(tenant: Tenant) -> None:
    await asks_for_help(tenant)
    assert await tenant.send_alerts() == 1
    assert await tenant.send_alerts() == 0

    async def told(expected: list[str]) -> bool:
        return await states(tenant) == expected

    await until(lambda: told(["delivered", "scheduled"]))
    await a_quarter_of_an_hour_later(tenant)
    assert await tenant.send_alerts() == 1
    await until(lambda: told(["delivered", "delivered"]))
    await a_quarter_of_an_hour_later(tenant)
    assert await tenant.send_alerts() == 0
    assert [(t.phone, t.sender, t.body) for t in tenant.arrived()] == [
        ("+447700900900", tenant.provider.staff_number, "Please open your list")
    ] * 2


async def test_alerts_to_a_deactivated_account_go_to_the_next_on_call(tenant: Tenant) -> None:
    product, provider = tenant.installation.product, tenant.provider
    await asks_for_help(tenant)
    await accounts.disable_account(
        product.db, product.scopes, provider.admin, provider.lead.actor.account
    )
    await tenant.send_alerts()
    assert tenant.arrived() == []
    await tasks.put_on_call(product.db, provider.admin, tenant.worker.actor.account, "07700 900902")
    assert await tenant.send_alerts() == 1
    assert [text.phone for text in tenant.arrived()] == ["+447700900902"]


async def test_tasks_without_anybody_on_call_alert_the_next_person_once(
    tenant: Tenant,
) -> None:
    product, provider = tenant.installation.product, tenant.provider
    await accounts.disable_account(
        product.db, product.scopes, provider.admin, provider.lead.actor.account
    )
    await asks_for_help(tenant)
    await tenant.writes("and this")
    await tenant.read()
    assert await tenant.send_alerts() == 0
    await tasks.put_on_call(product.db, provider.admin, tenant.worker.actor.account, "07700 900902")
    assert await tenant.send_alerts() == 1
    assert [text.phone for text in tenant.arrived()] == ["+447700900902"]
    await a_quarter_of_an_hour_later(tenant)
    assert await tenant.send_alerts() == 1


async def test_only_whoever_can_read_the_inbox_is_on_call(tenant: Tenant) -> None:
    product, provider = tenant.installation.product, tenant.provider
    analyst = await make_account(product, provider.admin, Role.ANALYST, phone="07700 900903")
    for account in (analyst, provider.admin):
        with pytest.raises(Invalid):
            await tasks.put_on_call(
                product.db, provider.admin, account.actor.account, "07700 900903"
            )
    confirmed = await recently_confirmed(product, provider.admin)
    with pytest.raises(Invalid):
        await accounts.change_role(
            product.db, confirmed, provider.lead.actor.account, AccountRole(Role.ANALYST)
        )


async def test_a_resolved_task_alerts_nobody(tenant: Tenant) -> None:
    await asks_for_help(tenant)
    (message,) = await tenant.inbox()
    await inbox.handle_message(tenant.installation.product.db, tenant.worker, message.id)
    assert await tenant.send_alerts() == 0
    assert await states(tenant) == ["cancelled", "cancelled"]


async def test_an_alert_that_may_have_gone_out_is_not_sent_again(tenant: Tenant) -> None:
    await asks_for_help(tenant)
    tenant.goes_wrong(Plan(faults=(Fault(FaultKind.ERROR_AFTER),), callbacks=Callbacks.OFF))
    await tenant.send_alerts()
    assert await states(tenant) == ["unconfirmed", "scheduled"]
    assert await tenant.send_alerts() == 0
    assert len(tenant.arrived()) == 1


async def test_a_busy_gateway_delays_an_alert_by_seconds(tenant: Tenant) -> None:
    await asks_for_help(tenant)
    tenant.goes_wrong(Plan(faults=(Fault(FaultKind.TOO_MANY),)))
    await tenant.send_alerts()
    assert await states(tenant) == ["scheduled", "scheduled"]
    await tenant.change(
        """UPDATE outgoing_messages SET try_at = try_at - interval '1 minute'
           WHERE provider_id = $1 AND recipient_kind = 'account'"""
    )
    await tenant.send_alerts()
    assert len(tenant.arrived()) == 1


async def test_a_lost_sender_leaves_the_alert_unconfirmed(tenant: Tenant) -> None:
    await asks_for_help(tenant)
    await tenant.change(
        """UPDATE outgoing_messages SET state = 'sending', lease_token = id,
               lease_until = due_at - interval '1 minute'
           WHERE provider_id = $1 AND id = (SELECT id FROM staff_alerts
                                            WHERE provider_id = $1 AND attempt = 1)"""
    )
    await tenant.sweep_alerts()
    assert await states(tenant) == ["unconfirmed", "scheduled"]
    assert await tenant.send_alerts() == 0
