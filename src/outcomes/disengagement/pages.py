"""When nobody answers: the form for it, and the flags that silence raises."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect

from outcomes.check_ins import service as check_ins
from outcomes.check_ins.models import AttemptOutcome, Channel, NewAttempt
from outcomes.disengagement import service
from outcomes.disengagement.models import FlagResolution, Ladder, NewFlag
from outcomes.errors import Invalid, NotFound
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller, Permission
from outcomes.platform.calendar import local_date
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import Form, parse, submitted
from outcomes.platform.web.pages.templating import render
from outcomes.platform.zones import zone_of


@get(
    "/people/{survivor_id:uuid}/no-answer",
    permission=Permission.RECORD_WORK,
    include_in_schema=False,
)
async def no_answer(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    survivor_id: UUID,
    channel: Channel = Channel.CALL,
    planned_contact_id: UUID | None = None,
) -> Response[str]:
    form = Form.of(
        channel=channel, outcome=AttemptOutcome.NO_ANSWER, planned_contact_id=planned_contact_id
    )
    missed = await service.see_missed_form(db, caller, survivor_id, ladder=ladder)
    return render(request, "disengagement/no_answer.html", form=form, missed=missed, ladder=ladder)


@post(
    "/people/{survivor_id:uuid}/no-answer",
    permission=Permission.RECORD_WORK,
    include_in_schema=False,
)
async def log_attempt(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    survivor_id: UUID,
) -> Response[Any]:
    form = await submitted(request)
    try:
        new = parse(form, NewAttempt)
        creation = Creation.of(caller, form.idempotency_key, f"attempt:{survivor_id}", new)
        await check_ins.log_attempt(db, caller, survivor_id, creation, new)
    except Invalid as error:
        missed = await service.see_missed_form(db, caller, survivor_id, ladder=ladder)
        page, refused = "disengagement/no_answer.html", form.refused(error)
        return render(request, page, form=refused, status=400, missed=missed, ladder=ladder)
    return Redirect(f"/people/{survivor_id}?saved=attempt", status_code=303)


@get(
    "/people/{survivor_id:uuid}/flags", permission=Permission.SEE_SURVIVORS, include_in_schema=False
)
async def flags(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    survivor_id: UUID,
) -> Response[str]:
    shown = await service.list_flags(db, caller, survivor_id, ladder=ladder)
    return render(request, "disengagement/flags.html", shown=shown, ladder=ladder)


@post(
    "/people/{survivor_id:uuid}/flags", permission=Permission.RECORD_WORK, include_in_schema=False
)
async def raise_flag(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    survivor_id: UUID,
) -> Response[Any]:
    form = await submitted(request)
    try:
        new = parse(form, NewFlag)
        creation = Creation.of(caller, form.idempotency_key, f"flag:{survivor_id}", new)
        await service.raise_flag(db, caller, survivor_id, creation, new)
    except Invalid as error:
        shown = await service.list_flags(db, caller, survivor_id, ladder=ladder)
        page, refused = "disengagement/flags.html", form.refused(error)
        return render(request, page, form=refused, status=400, shown=shown, ladder=ladder)
    return Redirect(f"/people/{survivor_id}?saved=flag", status_code=303)


@get(
    "/people/{survivor_id:uuid}/flags/{flag_id:uuid}",
    permission=Permission.SEE_SURVIVORS,
    include_in_schema=False,
)
async def flag(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    survivor_id: UUID,
    flag_id: UUID,
) -> Response[str]:
    return await _show_flag(request, Form(), db, caller, ladder, survivor_id, flag_id)


@post(
    "/people/{survivor_id:uuid}/flags/{flag_id:uuid}/resolution",
    permission=Permission.RECORD_WORK,
    include_in_schema=False,
)
async def resolve_flag(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    survivor_id: UUID,
    flag_id: UUID,
) -> Response[Any]:
    form = await submitted(request)
    try:
        new = parse(form, FlagResolution)
        route = f"resolution:{survivor_id}:{flag_id}"
        creation = Creation.of(caller, form.idempotency_key, route, new)
        await service.resolve_flag(db, caller, survivor_id, flag_id, creation, new)
    except Invalid as error:
        refused = form.refused(error)
        return await _show_flag(
            request, refused, db, caller, ladder, survivor_id, flag_id, status=400
        )
    return Redirect(f"/people/{survivor_id}?saved=resolution", status_code=303)


async def _show_flag(
    request: Request[Any, Any, Any],
    form: Form,
    db: Database,
    caller: Caller,
    ladder: Ladder,
    survivor_id: UUID,
    flag_id: UUID,
    *,
    status: int = 200,
) -> Response[str]:
    shown = await service.list_flags(db, caller, survivor_id, ladder=ladder)
    found = next((one for one in shown.flags if one.id == flag_id), None)
    if found is None:
        raise NotFound
    today = local_date(shown.now, zone_of(shown.zone))
    return render(
        request,
        "disengagement/flag.html",
        form=form,
        status=status,
        shown=shown,
        flag=found,
        today=today,
        ladder=ladder,
    )


ROUTES = (no_answer, log_attempt, flags, raise_flag, flag, resolve_flag)
