"""The pages for enrolment and the exit date."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from outcomes.pathways import service
from outcomes.pathways.models import NewPathway
from outcomes.pathways.schedule.cadence import ROLLING, Cadence
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import Form
from outcomes.platform.web.pages.saving import create, save_form
from outcomes.platform.web.pages.templating import render
from outcomes.survivors.models import ExitDate

_ENROL = "/people/{survivor_id:uuid}/enrol"
_EXIT_DATE = "/people/{survivor_id:uuid}/exit-date"


@get(_ENROL, permission=Permission.RECORD_WORK, include_in_schema=False)
async def enrol_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: FromPath[UUID]
) -> Response[str]:
    return await _enrol(request, db, caller, survivor_id, Form())


@post(_ENROL, permission=Permission.RECORD_WORK, include_in_schema=False)
async def enrol(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: FromPath[UUID]
) -> Response[Any]:
    verb = partial(service.enrol, db, caller, survivor_id)
    return await save_form(
        request,
        NewPathway,
        create(caller, f"pathway:{survivor_id}", verb),
        show=partial(_enrol, request, db, caller, survivor_id),
        then=f"/people/{survivor_id}/schedule",
    )


async def _enrol(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    form: Form,
    status: int = 200,
) -> Response[str]:
    enrolment_status = await service.get_enrolment_status(db, caller, survivor_id)
    return render(
        request,
        "pathways/enrol.html",
        status=status,
        form=form,
        survivor_id=survivor_id,
        enrolment_status=enrolment_status,
        cadence=Cadence(),
        rolling_days=ROLLING.days,
    )


@get(_EXIT_DATE, permission=Permission.RECORD_WORK, include_in_schema=False)
async def exit_date_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: FromPath[UUID]
) -> Response[str]:
    return await _exit_date(request, db, caller, survivor_id, None)


@post(_EXIT_DATE, permission=Permission.RECORD_WORK, include_in_schema=False)
async def set_exit_date(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: FromPath[UUID]
) -> Response[Any]:
    """On a conflict the page shows the stored date and what was typed."""
    return await save_form(
        request,
        ExitDate,
        lambda _, new: service.set_exit_date(db, caller, survivor_id, new),
        show=partial(_exit_date, request, db, caller, survivor_id),
        then=f"/people/{survivor_id}/schedule",
        show_conflict=True,
    )


async def _exit_date(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    typed: Form | None,
    status: int = 200,
) -> Response[str]:
    enrolment_status = await service.get_enrolment_status(db, caller, survivor_id)
    current = enrolment_status.exit_on
    parts = {"day": current.day, "month": current.month, "year": current.year} if current else {}
    return render(
        request,
        "pathways/exit_date.html",
        status=status,
        form=typed or Form.of(**{f"exit_on.{part}": value for part, value in parts.items()}),
        survivor_id=survivor_id,
        enrolment_status=enrolment_status,
        overtaken=status == 409,
    )


ROUTES = (enrol_page, enrol, exit_date_page, set_exit_date)
