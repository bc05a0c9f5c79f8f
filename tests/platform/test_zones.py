"""Time zones: the pinned data whatever the host has, and SQL that agrees with it."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from msgspec.structs import asdict

from outcomes.errors import Invalid
from outcomes.platform.sql import sql
from outcomes.platform.zones import (
    evening_offsets,
    is_zone,
    local_date_sql,
    local_dates,
    office_date_sql,
    zone_named,
    zone_of,
)
from outcomes.survivors.choices import ZONES
from tests.support import Product, make_provider

ROOT = Path(__file__).parents[2]
LONDON = ZoneInfo("Europe/London")
HAWAII, LINE_ISLANDS = "Pacific/Honolulu", "Pacific/Kiritimati"


@pytest.fixture
def old_host(tmp_path: Path) -> dict[str, str]:
    """The environment of a host whose data says that Casablanca is three hours ahead of UTC."""
    other = Path(str(files("tzdata.zoneinfo").joinpath("Europe/Moscow")))
    for name in ("Africa/Casablanca", "localtime"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(other, tmp_path / name)
    return {**os.environ, "PYTHONTZPATH": str(tmp_path)}


@pytest.mark.parametrize(
    ("module", "hour"),
    [
        ("zoneinfo", 12),
        ("outcomes.cli", 9),
        ("outcomes.operations.serve", 9),
        ("outcomes.local.supervisor", 9),
        ("outcomes.local.handset.app", 9),
        ("outcomes_workers.lifecycle", 9),
        ("outcomes_workers.scheduler", 9),
        ("outcomes.operations.migrate", 9),
        ("tests.supervised", 9),
    ],
)
def test_every_process_has_the_pinned_zones(
    old_host: dict[str, str], module: str, hour: int
) -> None:
    """By release 2026f Morocco is at UTC then; `zoneinfo` alone believes the host."""
    program = (
        f"import {module}, datetime, zoneinfo\n"
        "at = datetime.datetime(2027, 2, 3, 9, tzinfo=datetime.UTC)\n"
        "print(at.astimezone(zoneinfo.ZoneInfo('Africa/Casablanca')).hour)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=old_host, capture_output=True, check=True
    )
    assert int(said.stdout) == hour


@pytest.mark.parametrize("name", ["Europe/London", "Africa/Casablanca", "Etc/UTC", "EST5EDT"])
def test_a_zone_that_somebody_may_live_in(name: str) -> None:
    assert zone_named(name) == zone_of(name) == ZoneInfo(name)


@pytest.mark.parametrize(
    "name",
    ["localtime", "posix/Europe/London", "right/Europe/London", "Factory", "posixrules", "EST5"],
)
def test_a_name_that_is_no_place(name: str) -> None:
    assert not is_zone(name)
    assert zone_of(name) == LONDON, "a page has a date to show"
    with pytest.raises(Invalid) as refused:
        zone_named(name)
    assert [problem.field for problem in refused.value.problems] == ["zone"]


def test_dates_on_earth_at_one_moment() -> None:
    noon = datetime(2026, 11, 26, 12, tzinfo=UTC)
    dates = local_dates(noon)
    assert dates.office == date(2026, 11, 26)
    assert LINE_ISLANDS in dates.ahead
    assert dates.behind == ()
    night = local_dates(noon - timedelta(hours=11))
    assert HAWAII in night.behind
    assert "Europe/London" not in night.ahead + night.behind


NAMES = (LINE_ISLANDS, HAWAII, "Africa/Casablanca", "Asia/Kathmandu", "Europe/London", "Etc/GMT+12")
HOURS = [datetime(2026, 10, 24, tzinfo=UTC) + timedelta(hours=n, minutes=15) for n in range(50)]


_DATES = sql(f"SELECT {local_date_sql('zone')} AS there FROM unnest(:names::text[]) AS zone")


async def test_sql_has_the_dates_that_python_has(product: Product) -> None:
    caller = (await make_provider(product)).lead
    async with product.db.transaction(caller) as tx:
        for at in HOURS:
            rows = await tx.fetch(_DATES, names=NAMES, **asdict(local_dates(at)))
            found = [row["there"] for row in rows]
            assert found == [at.astimezone(ZoneInfo(name)).date() for name in NAMES]


_OFFICE_DATES = sql(
    f"SELECT {office_date_sql('at')} AS day FROM unnest(:moments::timestamptz[]) AS at"
)


@pytest.mark.parametrize("first", ["2026-03-28", "2026-10-24", "2027-03-27", "2027-12-30"])
async def test_sql_has_the_offices_date(product: Product, first: str) -> None:
    """From two days before a change of the clocks, every twenty minutes."""
    start = datetime.fromisoformat(f"{first}T00:00+00:00")
    moments = [start + timedelta(minutes=20 * n) for n in range(3 * 72)]
    caller = (await make_provider(product)).lead
    async with product.db.transaction(caller) as tx:
        rows = await tx.fetch(_OFFICE_DATES, moments=moments)
        found = [row["day"] for row in rows]
    assert found == [at.astimezone(LONDON).date() for at in moments]


@pytest.mark.parametrize("name", NAMES)
def test_the_offset_of_every_evening(name: str) -> None:
    zone, evenings = ZoneInfo(name), evening_offsets(ZoneInfo(name), 2020, 2028)
    for n in range(0, 3000, 3):
        day = date(2020, 1, 1) + timedelta(days=n)
        step = sum(change <= day for change in evenings.changes_on)
        expected = datetime.combine(day, time(23, 59), zone).utcoffset()
        assert evenings.offsets[step] == expected


def test_no_statement_works_anything_out_in_a_zone() -> None:
    """PostgreSQL's zones are not the pinned ones, and a host's PostgreSQL has the host's."""
    in_zone = re.compile(r"AT\s+TIME\s+ZONE(?!\s+'UTC')|\btimezone\s*\(|\bAT\s+LOCAL\b", re.I)
    sources = [path for part in ("src", "workers") for path in (ROOT / part).rglob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (*sources, *(ROOT / "src").rglob("*.sql"))
        for match in in_zone.finditer(path.read_text())
    ]
    assert found == []


async def test_the_cluster_knows_the_zones_that_forms_offer(superuser_url: str) -> None:
    conn = await asyncpg.connect(superuser_url)
    known = {row[0] for row in await conn.fetch("SELECT name FROM pg_timezone_names")}
    await conn.close()
    assert [name for name in ZONES if name not in known or not is_zone(name)] == []
