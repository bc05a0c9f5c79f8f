"""Messages for fields that cannot be accepted: what to do, in plain English.

Follows the GOV.UK Design System's advice on error messages: name the field, say the remedy, use
the same words in the summary and beside the field.
"""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import inspect

from outcomes.errors import FieldProblem
from outcomes.platform.web.requests.names import field_name, phrase, title_of

Path = tuple[str, ...]
_CHOICES = (inspect.EnumType, inspect.LiteralType, inspect.BoolType)


def explain(
    wanted: Any, raw: object, *, strict: bool, path: Path = (), title: str = "", remedy: str = ""
) -> Iterator[FieldProblem]:
    """Each problem of `raw` as a `wanted`, a type annotation; nothing when it fits.

    `path` leads from the body to this value; `title` and `remedy` are what its field declares.
    """
    try:
        msgspec.convert(raw, wanted, strict=strict)
    except msgspec.ValidationError:
        bare = _bare(wanted)
        title = title or title_of(path[-1] if path else "body")
        if isinstance(bare, type) and issubclass(bare, msgspec.Struct) and isinstance(raw, dict):
            found = list(_fields(bare, raw, strict, path))
        else:
            found = list(_members(bare, raw, strict, path, title))
        yield from found or [_problem(path, remedy or wrong(title, leaf(wanted), raw))]


def leaf(wanted: Any) -> inspect.Type:
    """The type without its metadata and without `| None`."""
    return bare_info(inspect.type_info(wanted))


def bare_info(info: inspect.Type) -> inspect.Type:
    """The same for a type that is inspected already."""
    if isinstance(info, inspect.Metadata):
        return bare_info(info.type)
    if isinstance(info, inspect.UnionType):
        given = [one for one in info.types if not isinstance(one, inspect.NoneType)]
        return bare_info(given[0]) if len(given) == 1 else info
    return info


def missing(title: str, info: inspect.Type) -> str:
    """What to say when a field was left empty."""
    verb = "Choose" if isinstance(info, _CHOICES) else "Enter"
    return f"{verb} {phrase(title)}{_example(info)}."


def wrong(title: str, info: inspect.Type, raw: object) -> str:
    """What to say when a field holds something that it cannot."""
    match info:
        case inspect.StrType(max_length=int(most)) if isinstance(raw, str) and len(raw) > most:
            return f"Shorten {phrase(title)} to {most:,} characters or fewer."
        case inspect.IntType(ge=int(low), le=int(high)):
            return f"Enter {phrase(title)} as a whole number from {low} to {high}."
        case inspect.EnumType() | inspect.LiteralType() | inspect.BoolType():
            return f"Choose one of the answers for {phrase(title)}."
        case inspect.UUIDType():
            return f"Choose {phrase(title)} again."
    if example := _example(info):
        return f"Enter {phrase(title)}{example}."
    return f"Check {phrase(title)}."


def _example(info: inspect.Type) -> str:
    match info:
        case inspect.DateType():
            return " as 24 11 2026"
        case inspect.TimeType():
            return " as 14:05"
        case inspect.DateTimeType():
            return " with its time zone, as 2026-11-24T14:05:00Z"
        case inspect.IntType():
            return " as a whole number"
        case inspect.FloatType() | inspect.DecimalType():
            return " as a number"
    return ""


def _fields(
    wanted: type[msgspec.Struct], raw: dict[str, object], strict: bool, path: Path
) -> Iterator[FieldProblem]:
    known = msgspec.structs.fields(wanted)
    for field in known:
        here = (*path, field.encode_name)
        title, remedy = _declared(field.type)
        title = title or title_of(field.name)
        if field.encode_name in raw:
            value = raw[field.encode_name]
            yield from explain(
                field.type, value, strict=strict, path=here, title=title, remedy=remedy
            )
        elif field.required:
            yield _problem(here, remedy or missing(title, leaf(field.type)))
    for unknown in sorted(raw.keys() - {field.encode_name for field in known}):
        yield _problem((*path, unknown), "Leave this field out: it is not known here.")


def _members(
    bare: Any, raw: object, strict: bool, path: Path, title: str
) -> Iterator[FieldProblem]:
    """The problems inside a mapping, whose names are titles, or a list, which has one title."""
    arguments = get_args(bare)
    if get_origin(bare) is dict and isinstance(raw, dict):
        for name, value in raw.items():
            yield from explain(arguments[1], value, strict=strict, path=(*path, name))
    elif get_origin(bare) in (list, tuple, set, frozenset) and isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from explain(
                arguments[0], value, strict=strict, path=(*path, str(index)), title=title
            )


def _bare(wanted: Any) -> Any:
    """An annotation without `Annotated` and without `| None`."""
    if get_origin(wanted) is Annotated:
        return _bare(get_args(wanted)[0])
    if get_origin(wanted) in (Union, types.UnionType):
        given = [one for one in get_args(wanted) if one is not types.NoneType]
        return _bare(given[0]) if len(given) == 1 else wanted
    return wanted


def _declared(wanted: Any) -> tuple[str, str]:
    """The title and the remedy that a field's `Meta` declares, each possibly empty."""
    title = remedy = ""
    for meta in getattr(wanted, "__metadata__", ()):
        title = getattr(meta, "title", None) or title
        remedy = (getattr(meta, "extra", None) or {}).get("remedy", remedy)
    return title, remedy


def _problem(path: Path, message: str) -> FieldProblem:
    return FieldProblem(".".join(map(field_name, path)) or "body", message)
