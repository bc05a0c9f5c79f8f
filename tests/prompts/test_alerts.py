"""Waking whoever is on call: content-free, from the staff number, at most twice, and never a survivor's."""

import pytest

from outcomes.errors import Invalid
from outcomes.local.handset.faults import Callbacks, Fault, FaultKind, Plan
from outcomes.platform.access.models import Role
from outcomes.prompts import service as prompts
from outcomes.providers.accounts import service as accounts
from outcomes.providers.models import AccountRole
from outcomes.tasks import service as tasks
from tests.prompts.street import Home, until
from tests.support import make_account, recently_confirmed


async def states(home: Home) -> list[str]:
    rows = await home.rows(
        """SELECT m.state FROM staff_alerts a
           JOIN outgoing_messages m ON m.provider_id = a.provider_id AND m.id = a.id
           WHERE a.provider_id = $1 ORDER BY a.attempt"""
    )
    return [row["state"] for row in rows]


async def asks_for_help(home: Home) -> None:
    """Somebody texts words that a person has to read; the lead is on call."""
    await home.survivor()
    await home.writes("please read this")
    await home.read()


async def a_quarter_of_an_hour_later(home: Home) -> None:
    await home.change(
        """UPDATE outgoing_messages SET due_at = due_at - interval '15 minutes'
           WHERE provider_id = $1 AND recipient_kind = 'account' AND state = 'scheduled'"""
    )


async def test_one_alert_now_one_in_a_quarter_of_an_hour_and_no_more(home: Home) -> None:
    await asks_for_help(home)
    assert await home.send_alerts() == 1
    assert await home.send_alerts() == 0

    async def told(expected: list[str]) -> bool:
        return await states(home) == expected

    await until(lambda: told(["delivered", "scheduled"]))
    await a_quarter_of_an_hour_later(home)
    assert await home.send_alerts() == 1
    await until(lambda: told(["delivered", "delivered"]))
    await a_quarter_of_an_hour_later(home)
    assert await home.send_alerts() == 0
    assert [(t.phone, t.sender, t.body) for t in home.arrived()] == [
        ("+447700900900", home.provider.staff_number, "Please open your list")
    ] * 2


async def test_nobody_who_left_is_woken_and_whoever_is_on_call_next_is(home: Home) -> None:
    product, provider = home.street.product, home.provider
    await asks_for_help(home)
    await accounts.disable_account(
        product.db, product.scopes, provider.admin, provider.lead.actor.account
    )
    await home.send_alerts()
    assert home.arrived() == []
    await tasks.put_on_call(product.db, provider.admin, home.worker.actor.account, "07700 900902")
    assert await home.send_alerts() == 1
    assert [text.phone for text in home.arrived()] == ["+447700900902"]


async def test_what_came_while_nobody_was_on_call_wakes_whoever_is_next_once(home: Home) -> None:
    product, provider = home.street.product, home.provider
    await accounts.disable_account(
        product.db, product.scopes, provider.admin, provider.lead.actor.account
    )
    await asks_for_help(home)
    await home.writes("and this")
    await home.read()
    assert await home.send_alerts() == 0
    await tasks.put_on_call(product.db, provider.admin, home.worker.actor.account, "07700 900902")
    assert await home.send_alerts() == 1
    assert [text.phone for text in home.arrived()] == ["+447700900902"]
    await a_quarter_of_an_hour_later(home)
    assert await home.send_alerts() == 1


async def test_only_whoever_can_read_the_inbox_is_on_call(home: Home) -> None:
    product, provider = home.street.product, home.provider
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


async def test_what_was_seen_to_wakes_nobody(home: Home) -> None:
    await asks_for_help(home)
    (message,) = await home.inbox()
    await prompts.handle_message(home.street.product.db, home.worker, message.id)
    assert await home.send_alerts() == 0
    assert await states(home) == ["cancelled", "cancelled"]


async def test_an_alert_that_may_have_gone_out_is_not_sent_again(home: Home) -> None:
    await asks_for_help(home)
    home.goes_wrong(Plan(faults=(Fault(FaultKind.ERROR_AFTER),), callbacks=Callbacks.OFF))
    await home.send_alerts()
    assert await states(home) == ["unconfirmed", "scheduled"]
    assert await home.send_alerts() == 0
    assert len(home.arrived()) == 1


async def test_a_busy_gateway_delays_an_alert_by_seconds(home: Home) -> None:
    await asks_for_help(home)
    home.goes_wrong(Plan(faults=(Fault(FaultKind.TOO_MANY),)))
    await home.send_alerts()
    assert await states(home) == ["scheduled", "scheduled"]
    await home.change(
        """UPDATE outgoing_messages SET try_at = try_at - interval '1 minute'
           WHERE provider_id = $1 AND recipient_kind = 'account'"""
    )
    await home.send_alerts()
    assert len(home.arrived()) == 1


async def test_a_lost_sender_leaves_the_alert_unconfirmed(home: Home) -> None:
    await asks_for_help(home)
    await home.change(
        """UPDATE outgoing_messages SET state = 'sending', lease_token = id,
               lease_until = due_at - interval '1 minute'
           WHERE provider_id = $1 AND id = (SELECT id FROM staff_alerts
                                            WHERE provider_id = $1 AND attempt = 1)"""
    )
    await home.sweep_alerts()
    assert await states(home) == ["unconfirmed", "scheduled"]
    assert await home.send_alerts() == 0
