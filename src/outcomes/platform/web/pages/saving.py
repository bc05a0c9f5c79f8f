"""Saving a submitted form: save and redirect, or show it again with what was typed."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.response import Redirect

from outcomes.errors import Conflict, Invalid
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.web.pages.forms import Form, parse, submitted

Wanted = TypeVar("Wanted", bound=msgspec.Struct)
Show = Callable[[Form, int], Awaitable[Response[str]]]
"""Renders the page of a form with a status."""


async def save_form(
    request: Request[Any, Any, Any],
    wanted: type[Wanted],
    save: Callable[[Form, Wanted], Awaitable[object]],
    *,
    show: Show,
    then: str | Callable[[Wanted], str],
    show_conflict: bool = False,
) -> Response[Any]:
    """Read the form as `wanted`, save it and redirect to `then`.

    A form that is refused is shown again, with what was typed and every problem. With
    `show_conflict`, so is one whose record somebody else has changed meanwhile (409).
    """
    form = await submitted(request)
    try:
        new = parse(form, wanted)
        await save(form, new)
    except Invalid as error:
        return await show(form.refused(error), 400)
    except Conflict:
        if not show_conflict:
            raise
        return await show(form, 409)
    return Redirect(then if isinstance(then, str) else then(new), status_code=303)


def create(
    caller: Caller, route: str, verb: Callable[[Creation, Wanted], Awaitable[object]]
) -> Callable[[Form, Wanted], Awaitable[object]]:
    """For `save_form`: call a verb that creates something, once however often the form is sent.

    `route` names the verb and the ids in its path.
    """

    async def save(form: Form, new: Wanted) -> object:
        return await verb(Creation.of(caller, form.idempotency_key, route, new), new)

    return save
