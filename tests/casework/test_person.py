"""Somebody's page: how safe contact is, why no text goes out, what is next, and the timeline."""

from datetime import timedelta
from uuid import UUID

import pytest

from outcomes.assessments.instruments import shipped_instruments
from outcomes.assessments.models import AssessmentStage, NewOutcomeAssessment
from outcomes.casework import service
from outcomes.casework.models import Entry, EntryKind
from outcomes.check_ins import service as check_ins
from outcomes.check_ins.models import (
    ActivityChange,
    ActivityKind,
    NewActivity,
    NewCheckIn,
    NewDropIn,
    Wellbeing,
)
from outcomes.disengagement import service as disengagement
from outcomes.disengagement.models import FlagResolution, Resolution
from outcomes.disengagement.rules import DEFAULT_LADDER
from outcomes.errors import Invalid, NotFound
from outcomes.local.embedded.servers import Servers
from outcomes.pathways.models import NewReview, ReviewDecision
from outcomes.pathways.reviews import service as reviews
from outcomes.platform.access.caseload import authorise
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import SafeHours
from outcomes.prompts import service as prompts
from outcomes.prompts.gate import wordings
from outcomes.prompts.wordings.wording import Purpose as WordingPurpose
from outcomes.survivors.labels import NOT_SAFE
from outcomes.survivors.models import NotSafe, Purpose, SafeContactProfile
from tests.casework.factories import enrolled, miss, talk, worry
from tests.support import (
    Browser,
    Product,
    Provider,
    make_provider,
    make_survivor,
    make_worker,
    new_key,
    running_app,
    session_token,
)
from tests.wire import watched


