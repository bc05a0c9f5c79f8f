"""Two years of planned contacts for 10,000 people by the worker's own planning, against COPY.

The floor is COPY by a superuser into a twin with the same columns, primary key and indexes, and
without anything that protects: foreign keys, checks, row-level security. Both grow side by side.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import pairwise
from time import perf_counter

import asyncpg
import pytest

from outcomes.pathways import service as pathways
from outcomes.pathways import store
from outcomes.pathways.schedule import store as plan_store
from outcomes.pathways.schedule.planning import Basis, Slot, occurrences, slot
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import UkPart, local_date
from outcomes.platform.db import Database
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes_migrations.tenancy import OWN_ROW
from tests.bench.figures import say, say_figure, say_rates, say_ratio
from tests.bench.people import Person, enrol, people
from tests.moment import CLOCK
from tests.support import Product, make_provider

AIM = 0.33
PEOPLE, ROUNDS = 10_000, 5
PEOPLE_FOR_LAYERS = 900
STAGES = ("by INSERT, as the application", "checks and foreign keys", "row-level security")


@pytest.fixture
async def superuser(superuser_url: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(superuser_url)
    await conn.execute(
        "CREATE TABLE twin (LIKE planned_contacts INCLUDING DEFAULTS INCLUDING INDEXES)"
    )
    yield conn
    await conn.execute("DROP TABLE twin")
    await conn.close()


async def test_planning_two_years_against_copy(
    product: Product, superuser: asyncpg.Connection
) -> None:
    provider = await make_provider(product)
    worker = product.scopes.worker(provider.id)
    now = await _now(product, worker)
    everyone = people(PEOPLE + PEOPLE_FOR_LAYERS, now.date())
    planned: list[float] = []
    copied: list[float] = []
    for number in range(ROUNDS):
        some = everyone[number * PEOPLE // ROUNDS : (number + 1) * PEOPLE // ROUNDS]
        await enrol(product, provider.lead, some)
        began = perf_counter()
        assert await pathways.refresh_plans(product.db, worker, now) == len(some)
        took = perf_counter() - began
        rows = await _rows_of(superuser, some)
        planned.append(len(rows) / took)
        copied.append(len(rows) / await _copy(superuser, rows))
    total = await superuser.fetchval("SELECT count(*) FROM twin")
    say(f"{total:,} planned contacts of {PEOPLE:,} people, a fifth at a time")
    say_rates("by the worker: read, planned, written, audited", planned)
    say_rates("the same rows by COPY into a twin", copied)
    ratios = (one / floor for one, floor in zip(planned, copied, strict=True))
    say_ratio("planning against COPY", ratios, aim=AIM)
    await _say_layers(product, superuser, worker, provider.lead, everyone[PEOPLE:])


async def _say_layers(
    product: Product,
    superuser: asyncpg.Connection,
    worker: Caller,
    lead: Caller,
    some: Sequence[Person],
) -> None:
    """The steps one after the other on further people; in the worker two lanes overlap."""
    await enrol(product, lead, some)
    now = await _now(product, worker)
    began = perf_counter()
    bases = await _bases(product, worker, some)
    read_s = perf_counter() - began
    began = perf_counter()
    slots = _slots(bases, now)
    plan_s = perf_counter() - began
    written = [
        await _write(product, superuser, worker, slots, now, stage) for stage in range(len(STAGES))
    ]
    await pathways.refresh_plans(product.db, worker, now)
    await _make_stage(superuser, product.settings.database.app_role, 0)
    copy_s = await _copy(superuser, await _rows_of(superuser, some), "stage", "planned_contacts")
    await superuser.execute("DROP SCHEMA stage CASCADE")
    say(f"  what a row costs, in microseconds, on {len(slots):,} rows")
    costs = [copy_s, *(after - before for before, after in pairwise([copy_s, *written]))]
    names = ("COPY", *(f"  more {name}" for name in STAGES))
    for name, seconds in zip(names, costs, strict=True):
        say_figure(name, f"{seconds / len(slots) * 1e6:.1f}")
    say_figure("profiles and pathways read and decrypted", f"{read_s / len(slots) * 1e6:.1f}")
    say_figure("planned: cadence, holidays, safe hours, zone", f"{plan_s / len(slots) * 1e6:.1f}")


async def _now(product: Product, caller: Caller) -> datetime:
    async with product.db.transaction(caller) as tx:
        return await tx.now()


async def _rows_of(superuser: asyncpg.Connection, some: Sequence[Person]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await superuser.fetch(
        "SELECT * FROM planned_contacts WHERE survivor_id = ANY($1::uuid[])",
        [one.id for one in some],
    )
    return rows


async def _copy(
    superuser: asyncpg.Connection,
    rows: Sequence[asyncpg.Record],
    schema: str = "public",
    table: str = "twin",
) -> float:
    """Seconds that it took."""
    records, columns = [tuple(row) for row in rows], list(rows[0].keys())
    began = perf_counter()
    await superuser.copy_records_to_table(
        table, schema_name=schema, records=records, columns=columns
    )
    return perf_counter() - began


async def _bases(product: Product, worker: Caller, some: Sequence[Person]) -> list[Basis]:
    async with product.db.transaction(worker) as tx:
        stale = await store.lock_stale_pathways(tx, before=await tx.now(), limit=len(some))
        contactability = await safe_contact.list_contactability(tx, list(stale))
        profiles = {survivor_id: one.safe_contact for survivor_id, one in contactability.items()}
        return await store.list_bases(tx, list(stale.values()), profiles)


def _slots(bases: Sequence[Basis], now: datetime) -> list[tuple[Basis, Slot]]:
    return [
        (basis, slot(basis, occurrence))
        for basis in bases
        for occurrence in occurrences(basis, UkPart.ENGLAND, local_date(now, basis.zone))
    ]


async def _write(
    product: Product,
    superuser: asyncpg.Connection,
    worker: Caller,
    slots: Sequence[tuple[Basis, Slot]],
    now: datetime,
    stage: int,
) -> float:
    """Seconds to write the slots, by the product's own statement, into a table with as many of the
    protections as the stage has."""
    await _make_stage(superuser, product.settings.database.app_role, stage)
    db = Database(product.settings.database.app, size=1, clock=CLOCK)
    await db.open()
    began = perf_counter()
    async with db.transaction(worker) as tx:
        await tx.conn.execute("SET LOCAL search_path = stage, public")
        await plan_store.write_slots(tx, slots, now)
    took = perf_counter() - began
    await db.close()
    await superuser.execute("DROP SCHEMA stage CASCADE")
    return took


async def _make_stage(superuser: asyncpg.Connection, app: str, stage: int) -> None:
    await superuser.execute(
        f"""CREATE SCHEMA stage;
            CREATE TABLE stage.planned_contacts
                (LIKE public.planned_contacts INCLUDING DEFAULTS INCLUDING INDEXES);
            GRANT USAGE ON SCHEMA stage TO "{app}";
            GRANT SELECT, INSERT, UPDATE ON stage.planned_contacts TO "{app}\""""
    )
    if stage >= 1:
        kept = await superuser.fetch(
            """SELECT pg_get_constraintdef(oid) FROM pg_constraint
               WHERE conrelid = 'public.planned_contacts'::regclass AND contype IN ('c', 'f')"""
        )
        for (definition,) in kept:
            await superuser.execute(f"ALTER TABLE stage.planned_contacts ADD {definition}")
    if stage >= 2:
        await superuser.execute(
            f"""ALTER TABLE stage.planned_contacts ENABLE ROW LEVEL SECURITY;
                CREATE POLICY own_provider ON stage.planned_contacts
                    USING ({OWN_ROW}) WITH CHECK ({OWN_ROW})"""
        )
