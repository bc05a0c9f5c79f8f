"""Exports: asked for, built by the worker, downloaded, gone after a day."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook

from outcomes.assessments.instruments import shipped_instruments
from outcomes.errors import Conflict, Forbidden, Invalid, NotFound, ReauthenticationNeeded
from outcomes.kpis import service
from outcomes.kpis.figures import sql_files
from outcomes.kpis.models import ExportFormat, ExportState, NewExport, Period, View
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Role
from outcomes.platform.db import Database
from outcomes.platform.paging import Moment, Page, read_cursor
from tests.kpis.records import Filled
from tests.moment import clock_ahead
from tests.support import (
    Product,
    Provider,
    make_account,
    make_provider,
    recently_confirmed,
)

ASKED = NewExport(
    view=View.EXTERNAL,
    format=ExportFormat.XLSX,
    first_day=date(2017, 1, 1),
    last_day=date(2017, 6, 30),
    purpose="Report to the funder",
)


def creation(caller: Caller, new: NewExport = ASKED) -> Creation:
    return Creation.of(caller, uuid4(), "exports", new)


async def audited(product: Product, caller: Caller, subject: str) -> list[str]:
    async with product.db.transaction(caller) as tx:
        rows = await tx.conn.fetch(
            "SELECT action FROM audit_events WHERE subject_kind = $1 ORDER BY at, action", subject
        )
    return [row["action"] for row in rows]


async def built(product: Product, provider: Provider) -> int:
    return await service.build_pending_exports(
        product.db,
        product.scopes.worker(provider.id),
        instrument=shipped_instruments().offered_outcomes,
    )


async def test_an_export_is_built_by_the_worker_and_downloaded(product: Product) -> None:
    provider = await make_provider(product)
    lead = await recently_confirmed(product, provider.lead)
    export = await service.request_export(product.db, lead, creation(lead), ASKED)
    assert export.state is ExportState.REQUESTED
    with pytest.raises(NotFound):
        await service.download_export(product.db, lead, export.id)

    assert await built(product, provider) == 1
    assert await built(product, provider) == 0

    ready = await service.get_export(product.db, lead, export.id)
    assert ready.state is ExportState.READY
    assert ready.deletes_at is not None
    file = await service.download_export(product.db, lead, export.id)
    assert file.name == "outcomes-external-2017-01-01-to-2017-06-30.xlsx"
    book = load_workbook(BytesIO(file.content))
    cover = [str(row[0].value) for row in book["Cover"].iter_rows()]
    assert "Purpose: Report to the funder" in cover
    assert any(line.startswith("Organisation: Provider ") for line in cover)
    assert await audited(product, lead, "kpi_export") == [
        "kpi_export.requested",
        "kpi_export.built",
        "kpi_export.downloaded",
    ]


async def test_the_row_holds_neither_purpose_nor_file_in_the_open(product: Product) -> None:
    provider = await make_provider(product)
    lead = await recently_confirmed(product, provider.lead)
    export = await service.request_export(product.db, lead, creation(lead), ASKED)
    await built(product, provider)
    async with product.db.transaction(lead) as tx:
        row = await tx.conn.fetchrow("SELECT * FROM kpi_exports WHERE id = $1", export.id)
    assert row is not None
    for column in ("purpose_ciphertext", "file_ciphertext"):
        assert b"funder" not in row[column]
        assert not row[column].startswith(b"PK")


async def test_a_file_is_deleted_after_24_hours(product: Product) -> None:
    provider = await make_provider(product)
    lead = await recently_confirmed(product, provider.lead)
    export = await service.request_export(product.db, lead, creation(lead), ASKED)
    await built(product, provider)
    worker = product.scopes.worker(provider.id)
    assert await service.delete_old_exports(product.db, worker) == 0

    later = Database(
        product.settings.database.app, size=2, clock=clock_ahead(timedelta(hours=24, minutes=1))
    )
    await later.open()
    assert await service.delete_old_exports(later, worker) == 1
    await later.close()

    gone = await service.get_export(product.db, lead, export.id)
    assert gone.state is ExportState.DELETED
    with pytest.raises(NotFound):
        await service.download_export(product.db, lead, export.id)
    async with product.db.transaction(lead) as tx:
        kept = await tx.conn.fetchval(
            "SELECT count(*) FROM kpi_exports WHERE file_ciphertext IS NOT NULL"
        )
    assert kept == 0


async def test_the_password_is_asked_for_again(product: Product) -> None:
    provider = await make_provider(product)
    lead = await recently_confirmed(product, provider.lead)
    given_at = lead.actor.reauthenticated_at
    assert given_at is not None
    stale = replace(lead.actor, reauthenticated_at=given_at - timedelta(minutes=6))
    long_ago = replace(lead, actor=stale)
    for caller in (long_ago, provider.lead):
        with pytest.raises(ReauthenticationNeeded):
            await service.request_export(product.db, caller, creation(caller), ASKED)
    export = await service.request_export(product.db, lead, creation(lead), ASKED)
    await built(product, provider)
    with pytest.raises(ReauthenticationNeeded):
        await service.download_export(product.db, long_ago, export.id)


async def test_only_leads_and_admins_see_exact_figures(product: Product) -> None:
    provider = await make_provider(product)
    analyst = await recently_confirmed(
        product, await make_account(product, provider.admin, Role.ANALYST)
    )
    exact = replace(ASKED, view=View.INTERNAL)
    period = Period.days(ASKED.first_day, ASKED.last_day)
    with pytest.raises(Forbidden):
        await service.request_export(product.db, analyst, creation(analyst, exact), exact)
    with pytest.raises(Forbidden):
        await service.get_results(
            product.db,
            analyst,
            View.INTERNAL,
            period,
            instrument=shipped_instruments().offered_outcomes,
        )
    for allowed in (provider.lead, provider.admin):
        await service.get_results(
            product.db,
            allowed,
            View.INTERNAL,
            period,
            instrument=shipped_instruments().offered_outcomes,
        )
    await service.get_results(
        product.db,
        analyst,
        View.EXTERNAL,
        period,
        instrument=shipped_instruments().offered_outcomes,
    )
    assert await audited(product, analyst, "kpi") == [
        "kpis.internal_viewed",
        "kpis.internal_viewed",
        "kpis.external_viewed",
    ]


async def test_an_export_belongs_to_who_asked_for_it(product: Product) -> None:
    provider, other = await make_provider(product), await make_provider(product)
    lead = await recently_confirmed(product, provider.lead)
    export = await service.request_export(product.db, lead, creation(lead), ASKED)
    await built(product, provider)
    for stranger in (provider.admin, other.lead):
        confirmed = await recently_confirmed(product, stranger)
        for call in (service.get_export, service.download_export):
            with pytest.raises(NotFound):
                await call(product.db, confirmed, export.id)
        assert await service.list_exports(product.db, confirmed) == Page((), None)


async def test_the_same_request_twice_is_one_export(product: Product) -> None:
    provider = await make_provider(product)
    lead = await recently_confirmed(product, provider.lead)
    once = creation(lead)
    first = await service.request_export(product.db, lead, once, ASKED)
    second = await service.request_export(product.db, lead, once, ASKED)
    assert first == second
    other = replace(ASKED, purpose="Something else")
    with pytest.raises(Conflict):
        await service.request_export(
            product.db, lead, Creation.of(lead, once.key, "exports", other), other
        )


async def test_lists_go_on_from_a_cursor(product: Product) -> None:
    provider = await make_provider(product)
    lead = await recently_confirmed(product, provider.lead)
    made = [
        (await service.request_export(product.db, lead, creation(lead), ASKED)).id
        for _ in range(service.EXPORTS_A_PAGE + 1)
    ]
    first = await service.list_exports(product.db, lead)
    assert [export.id for export in first.items] == made[:0:-1]
    rest = await service.list_exports(product.db, lead, read_cursor(Moment, first.next))
    assert [export.id for export in rest.items] == made[:1]
    assert rest.next is None


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2017, 1, 2), date(2017, 6, 30), "first_day"),
        (date(2017, 1, 1), date(2017, 6, 29), "last_day"),
        (date(2017, 1, 1), date(9000, 12, 31), "last_day"),
        (date(1999, 1, 1), date(2017, 6, 30), "first_day"),
        (date(2017, 6, 1), date(2017, 5, 31), "last_day"),
        (date(1, 1, 1), date(9999, 12, 31), "first_day"),
    ],
)
async def test_periods_that_may_not_leave(
    product: Product, first: date, last: date, field: str
) -> None:
    provider = await make_provider(product)
    lead = await recently_confirmed(product, provider.lead)
    new = replace(ASKED, first_day=first, last_day=last)
    with pytest.raises(Invalid) as refused:
        await service.request_export(product.db, lead, creation(lead, new), new)
    assert [problem.field for problem in refused.value.problems] == [field]


async def test_an_export_that_cannot_be_built_does_not_stand_in_the_way(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = await make_provider(product)
    lead = await recently_confirmed(product, provider.lead)
    broken = await service.request_export(product.db, lead, creation(lead), ASKED)
    kpi = sql_files.get_kpi("survivors-supported")
    with monkeypatch.context() as patched:
        statement = kpi.statement.replace("count(*)", "count(*) / 0")
        broken_kpi = replace(kpi, statement=statement)
        patched.setattr(service, "catalogue", lambda: (broken_kpi,))
        with pytest.raises(Exception, match="division by zero"):
            await built(product, provider)
    failed = await service.get_export(product.db, lead, broken.id)
    assert failed.state is ExportState.FAILED
    await service.request_export(product.db, lead, creation(lead), ASKED)
    assert await built(product, provider) == 1


async def test_exact_figures_name_nationalities_and_workers(
    product: Product, filled: Filled
) -> None:
    period = Period.days(ASKED.first_day, ASKED.last_day)
    found = await service.get_results(
        product.db,
        filled.provider.lead,
        View.INTERNAL,
        period,
        instrument=shipped_instruments().offered_outcomes,
    )
    tables = {table.kpi.code: table for table in found.tables}
    numbers = {row.category: row.number for row in tables["nationalities"].rows}
    assert (numbers["Albania"], numbers["Nigeria"], numbers[None]) == (14, 9, 27)
    names = [row.category or "" for row in tables["caseload-per-worker"].rows]
    assert len(names) == 2
    assert all(name.startswith("support_worker ") for name in names)