async def test_the_page_says_why_no_text_goes_out(product: Product) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    await _accept_wordings(product, provider)
    anybody = await make_survivor(product, worker, phone="07700 900301")
    closed = await make_survivor(
        product,
        worker,
        phone="07700 900302",
        profile=SafeContactProfile(hours=SafeHours(), may_call=True, may_text=True),
    )
    silent = await make_survivor(product, worker, phone="07700 900303", consents=(Purpose.CALL,))
    said = {
        survivor_id: (
            await service.get_person(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
        ).why_no_texts
        for survivor_id in (anybody, closed, silent)
    }
    assert said == {
        anybody: None,
        closed: NOT_SAFE[NotSafe.OUTSIDE_HOURS],
        silent: NOT_SAFE[NotSafe.NO_CONSENT],
    }


async def test_the_page_says_when_to_try_again_until_they_are_reached(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await enrolled(product, worker)
    assert (
        await service.get_person(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    ).next_try is None
    await miss(product, worker, survivor_id)
    missed = (
        await service.get_person(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    ).next_try
    assert missed is not None
    assert missed.tries == 1
    await talk(product, worker, survivor_id)
    assert (
        await service.get_person(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    ).next_try is None


async def test_what_is_next_comes_in_order(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    person = await service.get_person(
        product.db, worker, await enrolled(product, worker), ladder=DEFAULT_LADDER
    )
    days = [one.held_on for one in person.upcoming]
    assert len(days) == 5
    assert days == sorted(days)
    assert {one.series for one in person.upcoming} >= {"call", "prompt"}


async def test_every_kind_of_event_is_on_the_timeline_newest_first(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await _a_full_life(product, worker)
    timeline = await service.get_timeline(product.db, worker, survivor_id, cursor=None, limit=100)
    kinds = {entry.kind for entry in timeline.items}
    elsewhere = {EntryKind.PROMPT, EntryKind.REPLY, EntryKind.NEEDS, EntryKind.ENDED}
    assert kinds == set(EntryKind) - elsewhere
    moments = [entry.at for entry in timeline.items]
    assert moments == sorted(moments, reverse=True)
    texts = {entry.kind: entry.text for entry in timeline.items if entry.text}
    assert texts[EntryKind.CHECK_IN] == {"wellbeing": "mixed", "worry": "Rent", "note": "Tea"}
    assert texts[EntryKind.REVIEW] == {"what_changed": "A new flat", "goals": "Unpack"}
    assert texts[EntryKind.FLAG] == {"note": "Whispered"}
    assert texts[EntryKind.RESOLUTION] == {"how": "Saw them", "by_whom": "Me"}
    [assessed] = [one for one in timeline.items if one.kind is EntryKind.OUTCOMES]
    assert (assessed.code, assessed.score, assessed.whole_day) == ("entry", None, True)


async def test_pages_of_the_timeline_hold_everything_once(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await _a_full_life(product, worker)
    whole = await service.get_timeline(product.db, worker, survivor_id, cursor=None, limit=100)
    pieces: list[Entry] = []
    cursor = None
    while True:
        page = await service.get_timeline(product.db, worker, survivor_id, cursor=cursor, limit=3)
        pieces += page.items
        cursor = page.next
        if cursor is None:
            break
    assert pieces == list(whole.items)


@pytest.mark.parametrize("cursor", ["x", "2026-01-01T00:00:00_", "2026-01-01T00:00:00_x", "_"])
async def test_another_cursor_is_refused(product: Product, cursor: str) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    with pytest.raises(Invalid):
        await service.get_timeline(product.db, worker, survivor_id, cursor=cursor, limit=3)


async def test_outside_the_caseload_nothing_is_found(product: Product) -> None:
    provider = await make_provider(product)
    worker, colleague = await make_worker(product, provider), await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker)
    for verb in (
        service.get_person(product.db, colleague, survivor_id, ladder=DEFAULT_LADDER),
        service.get_timeline(product.db, colleague, survivor_id, cursor=None, limit=5),
    ):
        with pytest.raises(NotFound):
            await verb


async def test_a_timeline_takes_three_statements_and_is_audited_in_the_last(
    product: Product, servers: Servers
) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await _a_full_life(product, worker)
    token = await session_token(product, worker)
    log, superuser = servers.context.log("postgres"), servers.postgres.superuser_url
    async with (
        watched(log, superuser, product.settings.database) as wire,
        running_app(product) as app,
    ):
        browser = Browser(app, token, product.ring.installation.csrf(token))
        path = f"/api/v1/survivors/{survivor_id}/timeline"
        assert (await browser.get(path)).status_code == 200
        wire.mark()
        answer = await browser.get(path)
        seen = [one for one in await wire.since_mark() if not one.opens_or_closes]
    assert answer.status_code == 200
    assert len(answer.json()["items"]) == 13
    assert [one.role for one in seen] == [
        product.settings.database.auth_role,
        product.settings.database.app_role,
        product.settings.database.app_role,
    ]
    assert "INSERT INTO audit_events" in seen[2].sql
    assert "timeline.viewed" in seen[2].parameters


async def test_a_task_is_finished_by_whoever_may_open_the_survivor(product: Product) -> None:
    provider = await make_provider(product)
    worker, colleague = await make_worker(product, provider), await make_worker(product, provider)
    survivor_id = await make_survivor(product, worker)
    await talk(product, worker, survivor_id, NewCheckIn(Wellbeing.FINE, duress=True))
    [task] = (
        await service.get_person(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    ).tasks
    with pytest.raises(NotFound):
        await service.finish_task(product.db, colleague, task.id)
    await service.finish_task(product.db, worker, task.id)
    assert (
        await service.get_person(product.db, worker, survivor_id, ladder=DEFAULT_LADDER)
    ).tasks == ()
    with pytest.raises(NotFound):
        await service.finish_task(product.db, worker, task.id)


async def test_a_flag_cannot_be_finished_as_a_task(product: Product) -> None:
    provider = await make_provider(product)
    worker = await make_worker(product, provider)
    await worry(product, worker, await make_survivor(product, worker))
    [task] = (await service.get_team(product.db, provider.lead, ladder=DEFAULT_LADDER)).tasks
    assert task.subject_kind == "flag"
    with pytest.raises(NotFound):
        await service.finish_task(product.db, provider.lead, task.id)


async def _accept_wordings(product: Product, provider: Provider) -> None:
    for wording in wordings():
        if wording.purpose is WordingPurpose.PROMPT:
            await prompts.accept_wording(product.db, provider.admin, wording.code, wording.version)


async def _a_full_life(product: Product, worker: Caller) -> UUID:
    """Somebody with one of almost everything; what the gateway and needs add is tested there."""
    db = product.db
    survivor_id = await enrolled(product, worker)
    async with db.transaction(worker) as tx:
        today = (await authorise(tx, survivor_id)).now.date()
    await miss(product, worker, survivor_id)
    said = NewCheckIn(Wellbeing.MIXED, worry="Rent", note="Tea")
    await talk(product, worker, survivor_id, said)
    review = NewReview(what_changed="A new flat", goals="Unpack", decision=ReviewDecision.CONTINUE)
    await reviews.complete_review(db, worker, survivor_id, new_key(worker, review), review)
    drop_in = NewDropIn(today - timedelta(days=3))
    await check_ins.record_drop_in(db, worker, survivor_id, new_key(worker, drop_in), drop_in)
    activity = NewActivity(ActivityKind.WORK, ActivityChange.STARTED, today - timedelta(days=9))
    await check_ins.record_activity(db, worker, survivor_id, new_key(worker, activity), activity)
    outcomes = NewOutcomeAssessment(
        instrument="six-domains",
        version="1.0",
        stage=AssessmentStage.ENTRY,
        assessed_on=today - timedelta(days=30),
        answers={"safe_home": 2},
    )
    await reviews.record_follow_up(
        db,
        worker,
        survivor_id,
        new_key(worker, outcomes),
        outcomes,
        instruments=shipped_instruments(),
    )
    flag_id = await worry(product, worker, survivor_id)
    resolved = FlagResolution(
        resolution=Resolution.SAFE_AND_IN_TOUCH,
        how="Saw them",
        by_whom="Me",
        ascertained_on=today - timedelta(days=1),
    )
    await disengagement.resolve_flag(
        db, worker, survivor_id, flag_id, new_key(worker, resolved), resolved
    )
    return survivor_id
