"""Somebody whose stored zone is not known: every page opens, and nobody texts or calls them."""

from datetime import timedelta

import asyncpg
import pytest
from litestar import Litestar

from outcomes.casework import service as casework
from outcomes.check_ins import service as check_ins
from outcomes.check_ins.models import NewAttempt, Reason
from outcomes.disengagement import service as disengagement
from outcomes.disengagement.rules import DEFAULT_LADDER
from outcomes.messaging.lifecycle import MessageState
from outcomes.pathways import service as pathways
from outcomes.pathways.models import NewPathway
from tests.attack.routes import list_routes
from tests.casework.factories import worry
from tests.prompts.installation import Tenant
from tests.support import new_key, running_app, signed_in


@pytest.mark.parametrize("zone", ["localtime", "posix/Europe/London", "Factory", "Mars/Base"])
async def test_an_unknown_zone_breaks_nothing(
    tenant: Tenant, superuser_url: str, zone: str
) -> None:
    product, db, worker = tenant.installation.product, tenant.installation.product.db, tenant.worker
    lost, sound = await tenant.survivor(), await tenant.survivor("07700 900124")
    for survivor_id in (lost, sound):
        new = NewPathway()
        await pathways.enrol(db, worker, survivor_id, new_key(worker, new), new)
        await tenant.request(survivor_id)
    missed = NewAttempt(reason=Reason.AT_WORK)
    await check_ins.log_attempt(db, worker, lost, new_key(worker, missed), missed)
    await worry(product, worker, lost)
    conn = await asyncpg.connect(superuser_url)
    await conn.execute("UPDATE survivors SET zone = $2 WHERE id = $1", lost, zone)
    await conn.close()

    await tenant.schedule()
    await tenant.send()
    await tenant.sweep()
    assert [text.phone for text in tenant.arrived()] == ["+447700900124"]
    prompts = await tenant.rows(
        """SELECT state, due_at FROM outgoing_messages
           WHERE provider_id = $1 AND recipient_kind = 'survivor' AND recipient_id = $2""",
        lost,
    )
    now = await tenant.now()
    assert {one["state"] for one in prompts if one["due_at"] <= now} == {MessageState.WITHHELD}
    later = now + timedelta(days=29)
    assert await pathways.refresh_plans(db, tenant.caller, later) == 2
    assert await disengagement.raise_due_flags(db, tenant.caller, later, ladder=DEFAULT_LADDER) >= 1

    lines = {line.survivor_id: line for line in (await casework.get_today(db, worker)).lines}
    assert not lines[lost].call.open
    assert "time zone is not known" in lines[lost].call.words
    assert lines[sound].call.open is True
    async with running_app(product) as app:
        await _every_page(tenant, app, lost)


async def _every_page(tenant: Tenant, app: Litestar, survivor_id: object) -> None:
    """Each address that is read, with this person's id, as their worker and as the lead."""
    for caller in (tenant.worker, tenant.provider.lead):
        browser = await signed_in(tenant.installation.product, app, caller)
        for route in list_routes(app):
            if route.method == "GET":
                answer = await browser.get(route.address(survivor_id=survivor_id))
                assert answer.status_code < 500, route
        person = await browser.get(f"/people/{survivor_id}")
        assert "Time zone not known" in person.text
        assert "corrected" in person.text
        for path in ("/", "/team", "/api/v1/planned-contacts", f"/people/{survivor_id}/schedule"):
            assert (await browser.get(path)).status_code in {200, 303, 403}, path
