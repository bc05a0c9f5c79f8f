"""Results: figures with their definitions, and exports.

View and period are part of the path (`/results/external/2026-01-01/2026-06-30`), so that they are kept
when somebody signs in or confirms the password.
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from outcomes.assessments.instruments import Instruments
from outcomes.errors import Invalid, NotFound
from outcomes.kpis import presentation, service
from outcomes.kpis.figures.periods import LONDON, Preset, preset
from outcomes.kpis.labels import PRESETS, VIEW_RULES, VIEWS
from outcomes.kpis.models import Export, ExportFormat, NewExport, Period, Results, View
from outcomes.kpis.wording import notes, period_words
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.inputs import Input, ShortText
from outcomes.platform.web.pages.forms import Form, parse, submitted
from outcomes.platform.web.pages.templating import render


class OtherDays(Input, frozen=True):
    """A chosen period; both days are included."""

    first_day: Annotated[date, Meta(extra={"remedy": "Choose the first day."})]
    last_day: Annotated[date, Meta(extra={"remedy": "Choose the last day."})]


class ExportForm(Input, frozen=True):
    """The fields of the export form; the rest is in its address."""

    format: Annotated[ExportFormat, Meta(extra={"remedy": "Choose the kind of file."})]
    purpose: Annotated[ShortText, Meta(extra={"remedy": "Enter what the file is for."})]


@get("/results", permission=Permission.SEE_KPIS, include_in_schema=False)
async def start(db: Database, caller: Caller) -> Redirect:
    """Redirect to the usual view and period of the caller."""
    exact = caller.may(Permission.SEE_EXACT_KPIS)
    view, name = (View.INTERNAL, Preset.SO_FAR) if exact else (View.EXTERNAL, Preset.THREE_MONTHS)
    return Redirect(_path(view, preset(name, await service.today(db, caller))), status_code=303)


@get(
    "/results/{view:str}/{first_day:date}/{last_day:date}",
    permission=Permission.SEE_KPIS,
    include_in_schema=False,
)
async def results(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    instruments: Instruments,
    view: FromPath[str],
    first_day: FromPath[date],
    last_day: FromPath[date],
) -> Response[str]:
    """All figures of a period."""
    period = Period.days(first_day, last_day)
    instrument = instruments.offered_outcomes
    found = await service.get_results(db, caller, _view(view), period, instrument=instrument)
    return render(
        request,
        "kpis/results.html",
        **_frame(found.view, period),
        views=_views(caller, found, period),
        periods=_periods(found.view, found.today),
        sections=presentation.sections(found.tables, found.earlier),
        slopes=presentation.slopes(found.tables),
        change=presentation.change_card(found.tables),
        lowest=instrument.scale[0].value,
        highest=instrument.scale[-1].value,
        notes=notes(found.view),
        may_export=caller.may(Permission.EXPORT_KPIS),
    )


@get("/results/{view:str}/days", permission=Permission.SEE_KPIS, include_in_schema=False)
async def other_days(
    request: Request[Any, Any, Any], db: Database, caller: Caller, view: FromPath[str]
) -> Response[Any]:
    """Choose a period; the form is submitted here with its days in the address."""
    form = Form({name: (value,) for name, value in request.query_params.items()})
    problems = form
    if form.fields:
        try:
            days = parse(form, OtherDays)
            period = Period.days(days.first_day, days.last_day)
            await service.check(db, caller, _view(view), period)
            return Redirect(_path(_view(view), period), status_code=303)
        except Invalid as error:
            problems = form.refused(error)
    return render(
        request,
        "kpis/days.html",
        status=400 if problems.problems else 200,
        form=problems,
        view=_view(view),
        today=await service.today(db, caller),
    )


_EXPORT_PATH = "/results/{view:str}/{first_day:date}/{last_day:date}/export"


@get(_EXPORT_PATH, permission=Permission.EXPORT_KPIS, include_in_schema=False)
async def new_export(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    view: FromPath[str],
    first_day: FromPath[date],
    last_day: FromPath[date],
) -> Response[str]:
    """The export form; the password is asked for before it is shown."""
    period = Period.days(first_day, last_day)
    await service.check_export(db, caller, _view(view), period)
    return render(request, "kpis/new_export.html", **_frame(_view(view), period))


@post(_EXPORT_PATH, permission=Permission.EXPORT_KPIS, include_in_schema=False)
async def create_export(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    view: FromPath[str],
    first_day: FromPath[date],
    last_day: FromPath[date],
) -> Response[Any]:
    """Request the export."""
    form = await submitted(request)
    try:
        asked = parse(form, ExportForm)
        new = NewExport(_view(view), asked.format, first_day, last_day, asked.purpose)
        creation = Creation.of(caller, form.idempotency_key, "exports", new)
        export = await service.request_export(db, caller, creation, new)
    except Invalid as error:
        frame = _frame(_view(view), Period.days(first_day, last_day))
        page = form.refused(error)
        return render(request, "kpis/new_export.html", status=400, form=page, **frame)
    return Redirect(f"/results/exports/{export.id}", status_code=303)


@get("/results/exports", permission=Permission.EXPORT_KPIS, include_in_schema=False)
async def exports(request: Request[Any, Any, Any], db: Database, caller: Caller) -> Response[str]:
    """The latest exports that this account requested."""
    found = await service.list_exports(db, caller)
    return render(
        request, "kpis/exports.html", exports=[_export_context(export) for export in found.items]
    )


@get(
    "/results/exports/{export_id:uuid}", permission=Permission.EXPORT_KPIS, include_in_schema=False
)
async def export(
    request: Request[Any, Any, Any], db: Database, caller: Caller, export_id: FromPath[UUID]
) -> Response[str]:
    """One export: still being built, ready to download, or gone."""
    found = await service.get_export(db, caller, export_id)
    again = f"{_path(found.view, found.period)}/export"
    return render(request, "kpis/export.html", again=again, **_export_context(found))


def _export_context(found: Export) -> dict[str, Any]:
    return {"export": found, **_frame(found.view, found.period), "zone": LONDON}


def _frame(view: View, period: Period) -> dict[str, Any]:
    return {
        "view": view,
        "view_words": VIEW_RULES[view],
        "period_words": period_words(period),
        "path": _path(view, period),
    }


def _view(text: str) -> View:
    try:
        return View(text)
    except ValueError:
        raise NotFound from None


def _path(view: View, period: Period) -> str:
    return f"/results/{view}/{period.first}/{period.last}"


def _views(caller: Caller, found: Results, period: Period) -> list[tuple[str, str, bool]]:
    """(words, address, is current) of the views that the caller may switch between."""
    if not caller.may(Permission.SEE_EXACT_KPIS):
        return []
    elsewhere = preset(Preset.THREE_MONTHS, found.today)
    whole = period.first.day == 1 and period.until.day == 1
    addresses = {
        View.INTERNAL: _path(View.INTERNAL, period),
        View.EXTERNAL: _path(View.EXTERNAL, period if whole else elsewhere),
    }
    return [(words, addresses[view], view is found.view) for view, words in VIEWS.items()]


def _periods(view: View, today: date) -> list[tuple[str, str]]:
    """(words, address) of the usual periods."""
    return [
        (words, _path(view, preset(name, today)))
        for name, words in PRESETS.items()
        if view is View.INTERNAL or name is not Preset.SO_FAR
    ]


ROUTES = (start, results, other_days, new_export, create_export, exports, export)
