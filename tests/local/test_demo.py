"""The demo: made once, alive, and with nobody real in it."""

import re

import asyncpg
import pytest

from outcomes.assessments import service as assessments
from outcomes.assessments.instruments import shipped_instruments
from outcomes.casework import service as casework
from outcomes.casework.models import Person
from outcomes.casework.people import service as people
from outcomes.disengagement.rules import DEFAULT_LADDER
from outcomes.errors import SettingsError
from outcomes.local.demo.people import load_people
from outcomes.local.demo.seed import seed
from outcomes.platform.access.models import Caller
from outcomes.platform.access.passwords import Passwords
from outcomes.platform.access.sessions import sign_in
from outcomes.survivors import service as survivors
from outcomes.survivors.labels import NOT_SAFE
from outcomes.survivors.models import NotSafe
from tests.support import Product

NAMES = ("admin", "lead", "worker", "worker2", "analyst")


async def test_the_demo_is_made_once_and_everybody_can_sign_in(
    product: Product, superuser_url: str
) -> None:
    passwords = {await _seeded(product) for _ in range(2)}
    [password] = passwords
    file = product.settings.keys / "demo-password"
    assert (file.read_text(), file.stat().st_mode & 0o777) == (password, 0o400)
    for name in NAMES:
        await _signed_in(product, name)
    conn = await asyncpg.connect(superuser_url)
    worker = await _signed_in(product, "worker")
    count = await conn.fetchval(
        "SELECT count(*) FROM survivors WHERE provider_id = $1", worker.provider_id
    )
    await conn.close()
    assert count == len(load_people()) == 12


async def test_half_a_demo_is_not_taken_for_one(product: Product) -> None:
    await _seeded(product)
    unfinished = product.settings.keys / "demo-unfinished"
    assert not unfinished.exists()
    unfinished.touch()
    try:
        with pytest.raises(SettingsError):
            await _seeded(product)
    finally:
        unfinished.unlink()


async def test_one_person_may_be_texted_now_and_one_page_says_that_it_is_not_the_hour(
    product: Product,
) -> None:
    await _seeded(product)
    people = await _people(product, "worker")
    why = {person.summary.name: person.why_no_texts for person in people}
    assert why["Ana Example"] is None
    assert why["Binh Example"] == NOT_SAFE[NotSafe.OUTSIDE_HOURS]
    assert why["Grace Example"] is not None


async def test_there_is_something_to_see(product: Product) -> None:
    await _seeded(product)
    worker, lead = await _signed_in(product, "worker"), await _signed_in(product, "lead")
    today = await casework.get_today(product.db, worker)
    assert [group.title for group in today.groups][:2] == ["Safety first", "Overdue"]
    team = await casework.get_team(product.db, lead, ladder=DEFAULT_LADDER)
    assert len(team.flags) == 1
    assert {task.kind for task in team.tasks} == {"disengagement", "urgent_need"}
    [ana] = [p for p in await _people(product, "worker") if p.summary.name == "Ana Example"]
    assert len(ana.timeline.items) > 30
    progress = await assessments.get_progress(
        product.db, worker, ana.summary.survivor_id, instruments=shipped_instruments()
    )
    assert progress.outcomes is not None
    overall = progress.outcomes.overall
    assert overall.latest is not None
    assert overall.baseline is not None
    assert overall.latest > overall.baseline


async def test_every_number_is_kept_for_drama(product: Product) -> None:
    await _seeded(product)
    for name in ("worker", "worker2"):
        worker = await _signed_in(product, name)
        for person in await _people(product, name):
            number = await survivors.show_number(product.db, worker, person.summary.survivor_id)
            assert number is None or re.fullmatch(r"\+447700900\d{3}", number)
            assert person.summary.name.endswith(" Example")


async def _seeded(product: Product) -> str:
    database = product.settings.database
    return await seed(database.app, database.auth, product.settings.keys, product.clock)


async def _signed_in(product: Product, name: str) -> Caller:
    token = await sign_in(
        product.db, product.scopes, Passwords(), name=name, password=await _seeded(product)
    )
    caller = await product.scopes.session(token)
    assert caller is not None
    return caller


async def _people(product: Product, name: str) -> list[Person]:
    worker = await _signed_in(product, name)
    listed = await people.list_people(product.db, worker)
    return [
        await casework.get_person(product.db, worker, one.id, ladder=DEFAULT_LADDER)
        for one in listed
    ]
