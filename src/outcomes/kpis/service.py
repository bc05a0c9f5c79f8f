"""The verbs of figures: showing and exporting them.

Each view and each step of an export is audited in its own transaction.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from outcomes.assessments.models import OutcomeInstrument
from outcomes.errors import Forbidden, NotFound, Unavailable
from outcomes.kpis import store
from outcomes.kpis.exports.report import Report
from outcomes.kpis.exports.spreadsheet import write_workbook
from outcomes.kpis.exports.tables import write_csv_files
from outcomes.kpis.figures.disclosure import external_view, internal_view
from outcomes.kpis.figures.naming import category_names, named
from outcomes.kpis.figures.periods import before, check_period, today_in_london
from outcomes.kpis.figures.sql_files import catalogue, defined
from outcomes.kpis.models import (
    Audience,
    Export,
    ExportFile,
    ExportFormat,
    Kpi,
    NewExport,
    Period,
    Results,
    Table,
    View,
)
from outcomes.platform.access import audit
from outcomes.platform.access.idempotency import Creation, first_time
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.access.sessions import require_recent_password
from outcomes.platform.db import Database, Transaction
from outcomes.platform.paging import Moment, Page, page
from outcomes.providers import service as providers

EXPORTS_A_PAGE = 20

FILE_LASTS = timedelta(hours=24)
"""How long a finished export can be downloaded before it is deleted."""

_KINDS = {
    ExportFormat.XLSX: (
        write_workbook,
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ExportFormat.CSV: (write_csv_files, "-csv.zip", "application/zip"),
}


async def get_results(
    db: Database, caller: Caller, view: View, period: Period, *, instrument: OutcomeInstrument
) -> Results:
    """All figures of a period that the view may show.

    Raises:
        Forbidden: exact figures are for team leads and provider admins.
        Invalid: the view may not show this period.
    """
    _require_view(caller, view)
    async with db.transaction(caller) as tx:
        now = await tx.now()
        today = today_in_london(now)
        check_period(period, view, today)
        tables = await _tables(tx, view, period, _kpis(view), instrument)
        compared = [table.kpi for table in tables if table.whole is not None]
        earlier = await _tables(tx, view, before(period), compared, instrument)
        fields = tuple(table.kpi.code for table in tables)
        await audit.record_access(
            tx, f"kpis.{view}_viewed", (), fields, now=now, subject_kind="kpi", purpose="report"
        )
    return Results(view, period, today, tables, earlier)


async def today(db: Database, caller: Caller) -> date:
    """The date in London, by which periods are named."""
    async with db.transaction(caller) as tx:
        return today_in_london(await tx.now())


async def check(db: Database, caller: Caller, view: View, period: Period) -> None:
    """Raise the errors that `get_results` would raise for these figures."""
    _require_view(caller, view)
    check_period(period, view, await today(db, caller))


async def check_export(db: Database, caller: Caller, view: View, period: Period) -> None:
    """Raise the errors that `request_export` would raise for these figures."""
    _require_view(caller, view)
    async with db.transaction(caller) as tx:
        now = await tx.now()
    require_recent_password(caller, now)
    check_period(period, view, today_in_london(now))


async def request_export(
    db: Database, caller: Caller, creation: Creation, new: NewExport
) -> Export:
    """Request an export; the worker builds it at its next tick.

    Raises:
        ReauthenticationNeeded: an export asks for the password again.
        Forbidden, Invalid: as `get_results` raises for the same figures.
    """
    _require_view(caller, new.view)
    period = Period.days(new.first_day, new.last_day)
    async with db.transaction(caller) as tx:
        now = await tx.now()
        require_recent_password(caller, now)
        check_period(period, new.view, today_in_london(now))
        if await first_time(tx, creation, now):
            await store.insert_export(tx, creation.key, new, now)
            await providers.bring_next_run_forward(tx, now)
            await _record(tx, "kpi_export.requested", creation.key, now)
        return await _own_export(tx, creation.key)


async def list_exports(db: Database, caller: Caller, after: Moment | None = None) -> Page[Export]:
    """Exports that this account requested, newest first, twenty per page."""
    async with db.transaction(caller) as tx:
        found = await store.list_exports(tx, after, EXPORTS_A_PAGE + 1)
    return page(found, EXPORTS_A_PAGE, lambda last: Moment(last.requested_at, last.id))


async def get_export(db: Database, caller: Caller, export_id: UUID) -> Export:
    """One of this account's exports. Raises NotFound."""
    async with db.transaction(caller) as tx:
        return await _own_export(tx, export_id)


