"""Figures and exports as JSON."""

from datetime import date
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from outcomes.assessments.instruments import Instruments
from outcomes.kpis import service
from outcomes.kpis.models import Cell, DisplayRow, Export, Kpi, NewExport, Period, View
from outcomes.kpis.wording import notes
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.paging import Moment, Page, read_cursor


class Row(Struct, frozen=True):
    """One row: whole numbers, decimals as text, and a mark such as `<10`, `[c]` or `[x]` for a figure
    that is hidden or not available. `share` is a percentage."""

    category: str | None
    number: int | str
    out_of: int | str
    share: int | str
    mean: int | str


class Figure(Struct, frozen=True):
    """One KPI with its definition."""

    code: str
    title: str
    numerator: str
    denominator: str
    breakdown: str
    rows: tuple[Row, ...]


class Figures(Struct, frozen=True):
    """The figures of a period, both days included, in the time of London."""

    view: View
    first_day: date
    last_day: date
    notes: tuple[str, ...]
    figures: tuple[Figure, ...]


@get("/api/v1/kpis", permission=Permission.SEE_KPIS)
async def list_kpis(
    db: Database,
    caller: Caller,
    instruments: Instruments,
    first_day: FromQuery[date],
    last_day: FromQuery[date],
    view: FromQuery[View] = View.EXTERNAL,
) -> Figures:
    """All figures of a period. The internal view is exact, and for team leads and admins only."""
    period = Period.days(first_day, last_day)
    results = await service.get_results(
        db, caller, view, period, instrument=instruments.offered_outcomes
    )
    return Figures(
        view=view,
        first_day=first_day,
        last_day=last_day,
        notes=notes(view),
        figures=tuple(_figure(table.kpi, table.rows) for table in results.tables),
    )


@get("/api/v1/exports", permission=Permission.EXPORT_KPIS)
async def list_exports(
    db: Database, caller: Caller, cursor: FromQuery[str | None] = None
) -> Page[Export]:
    """Exports that this account requested."""
    return await service.list_exports(db, caller, read_cursor(Moment, cursor))


@post("/api/v1/exports", permission=Permission.EXPORT_KPIS)
async def request_export(
    db: Database, caller: Caller, data: JSONBody[NewExport], idempotency_key: UUID
) -> Export:
    """Request an export. It asks for the password again, so it works in a session only."""
    creation = Creation.of(caller, idempotency_key, "exports", data)
    return await service.request_export(db, caller, creation, data)


@get("/api/v1/exports/{export_id:uuid}", permission=Permission.EXPORT_KPIS)
async def get_export(db: Database, caller: Caller, export_id: FromPath[UUID]) -> Export:
    """One export and its state."""
    return await service.get_export(db, caller, export_id)


@get(
    ["/api/v1/exports/{export_id:uuid}/file", "/results/exports/{export_id:uuid}/file"],
    permission=Permission.EXPORT_KPIS,
)
async def download_export(
    db: Database, caller: Caller, export_id: FromPath[UUID]
) -> Response[bytes]:
    """The finished file, for 24 hours."""
    file = await service.download_export(db, caller, export_id)
    return Response(
        file.content,
        media_type=file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )


def _figure(kpi: Kpi, rows: tuple[DisplayRow, ...]) -> Figure:
    sent = tuple(
        Row(
            row.category,
            number=_json_value(row.number),
            out_of=_json_value(row.out_of),
            share=_json_value(row.share),
            mean=_json_value(row.mean),
        )
        for row in rows
    )
    return Figure(kpi.code, kpi.title, kpi.numerator, kpi.denominator, kpi.breakdown, sent)


def _json_value(cell: Cell) -> int | str:
    return cell if isinstance(cell, int) else str(cell)


ROUTES = (list_kpis, list_exports, request_export, get_export, download_export)
