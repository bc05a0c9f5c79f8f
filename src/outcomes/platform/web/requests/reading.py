"""Reads a request as a valid Struct, or reports every problem at once."""

import re
import unicodedata
from functools import cache
from itertools import islice
from typing import TypeVar

import msgspec
from msgspec import inspect

from outcomes.errors import FieldProblem, Invalid
from outcomes.platform.web.requests.names import field_name
from outcomes.platform.web.requests.wording import Path, bare_info, explain

Wanted = TypeVar("Wanted", bound=msgspec.Struct)

MAX_DEPTH = 12
CHOSEN = "chosen"
"""Marks a date whose chip was chosen, to tell an empty day from no answer."""
MAX_PROBLEMS = 100
"""The most problems reported, so that an answer is never larger than its request."""
_LIFETIMES = re.compile(r"(19|20)[0-9]{2}-.*", re.DOTALL)
"""Plausible years of a date."""
_NO_DAY = "not a date"
_CLOCK_TIME = re.compile(r"(\d{1,2})[:.](\d{2})")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Controls and lone surrogates, but for tab and the ends of lines."""
_MANY = (inspect.ListType, inspect.SetType, inspect.FrozenSetType, inspect.VarTupleType)


def read(wanted: type[Wanted], raw: object, *, strings: bool = False) -> Wanted:
    """`raw` (decoded JSON, or with `strings` the nested fields of a form) as a `wanted`.

    Raises Invalid with one problem for each field; no message repeats a value.
    """
    problems: list[FieldProblem] = []
    tidy = _fit(raw, _type_info(wanted), (), problems)
    if not problems:
        try:
            return msgspec.convert(tidy, wanted, strict=not strings)
        except msgspec.ValidationError:
            problems = list(islice(explain(wanted, tidy, strict=not strings), MAX_PROBLEMS))
    raise Invalid(*problems[:MAX_PROBLEMS])


def is_blank(text: str) -> bool:
    """Whether the text is empty or has only spaces and zero-width characters."""
    return not any(unicodedata.category(character)[0] not in "ZC" for character in text)


@cache
def _type_info(wanted: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(wanted)


@cache
def _field_types(wanted: type[msgspec.Struct]) -> dict[str, inspect.Type]:
    info = _type_info(wanted)
    fields = info.fields if isinstance(info, inspect.StructType) else ()
    return {field.encode_name: bare_info(field.type) for field in fields}


def _fit(
    raw: object, wanted: inspect.Type | None, path: Path, problems: list[FieldProblem]
) -> object:
    """`raw` with its text tidied and its shape brought to what the type asks for."""
    if len(path) > MAX_DEPTH:
        raise Invalid.field(field_name(path[0]), "Send this with less nesting.")
    wanted = bare_info(wanted) if wanted else None
    match raw:
        case str():
            return _text(raw, wanted, path, problems)
        case dict() if isinstance(wanted, inspect.DateType):
            return _text(_iso_date(raw), wanted, path, problems)
        case dict():
            return _object(raw, wanted, path, problems)
        case tuple():  # the values of one form field
            many = isinstance(wanted, _MANY)
            kept = [value for value in raw if not is_blank(value)] if many else list(raw)
            return _fit(kept if many or len(kept) > 1 else kept[0], wanted, path, problems)
        case list():
            item = wanted.item_type if isinstance(wanted, _MANY) else None
            return [_fit(v, item, (*path, str(i)), problems) for i, v in enumerate(raw)]
        case _:
            return raw


def _object(
    raw: dict[str, object], wanted: inspect.Type | None, path: Path, problems: list[FieldProblem]
) -> dict[str, object]:
    """Members in their own types; blank text counts as not given."""
    declared = _field_types(wanted.cls) if isinstance(wanted, inspect.StructType) else {}
    other = wanted.value_type if isinstance(wanted, inspect.DictType) else None
    fitted = {
        name if name in declared else _text(name, None, (*path, name), problems): _fit(
            value, declared.get(name, other), (*path, name), problems
        )
        for name, value in raw.items()
    }
    return {name: value for name, value in fitted.items() if value != ""}


def _text(raw: str, wanted: inspect.Type | None, path: Path, problems: list[FieldProblem]) -> str:
    if _NOT_TEXT.search(raw):
        problems.append(
            FieldProblem(
                ".".join(map(field_name, path)),
                "Remove the characters that cannot be printed, then send it again.",
            )
        )
        return ""
    if is_blank(raw):
        return ""
    text = unicodedata.normalize("NFC", raw.strip())
    if isinstance(wanted, inspect.TimeType) and (found := _CLOCK_TIME.fullmatch(text)):
        return f"{int(found[1]):02}:{found[2]}:00"
    is_day = isinstance(wanted, inspect.DateType | inspect.DateTimeType)
    return text if not is_day or _LIFETIMES.fullmatch(text) else _NO_DAY


def _iso_date(parts: dict[str, object]) -> str:
    """A date typed in three fields, or picked in one; else text that no date accepts."""
    typed = {name: str(v[0]).strip() if isinstance(v, tuple) else "" for name, v in parts.items()}
    if picked := typed.get("pick"):
        return picked
    if not any(typed.values()):
        return ""
    day, month, year = (typed.get(name, "") for name in ("day", "month", "year"))
    if not (day + month + year).isascii() or len(year) != 4:
        return _NO_DAY
    return f"{year}-{month:0>2}-{day:0>2}"
