"""The pages for assessing needs and seeing progress."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from outcomes.assessments import service
from outcomes.assessments.instruments import Instruments
from outcomes.assessments.models import NeedsInstrument, NewNeedsAssessment
from outcomes.assessments.progress.presentation import level_label, needs_view, outcomes_view
from outcomes.assessments.records import NeedsBefore
from outcomes.errors import FieldProblem, Invalid
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import Form, parse, submitted
from outcomes.platform.web.pages.templating import render

_NEEDS = "/people/{survivor_id:uuid}/needs"


@get(_NEEDS, permission=Permission.RECORD_WORK, include_in_schema=False)
async def needs_page(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    instruments: Instruments,
    survivor_id: FromPath[UUID],
) -> Response[str]:
    before = await service.prepare_needs(db, caller, survivor_id)
    form = _with_safety_plan(before)
    return _needs(request, instruments.offered_needs, survivor_id, before, form)


@post(_NEEDS, permission=Permission.RECORD_WORK, include_in_schema=False)
async def record_needs(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    instruments: Instruments,
    survivor_id: FromPath[UUID],
) -> Response[Any]:
    form = await submitted(request)
    try:
        new = parse(_without_untouched(form), NewNeedsAssessment)
        creation = Creation.of(caller, form.idempotency_key, f"needs:{survivor_id}", new)
        await service.record_needs(db, caller, survivor_id, creation, new, instruments=instruments)
    except Invalid as error:
        before = await service.prepare_needs(db, caller, survivor_id)
        offered = instruments.offered_needs
        refused = form.refused(_naming_areas(offered, error))
        return _needs(request, offered, survivor_id, before, refused, status=400)
    return Redirect(f"/people/{survivor_id}/progress", status_code=303)


@get(
    "/people/{survivor_id:uuid}/progress",
    permission=Permission.SEE_SURVIVORS,
    include_in_schema=False,
)
async def progress_page(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    instruments: Instruments,
    survivor_id: FromPath[UUID],
) -> Response[str]:
    progress = await service.get_progress(db, caller, survivor_id, instruments=instruments)
    outcomes, needs = progress.outcomes, progress.needs
    return render(
        request,
        "assessments/progress.html",
        survivor_id=survivor_id,
        reference=progress.reference,
        outcomes=outcomes and outcomes_view(outcomes, instruments),
        needs=needs_view(needs, instruments) if needs else None,
        domains=len(instruments.offered_outcomes.domains),
        areas=len(instruments.offered_needs.areas),
        may_record=caller.may(Permission.RECORD_WORK),
    )


def _without_untouched(form: Form) -> Form:
    """An area where nothing was chosen or written was not assessed."""
    touched = {_area_of(name) for name, values in form.fields.items() if any(values)}
    return Form({name: v for name, v in form.fields.items() if _area_of(name) in touched})


def _area_of(name: str) -> str:
    """`areas.housing` for `areas.housing.level`; any other field is returned as it is."""
    return ".".join(name.split(".")[:2]) if name.startswith("areas.") else name


def _naming_areas(instrument: NeedsInstrument, error: Invalid) -> Invalid:
    """The same problems; a missing level says of which area."""
    titles = {f"areas.{area.code}.level": area.title["en"] for area in instrument.areas}
    return Invalid(
        *(
            FieldProblem(one.field, f"{titles[one.field]}: choose a level.")
            if one.field in titles
            else one
            for one in error.problems
        )
    )


def _with_safety_plan(before: NeedsBefore) -> Form:
    """The safety plan stays valid until it is changed, so the form starts with it."""
    plan = before.latest.safety_plan if before.latest else None
    fields = {name: getattr(plan, name) for name in plan.__struct_fields__} if plan else {}
    return Form.of(
        assessed_on=before.today, **{f"safety_plan.{name}": text for name, text in fields.items()}
    )


def _needs(
    request: Request[Any, Any, Any],
    instrument: NeedsInstrument,
    survivor_id: UUID,
    before: NeedsBefore,
    form: Form,
    status: int = 200,
) -> Response[str]:
    return render(
        request,
        "assessments/needs.html",
        status=status,
        form=form,
        survivor_id=survivor_id,
        before=before,
        instrument=instrument,
        last_levels=_last_levels(instrument, before),
    )


def _last_levels(instrument: NeedsInstrument, before: NeedsBefore) -> dict[str, str]:
    """The last level of each area that had one, in words."""
    levels = before.latest.levels if before.latest else {}
    return {area: level_label(instrument, level) for area, level in levels.items()}


ROUTES = (needs_page, record_needs, progress_page)
