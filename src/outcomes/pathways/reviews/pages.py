"""The page of a pathway review."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from outcomes.pathways.models import NewReview, ReviewBefore
from outcomes.pathways.reviews import service as reviews
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.web.pages.forms import Form
from outcomes.platform.web.pages.saving import create, save_form
from outcomes.platform.web.pages.templating import render

_REVIEW = "/people/{survivor_id:uuid}/review"
EARLIER_SHOWN = 3


@get(_REVIEW, permission=Permission.RECORD_WORK, include_in_schema=False)
async def review_page(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: FromPath[UUID]
) -> Response[str]:
    return await _review(request, db, caller, survivor_id, None)


@post(_REVIEW, permission=Permission.RECORD_WORK, include_in_schema=False)
async def complete_review(
    request: Request[Any, Any, Any], db: Database, caller: Caller, survivor_id: FromPath[UUID]
) -> Response[Any]:
    verb = partial(reviews.complete_review, db, caller, survivor_id)
    return await save_form(
        request,
        NewReview,
        create(caller, f"review:{survivor_id}", verb),
        show=partial(_review, request, db, caller, survivor_id),
        then=f"/people/{survivor_id}",
        show_conflict=True,
    )


async def _review(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    typed: Form | None,
    status: int = 200,
) -> Response[str]:
    before = await reviews.prepare_review(db, caller, survivor_id)
    earlier = await reviews.list_reviews(db, caller, survivor_id, limit=EARLIER_SHOWN)
    return render(
        request,
        "pathways/review.html",
        status=status,
        form=typed or _blank(before),
        survivor_id=survivor_id,
        before=before,
        early_days=reviews.REVIEW_EARLY_BY.days,
        earlier=earlier,
        overtaken=status == 409,
    )


def _blank(before: ReviewBefore) -> Form:
    return Form.of(held_on=before.today, next_on=before.next_on)


ROUTES = (review_page, complete_review)
