"""The *no answer* form, and the pages of flags."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from outcomes.check_ins import service as check_ins
from outcomes.check_ins.models import AttemptOutcome, Channel, NewAttempt
from outcomes.disengagement import service
from outcomes.disengagement.models import FlagResolution, NewFlag
from outcomes.disengagement.rules import Ladder
from outcomes.errors import NotFound
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.calendar import local_date
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import Form
from outcomes.platform.web.pages.saving import create, save_form
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
    return await _show_no_answer(request, db, caller, ladder, survivor_id, form)


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
    verb = partial(check_ins.log_attempt, db, caller, survivor_id)
    return await save_form(
        request,
        NewAttempt,
        create(caller, f"attempt:{survivor_id}", verb),
        show=partial(_show_no_answer, request, db, caller, ladder, survivor_id),
        then=f"/people/{survivor_id}?saved=attempt",
    )


async def _show_no_answer(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    survivor_id: UUID,
    form: Form,
    status: int = 200,
) -> Response[str]:
    form_subject = await service.prepare_no_answer(db, caller, survivor_id, ladder=ladder)
    template = "disengagement/no_answer.html"
    return render(
        request, template, status=status, form=form, form_subject=form_subject, ladder=ladder
    )


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
    return await _show_flags(request, db, caller, ladder, survivor_id, Form())


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
    verb = partial(service.raise_flag, db, caller, survivor_id)
    return await save_form(
        request,
        NewFlag,
        create(caller, f"flag:{survivor_id}", verb),
        show=partial(_show_flags, request, db, caller, ladder, survivor_id),
        then=f"/people/{survivor_id}?saved=flag",
    )


async def _show_flags(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    survivor_id: UUID,
    form: Form,
    status: int = 200,
) -> Response[str]:
    subject = await service.list_flags(db, caller, survivor_id, ladder=ladder)
    template = "disengagement/flags.html"
    return render(request, template, status=status, form=form, subject=subject, ladder=ladder)


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
    return await _show_flag(request, db, caller, ladder, survivor_id, flag_id, Form())


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
    verb = partial(service.resolve_flag, db, caller, survivor_id, flag_id)
    return await save_form(
        request,
        FlagResolution,
        create(caller, f"resolution:{survivor_id}:{flag_id}", verb),
        show=partial(_show_flag, request, db, caller, ladder, survivor_id, flag_id),
        then=f"/people/{survivor_id}?saved=resolution",
    )


async def _show_flag(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    survivor_id: UUID,
    flag_id: UUID,
    form: Form,
    status: int = 200,
) -> Response[str]:
    subject = await service.list_flags(db, caller, survivor_id, ladder=ladder)
    found = next((one for one in subject.flags if one.id == flag_id), None)
    if found is None:
        raise NotFound
    today = local_date(subject.now, zone_of(subject.zone))
    return render(
        request,
        "disengagement/flag.html",
        form=form,
        status=status,
        subject=subject,
        flag=found,
        today=today,
        ladder=ladder,
    )


ROUTES = (no_answer, log_attempt, flags, raise_flag, flag, resolve_flag)
