"""Team: loads, tasks, flags, and cover inside the team."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from outcomes.casework import service
from outcomes.casework.models import CoverForm
from outcomes.disengagement.rules import DEFAULT_LADDER
from outcomes.errors import Invalid, NotFound
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Role
from outcomes.providers.accounts import service as accounts
from outcomes.survivors import service as survivors
from tests.casework.factories import Later, enrolled, now, worry
from tests.support import (
    Product,
    make_account,
    make_provider,
    make_survivor,
    make_worker,
    new_key,
)


async def test_loads_count_people_due_and_overdue(product: Product) -> None:
    provider = await make_provider(product)
    busy, free = await make_worker(product, provider), await make_worker(product, provider)
    await enrolled(product, busy)
    await make_survivor(product, busy, phone=None)
    async with Later(product, days=20) as db:
        team = await service.get_team(db, provider.lead, ladder=DEFAULT_LADDER)
    loads = {load.account_id: load for load in team.loads}
    assert loads[busy.actor.account].survivors == 2
    assert loads[busy.actor.account].overdue >= 1
    assert (loads[free.actor.account].survivors, loads[free.actor.account].overdue) == (0, 0)


async def test_a_lead_sees_their_team_and_an_admin_all_but_opens_nobody(
    product: Product,
) -> None:
    provider = await make_provider(product)
    ours = await make_worker(product, provider)
    other_team = uuid4()
    await accounts.create_team(product.db, provider.admin, other_team, "Second team")
    theirs = await make_account(product, provider.admin, team_id=other_team)
    for worker in (ours, theirs):
        await worry(product, worker, await make_survivor(product, worker, phone=None))

    lead = await service.get_team(product.db, provider.lead, ladder=DEFAULT_LADDER)
    admin = await service.get_team(product.db, provider.admin, ladder=DEFAULT_LADDER)
    assert (len(lead.flags), len(lead.tasks), lead.may_open) == (1, 1, True)
    assert (len(admin.flags), len(admin.tasks), admin.may_open) == (2, 2, False)
    assert theirs.actor.account not in lead.workers
    assert lead.on_call == provider.lead.actor.account


async def test_who_covers_opens_the_caseload_for_those_days(product: Product) -> None:
    provider = await make_provider(product)
    away, stays = await make_worker(product, provider), await make_worker(product, provider)
    survivor_id = await make_survivor(product, away)
    with pytest.raises(NotFound):
        await survivors.get_survivor(product.db, stays, survivor_id)
    today = (await now(product, away)).date()
    await _cover(product, provider.lead, away, stays, today)
    await survivors.get_survivor(product.db, stays, survivor_id)
    [cover] = (await service.get_team(product.db, provider.lead, ladder=DEFAULT_LADDER)).covers
    assert (cover.absent_id, cover.cover_id) == (away.actor.account, stays.actor.account)


async def test_a_lead_arranges_nothing_for_another_team(product: Product) -> None:
    provider = await make_provider(product)
    ours = await make_worker(product, provider)
    other_team = uuid4()
    await accounts.create_team(product.db, provider.admin, other_team, "Second team")
    theirs = await make_account(product, provider.admin, team_id=other_team)
    stranger = await make_worker(product, await make_provider(product))
    analyst = await make_account(product, provider.admin, Role.ANALYST, team_id=provider.team_id)
    today = (await now(product, ours)).date()
    for away, stays in ((theirs, provider.lead), (ours, theirs), (stranger, ours)):
        with pytest.raises(NotFound):
            await _cover(product, provider.lead, away, stays, today)
    with pytest.raises(Invalid) as error:
        await _cover(product, provider.lead, ours, analyst, today)
    assert [problem.field for problem in error.value.problems] == ["cover_account_id"]
    await _cover(product, provider.admin, theirs, ours, today)


async def test_a_lead_without_a_team_covers_for_nobody_else_without_one(product: Product) -> None:
    provider = await make_provider(product)
    lead = await make_account(product, provider.admin, Role.TEAM_LEAD)
    alone = await make_account(product, provider.admin)
    today = (await now(product, lead)).date()
    with pytest.raises(NotFound):
        await _cover(product, lead, alone, lead, today)


async def _cover(
    product: Product, caller: Caller, away: Caller, stays: Caller, today: date
) -> None:
    new = CoverForm(
        absent_account_id=away.actor.account,
        cover_account_id=stays.actor.account,
        from_on=today - timedelta(days=1),
        until_on=today + timedelta(days=1),
    )
    await service.arrange_cover(product.db, caller, new_key(caller, new), new)
