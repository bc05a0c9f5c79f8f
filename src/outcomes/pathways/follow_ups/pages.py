"""The page on which outcomes are assessed. It is here because a follow-up completes a planned one."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from outcomes.assessments import service as assessments
from outcomes.assessments.instruments import Instruments
from outcomes.assessments.models import AssessmentStage, NewOutcomeAssessment, OutcomeInstrument
from outcomes.assessments.progress.presentation import last_answers, last_scores
from outcomes.assessments.records import OutcomesBefore
from outcomes.pathways.reviews import service as reviews
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import Form
from outcomes.platform.web.pages.saving import create, save_form
from outcomes.platform.web.pages.templating import render

_OUTCOMES = "/people/{survivor_id:uuid}/outcomes"


@get(_OUTCOMES, permission=Permission.RECORD_WORK, include_in_schema=False)
async def outcomes_page(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    instruments: Instruments,
    survivor_id: FromPath[UUID],
) -> Response[str]:
    before = await assessments.prepare_outcomes(db, caller, survivor_id)
    stage = None if before.latest else AssessmentStage.ENTRY
    form = Form.of(stage=stage, assessed_on=before.today)
    return _page(request, instruments.offered_outcomes, survivor_id, before, form)


@post(_OUTCOMES, permission=Permission.RECORD_WORK, include_in_schema=False)
async def record_outcomes(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    instruments: Instruments,
    survivor_id: FromPath[UUID],
) -> Response[Any]:
    verb = partial(reviews.record_follow_up, db, caller, survivor_id, instruments=instruments)

    async def show(form: Form, status: int) -> Response[str]:
        before = await assessments.prepare_outcomes(db, caller, survivor_id)
        return _page(request, instruments.offered_outcomes, survivor_id, before, form, status)

    return await save_form(
        request,
        NewOutcomeAssessment,
        create(caller, f"outcomes:{survivor_id}", verb),
        show=show,
        then=f"/people/{survivor_id}/progress",
    )


def _page(
    request: Request[Any, Any, Any],
    instrument: OutcomeInstrument,
    survivor_id: UUID,
    before: OutcomesBefore,
    form: Form,
    status: int = 200,
) -> Response[str]:
    return render(
        request,
        "pathways/outcomes.html",
        status=status,
        form=form,
        survivor_id=survivor_id,
        before=before,
        instrument=instrument,
        last_scores=last_scores(before),
        last_answers=last_answers(instrument, before),
    )


ROUTES = (outcomes_page, record_outcomes)
