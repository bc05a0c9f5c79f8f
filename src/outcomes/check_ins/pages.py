"""Forms for phones: a check-in, a visit, a drop-in, and work or learning that began or ended."""

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from outcomes.check_ins import service
from outcomes.check_ins.models import (
    Channel,
    FormSubject,
    NewActivity,
    NewCheckIn,
    NewDropIn,
)
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.calendar import local_date
from outcomes.platform.db import Database
from outcomes.platform.web.pages.dates import day
from outcomes.platform.web.pages.forms import PICK, Form
from outcomes.platform.web.pages.saving import create, save_form
from outcomes.platform.web.pages.templating import render
from outcomes.platform.zones import zone_of

Choice = tuple[str, str]


@get(
    "/people/{survivor_id:uuid}/check-in",
    permission=Permission.RECORD_WORK,
    include_in_schema=False,
)
async def check_in(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    planned_contact_id: UUID | None = None,
    corrects_id: UUID | None = None,
) -> Response[str]:
    form = Form.of(
        channel=Channel.CALL, planned_contact_id=planned_contact_id, corrects_id=corrects_id
    )
    return await _show(request, "check_in", db, caller, survivor_id, form)


@get("/people/{survivor_id:uuid}/visit", permission=Permission.RECORD_WORK, include_in_schema=False)
async def visit(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    planned_contact_id: UUID | None = None,
) -> Response[str]:
    form = Form.of(channel=Channel.VISIT, planned_contact_id=planned_contact_id)
    return await _show(request, "check_in", db, caller, survivor_id, form)


@post(
    ["/people/{survivor_id:uuid}/check-in", "/people/{survivor_id:uuid}/visit"],
    permission=Permission.RECORD_WORK,
    include_in_schema=False,
)
async def log_check_in(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Response[Any]:
    verb = partial(service.log_check_in, db, caller, survivor_id)
    return await save_form(
        request,
        NewCheckIn,
        create(caller, f"check-in:{survivor_id}", verb),
        show=partial(_show, request, "check_in", db, caller, survivor_id),
        then=lambda new: f"/people/{survivor_id}?saved={new.channel}",
    )


@get(
    "/people/{survivor_id:uuid}/drop-in", permission=Permission.RECORD_WORK, include_in_schema=False
)
async def drop_in(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Response[str]:
    return await _show(request, "drop_in", db, caller, survivor_id, Form())


@post(
    "/people/{survivor_id:uuid}/drop-in", permission=Permission.RECORD_WORK, include_in_schema=False
)
async def record_drop_in(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Response[Any]:
    verb = partial(service.record_drop_in, db, caller, survivor_id)
    return await save_form(
        request,
        NewDropIn,
        create(caller, f"drop-in:{survivor_id}", verb),
        show=partial(_show, request, "drop_in", db, caller, survivor_id),
        then=f"/people/{survivor_id}?saved=drop-in",
    )


@get(
    "/people/{survivor_id:uuid}/activity",
    permission=Permission.RECORD_WORK,
    include_in_schema=False,
)
async def activity(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Response[str]:
    return await _show(request, "activity", db, caller, survivor_id, Form())


@post(
    "/people/{survivor_id:uuid}/activity",
    permission=Permission.RECORD_WORK,
    include_in_schema=False,
)
async def record_activity(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: UUID
) -> Response[Any]:
    verb = partial(service.record_activity, db, caller, survivor_id)
    return await save_form(
        request,
        NewActivity,
        create(caller, f"activity:{survivor_id}", verb),
        show=partial(_show, request, "activity", db, caller, survivor_id),
        then=f"/people/{survivor_id}?saved=activity",
    )


def coming_days(today: date) -> tuple[Choice, ...]:
    """The usual days of a next contact, as chips."""
    tomorrow, soon, week = (today + timedelta(days=ahead) for ahead in (1, 3, 7))
    return (
        (tomorrow.isoformat(), f"Tomorrow {day(tomorrow)[:3]}"),
        (soon.isoformat(), f"In 3 days {day(soon)[:3]}"),
        (week.isoformat(), f"Next week {day(week)[:3]}"),
        (PICK, "Pick a day"),
    )


def past_days(today: date) -> tuple[Choice, ...]:
    """The usual days of what has happened, as chips."""
    yesterday = today - timedelta(days=1)
    return (
        (today.isoformat(), "Today"),
        (yesterday.isoformat(), f"Yesterday {day(yesterday)[:3]}"),
        (PICK, "Pick a day"),
    )


async def _show(
    request: Request[Any, Any, Any],
    name: str,
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    form: Form,
    status: int = 200,
) -> Response[str]:
    form_subject: FormSubject = await service.prepare_form(db, caller, survivor_id)
    today = local_date(form_subject.now, zone_of(form_subject.zone))
    return render(
        request,
        f"check_ins/{name}.html",
        status=status,
        form=form,
        form_subject=form_subject,
        today=today,
        coming_days=coming_days(today),
        past_days=past_days(today),
    )


ROUTES = (
    check_in,
    visit,
    log_check_in,
    drop_in,
    record_drop_in,
    activity,
    record_activity,
)
