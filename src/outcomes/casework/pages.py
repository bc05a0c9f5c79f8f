"""Today, Person, Inbox and Team."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect

from outcomes.assessments.instruments import Instruments
from outcomes.casework import presentation, service
from outcomes.casework.models import CoverForm, Person
from outcomes.disengagement.rules import Ladder
from outcomes.errors import Conflict
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.calendar import local_date
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import Form, submitted
from outcomes.platform.web.pages.saving import create, save_form
from outcomes.platform.web.pages.templating import render
from outcomes.platform.web.requests.guards import SIGNED_IN
from outcomes.platform.zones import is_zone, zone_of
from outcomes.prompts import service as prompts
from outcomes.prompts.inbox import service as inbox_verbs
from outcomes.prompts.models import NoBody
from outcomes.survivors.choices import ZONES, language_name

SAVED = {
    "call": "Check-in saved.",
    "visit": "Visit saved.",
    "attempt": "Saved: no answer.",
    "drop-in": "Drop-in saved.",
    "activity": "Saved.",
    "flag": "The flag is raised.",
    "resolution": "The flag is resolved.",
    "prompt": "The message goes out within seconds.",
    "task": "Done.",
}
"""The page's confirmation after saving, by the value of `saved` in its address."""


@get("/", permission=SIGNED_IN, include_in_schema=False)
async def today(
    request: Request[Any, Any, Any], db: Database, caller: Caller, ladder: Ladder
) -> Response[Any]:
    """Roles without a caseload are redirected to their first page."""
    if not caller.may(Permission.SEE_SURVIVORS):
        elsewhere = "/team" if caller.may(Permission.SEE_TEAM) else "/results"
        return Redirect(elsewhere, status_code=303)
    return render(
        request,
        "casework/today.html",
        today=await service.get_today(db, caller),
        local_date=local_date,
        zone_of=zone_of,
        reason_tags=partial(presentation.reason_tags, ladder=ladder),
    )


@get("/people/{survivor_id:uuid}", permission=Permission.SEE_SURVIVORS, include_in_schema=False)
async def person(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    instruments: Instruments,
    survivor_id: UUID,
    saved: str | None = None,
    cursor: str | None = None,
) -> Response[str]:
    found = await service.get_person(db, caller, survivor_id, ladder=ladder, cursor=cursor)
    return _person(request, found, ladder, instruments, saved=saved, older=cursor is not None)


@post(
    "/people/{survivor_id:uuid}/prompts",
    permission=Permission.SEND_PROMPTS,
    include_in_schema=False,
)
async def send_now(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    instruments: Instruments,
    survivor_id: UUID,
) -> Response[Any]:
    """The next message now, or why not."""
    form = await submitted(request)
    creation = Creation.of(caller, form.idempotency_key, f"prompt:{survivor_id}", NoBody())
    try:
        await prompts.request_now(db, caller, survivor_id, creation)
    except Conflict as error:
        found = await service.get_person(db, caller, survivor_id, ladder=ladder)
        return _person(request, found, ladder, instruments, refusal=error.message)
    return Redirect(f"/people/{survivor_id}?saved=prompt", status_code=303)


@post("/tasks/{task_id:uuid}/done", permission=Permission.RECORD_WORK, include_in_schema=False)
async def finish_task(db: Database, caller: Caller, task_id: UUID) -> Redirect:
    task = await service.finish_task(db, caller, task_id)
    back = f"/people/{task.survivor_id}?saved=task" if task.survivor_id else "/team"
    return Redirect(back, status_code=303)


@get("/inbox", permission=Permission.READ_INBOX, include_in_schema=False)
async def inbox(request: Request[Any, Any, Any], db: Database, caller: Caller) -> Response[str]:
    messages = await inbox_verbs.list_inbox(db, caller, limit=100)
    return render(request, "casework/inbox.html", messages=messages)


@get("/inbox/{message_id:uuid}", permission=Permission.READ_INBOX, include_in_schema=False)
async def message(
    request: Request[Any, Any, Any], db: Database, caller: Caller, message_id: UUID
) -> Response[str]:
    found = await inbox_verbs.get_message(db, caller, message_id)
    return render(request, "casework/message.html", message=found)


@post("/inbox/{message_id:uuid}/handled", permission=Permission.READ_INBOX, include_in_schema=False)
async def handle_message(db: Database, caller: Caller, message_id: UUID) -> Redirect:
    await inbox_verbs.handle_message(db, caller, message_id)
    return Redirect("/inbox", status_code=303)


@get("/team", permission=Permission.SEE_TEAM, include_in_schema=False)
async def team(
    request: Request[Any, Any, Any], db: Database, caller: Caller, ladder: Ladder
) -> Response[str]:
    return await _team(request, db, caller, ladder, Form())


@post("/team/cover", permission=Permission.SEE_TEAM, include_in_schema=False)
async def arrange_cover(
    request: Request[Any, Any, Any], db: Database, caller: Caller, ladder: Ladder
) -> Response[Any]:
    verb = partial(service.arrange_cover, db, caller)
    return await save_form(
        request,
        CoverForm,
        create(caller, "cover", verb),
        show=partial(_team, request, db, caller, ladder),
        then="/team",
    )


async def _team(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    ladder: Ladder,
    form: Form,
    status: int = 200,
) -> Response[str]:
    shown = await service.get_team(db, caller, ladder=ladder)
    template = "casework/team.html"
    return render(request, template, status=status, form=form, team=shown, ladder=ladder)


def _person(
    request: Request[Any, Any, Any],
    found: Person,
    ladder: Ladder,
    instruments: Instruments,
    *,
    saved: str | None = None,
    older: bool = False,
    refusal: str = "",
) -> Response[str]:
    zone = found.summary.zone
    return render(
        request,
        "casework/person.html",
        status=409 if refusal else 200,
        current_section="/people",
        person=found,
        today=local_date(found.now, zone_of(zone)),
        place=ZONES.get(zone, zone),
        zone_known=is_zone(zone),
        language=language_name(found.contactability.language),
        saved=SAVED.get(saved or "", ""),
        refusal=refusal,
        older=older,
        ladder=ladder,
        outcomes=presentation.outcomes_words(found.summary, instruments),
        needs=presentation.needs_words(found.summary, instruments),
        timeline_item=partial(presentation.timeline_item, ladder=ladder, instruments=instruments),
    )


ROUTES = (
    today,
    person,
    send_now,
    finish_task,
    inbox,
    message,
    handle_message,
    team,
    arrange_cover,
)