async def download_export(db: Database, caller: Caller, export_id: UUID) -> ExportFile:
    """The finished file.

    Raises:
        NotFound: of another account, not finished, or deleted.
        ReauthenticationNeeded: the password was not confirmed recently.
        Forbidden: the account may no longer see such figures.
    """
    async with db.transaction(caller) as tx:
        now = await tx.now()
        export = await _own_export(tx, export_id)
        _require_view(caller, export.view)
        require_recent_password(caller, now)
        content = await store.get_file(tx, export_id, now)
        if content is None:
            raise NotFound
        await _record(tx, "kpi_export.downloaded", export_id, now)
    _, ending, media_type = _KINDS[export.format]
    period = export.period
    name = f"outcomes-{export.view}-{period.first}-to-{period.last}{ending}"
    return ExportFile(name, media_type, content)


async def build_pending_exports(
    db: Database, caller: Caller, *, instrument: OutcomeInstrument
) -> int:
    """Build the provider's requested exports, one transaction each; returns how many.

    An export that cannot be built is marked as failed, so that it does not block the next
    one, and the error is raised to the worker.
    """
    built = 0
    while await _build_next(db, caller, instrument):
        built += 1
    return built


async def delete_old_exports(db: Database, caller: Caller) -> int:
    """Delete files older than 24 hours; returns how many. Called at the worker's tick."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        deleted = await store.delete_files(tx, now)
        if deleted:
            await audit.record_access(
                tx, "kpi_export.deleted", deleted, now=now, subject_kind="kpi_export"
            )
        return len(deleted)


async def _build_next(db: Database, caller: Caller, instrument: OutcomeInstrument) -> bool:
    """Whether there was an export to build."""
    export: Export | None = None
    try:
        async with db.transaction(caller) as tx:
            export = await store.next_requested(tx)
            if export is not None:
                await _build(tx, export, instrument)
    except Unavailable:
        raise  # the database is unavailable; the export itself did not fail
    except Exception:
        if export is not None:
            await _mark_failed(db, caller, export.id)
        raise
    return export is not None


async def _build(tx: Transaction, export: Export, instrument: OutcomeInstrument) -> None:
    now = await tx.now()
    report = Report(
        provider=(await providers.get_provider(tx)).name,
        purpose=export.purpose,
        period=export.period,
        view=export.view,
        made_at=now,
        tables=await _tables(tx, export.view, export.period, _kpis(export.view), instrument),
    )
    write, _, _ = _KINDS[export.format]
    content = write(report)
    await store.finish_export(tx, export.id, content, now=now, deletes_at=now + FILE_LASTS)
    await _record(tx, "kpi_export.built", export.id, now)


async def _mark_failed(db: Database, caller: Caller, export_id: UUID) -> None:
    async with db.transaction(caller) as tx:
        now = await tx.now()
        await store.fail_export(tx, export_id, now)
        await _record(tx, "kpi_export.failed", export_id, now)


def _kpis(view: View) -> list[Kpi]:
    """The KPIs that the view may show."""
    return [kpi for kpi in catalogue() if view is View.INTERNAL or kpi.audience is Audience.ANYBODY]


async def _tables(
    tx: Transaction,
    view: View,
    period: Period,
    kpis: Sequence[Kpi],
    instrument: OutcomeInstrument,
) -> tuple[Table, ...]:
    show = internal_view if view is View.INTERNAL else external_view
    values = await named(tx, kpis, await store.list_values(tx, kpis, period, instrument))
    return tuple(
        Table(
            defined(kpi, instrument),
            show(kpi, values[kpi.code]),
            category_names(kpi, instrument),
        )
        for kpi in kpis
    )


async def _own_export(tx: Transaction, export_id: UUID) -> Export:
    export = await store.find_export(tx, export_id)
    if export is None:
        raise NotFound
    return export


def _require_view(caller: Caller, view: View) -> None:
    if view is View.INTERNAL and not caller.may(Permission.SEE_EXACT_KPIS):
        raise Forbidden("Exact figures are for team leads and administrators.")


async def _record(tx: Transaction, action: str, export_id: UUID, now: datetime) -> None:
    await audit.record_access(
        tx, action, (export_id,), now=now, subject_kind="kpi_export", purpose="report"
    )
