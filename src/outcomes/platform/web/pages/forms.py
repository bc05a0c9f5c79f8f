"""HTML forms: what was typed, what is wrong with it, and the Struct it becomes.

Names with dots are nested (`answers.safety-1`). A date asked for in three fields is `left_on.day`,
`left_on.month`, `left_on.year`; where chips offer near dates, the chip `pick` selects them
or to one native date field `left_on.pick`.
"""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request

from outcomes.errors import FieldProblem, Invalid
from outcomes.platform.web.requests.bodies import decode_form, require_content_type
from outcomes.platform.web.requests.reading import CHOSEN, MAX_DEPTH, read

Wanted = TypeVar("Wanted", bound=msgspec.Struct)

CSRF_FIELD = "csrf"
KEY_FIELD = "idempotency_key"
PICK = "pick"


class Form(msgspec.Struct, frozen=True):
    """What a form holds, kept word for word so that a refused page loses nothing."""

    fields: Mapping[str, tuple[str, ...]] = {}
    problems: tuple[FieldProblem, ...] = ()

    @classmethod
    def of(cls, **values: object) -> "Form":
        """A form filled in advance; `None` leaves a field empty. Nested names: `Form.of(**{"a.b": 1})`."""
        return cls({name: (str(v),) for name, v in values.items() if v is not None})

    def value(self, name: str) -> str:
        """What stands in a field; empty when nothing does."""
        return self.fields.get(name, ("",))[0]

    def has(self, name: str, value: object) -> bool:
        """Whether this answer is among those chosen for a field."""
        return str(value) in self.fields.get(name, ())

    def error(self, name: str) -> str | None:
        """The first message for a field, or for a part of it (`left_on.day` for `left_on`)."""
        inside = (name, f"{name}.")
        found = (
            p.message for p in self.problems if p.field == name or p.field.startswith(inside[1])
        )
        return next(found, None)

    def refused(self, error: Invalid) -> "Form":
        """The same form with its problems, to show the page again."""
        return Form(self.fields, error.problems)

    @property
    def idempotency_key(self) -> UUID:
        """The id that the page minted for what this form creates. Raises Invalid."""
        try:
            return UUID(self.value(KEY_FIELD))
        except ValueError:
            raise Invalid.field(KEY_FIELD, "Open the form again: its key is missing.") from None

    def __repr__(self) -> str:
        return "<Form>"


def options(
    words: Mapping[Any, str], hints: Mapping[Any, str] | None = None, *, without: object = None
) -> list[tuple[str, ...]]:
    """The answers that a field offers, from a room's labels: (value, words), with a hint third."""
    return [
        (value, text, hints[value]) if hints else (value, text)
        for value, text in words.items()
        if value != without
    ]


async def submitted(request: Request[Any, Any, Any]) -> Form:
    """The form that this request carries. Raises Invalid, UnsupportedMediaType."""
    require_content_type(request, "application/x-www-form-urlencoded")
    return Form(decode_form(await request.body()))


def parse(form: Form, wanted: type[Wanted]) -> Wanted:
    """The form as a `wanted`, every problem named at once. Raises Invalid."""
    return read(wanted, nested(form.fields), strings=True)


def nested(fields: Mapping[str, tuple[str, ...]]) -> dict[str, object]:
    """`{"a.b": values}` as `{"a": {"b": values}}`, without the fields of the form itself."""
    tree: dict[str, object] = {}
    plain = {k: v for k, v in fields.items() if k not in (CSRF_FIELD, KEY_FIELD)}
    for name, values in sorted(plain.items()):  # so that `a` comes before `a.b`
        *parents, last = name.split(".", MAX_DEPTH)
        place = _place(tree, parents)
        if place is not None:
            place[last] = values
    return tree


def _place(tree: dict[str, object], parents: list[str]) -> dict[str, object] | None:
    """Where a nested field goes; nowhere when a chip has answered already."""
    for name in parents:
        current = tree.get(name)
        if current in (None, (PICK,), ("",)):
            current = tree[name] = {CHOSEN: current} if current == (PICK,) else {}
        if not isinstance(current, dict):
            return None
        tree = current
    return tree
