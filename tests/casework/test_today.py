"""Today: everything due with one's people, the most urgent first, and nobody else's."""

from datetime import date, timedelta

from outcomes.casework import service
from outcomes.casework.models import ReasonKind, Urgency
from outcomes.check_ins.models import NewCheckIn, Wellbeing
from outcomes.local.embedded.servers import Servers
from outcomes.platform.calendar import SafeHours
from outcomes.survivors.models import SafeContactProfile
from tests.casework.factories import Later, enrolled, miss, now, talk, worry
from tests.support import Product, make_provider, make_survivor, make_worker
from tests.wire import watched

UTC_ALL_YEAR = "Africa/Accra"


def _agreed(day: date) -> NewCheckIn:
    return NewCheckIn(Wellbeing.FINE, next_contact_on=day)


async def test_an_empty_caseload_has_an_empty_today(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    assert (await service.get_today(product.db, worker)).groups == ()


async def test_flags_come_first_then_overdue_then_due(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    flagged = await enrolled(product, worker, phone="07700 900201")
    late = await enrolled(product, worker, phone="07700 900202")
    today = (await now(product, worker)).date()
    due = await make_survivor(product, worker, phone="07700 900203", zone=UTC_ALL_YEAR)
    await talk(product, worker, due, _agreed(today + timedelta(days=40)))
    await worry(product, worker, flagged)

    async with Later(product, days=40) as db:
        shown = await service.get_today(db, worker)
    titles = [group.title for group in shown.groups]
    order = [line.survivor_id for line in shown.lines]
    assert titles == ["Safety first", "Overdue", "Due today"]
    assert order == [flagged, late, due]
    assert shown.lines[0].reasons[0].kind is ReasonKind.FLAG
    assert shown.lines[1].planned_call_id == next(
        reason.subject_id for reason in shown.lines[1].reasons if reason.code == "call"
    )
    assert [reason.code for reason in shown.lines[2].reasons] == ["agreed"]


async def test_an_agreed_day_stands_until_the_next_contact(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker, zone=UTC_ALL_YEAR)
    today = (await now(product, worker)).date()
    await talk(
        product,
        worker,
        survivor_id,
        _agreed(today + timedelta(days=2)),
    )
    assert (await service.get_today(product.db, worker)).groups == ()
    async with Later(product, days=5) as db:
        [line] = (await service.get_today(db, worker)).lines
    assert (line.urgency, line.reasons[0].kind) == (Urgency.OVERDUE, ReasonKind.AGREED)
    await miss(product, worker, survivor_id)
    async with Later(product, days=5) as db:
        assert len((await service.get_today(db, worker)).lines) == 1
    await talk(product, worker, survivor_id)
    async with Later(product, days=5) as db:
        assert (await service.get_today(db, worker)).groups == ()


async def test_a_correction_removes_the_agreed_day(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker, zone=UTC_ALL_YEAR)
    today = (await now(product, worker)).date()
    wrong = await talk(product, worker, survivor_id, _agreed(today))
    assert len((await service.get_today(product.db, worker)).lines) == 1
    await talk(product, worker, survivor_id, NewCheckIn(Wellbeing.FINE, corrects_id=wrong))
    assert (await service.get_today(product.db, worker)).groups == ()


async def test_a_worker_sees_their_own_and_a_lead_the_team_by_worker(product: Product) -> None:
    provider = await make_provider(product)
    ann, ben = await make_worker(product, provider), await make_worker(product, provider)
    hers, his = await make_survivor(product, ann), await make_survivor(product, ben)
    await worry(product, ann, hers)
    await worry(product, ben, his)
    stranger = await make_worker(product, await make_provider(product))

    assert [one.survivor_id for one in (await service.get_today(product.db, ann)).lines] == [hers]
    assert (await service.get_today(product.db, stranger)).lines == ()
    team = await service.get_today(product.db, provider.lead)
    assert {line.survivor_id for line in team.lines} == {hers, his}
    assert [len(group.lines) for group in team.groups] == [1, 1]
    assert {line.worker_id for line in team.lines} == {ann.actor.account, ben.actor.account}


async def test_a_line_says_whether_a_call_is_safe_now(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    never = SafeContactProfile(hours=SafeHours(), may_call=True)
    closed = await make_survivor(product, worker, profile=never, language="sq")
    await worry(product, worker, closed)
    [line] = (await service.get_today(product.db, worker)).lines
    assert (line.language, line.call.open, line.call.words) == ("Albanian", False, "not now")
    assert line.last_contact_at is None


async def test_the_number_of_statements_does_not_grow_with_the_list(
    product: Product, servers: Servers
) -> None:
    worker = await make_worker(product, await make_provider(product))
    counts = []
    log, superuser = servers.context.log("postgres"), servers.postgres.superuser_url
    for number in (1, 4):
        for _ in range(number):
            await worry(product, worker, await make_survivor(product, worker, phone=None))
        async with (
            watched(log, superuser, product.settings.database) as wire,
            Later(product, days=0) as db,
        ):
            wire.mark()
            shown = await service.get_today(db, worker)
            counts.append(len([one for one in await wire.since_mark() if not one.opens_or_closes]))
    assert len(shown.lines) == 5
    assert counts[0] == counts[1]
