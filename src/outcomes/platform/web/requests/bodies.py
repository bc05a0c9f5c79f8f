"""Request bodies, read strictly.

By default litestar parses `text/plain` as JSON, lets the last of two equal keys win, keeps form
bodies (passwords among them) in a cache, and answers 500 to invalid UTF-8 or deep nesting.
"""

import json
import math
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import ClientException
from msgspec import Struct

from outcomes.errors import Invalid
from outcomes.platform.web.requests.names import field_name
from outcomes.platform.web.requests.reading import read

MAX_BODY_BYTES = 1024 * 1024
MAX_FIELDS = 100
MAX_INTEGER_DIGITS = 18  # inside PostgreSQL's bigint
_NOT_JSON = "Send one JSON document in UTF-8, without NaN, huge numbers or deep nesting."
_NOT_A_FORM = "Send the form again: it arrived damaged."


class UnsupportedMediaType(ClientException):
    """The content type is not the one that this address accepts."""

    status_code = 415


class StrictRequest(Request[Any, Any, State]):
    """The request class of the application: a handler's `data: SomeInput` is read strictly."""

    async def json(self) -> Any:
        """The body as the type that the handler declares for `data`.

        Raises Invalid (naming the fields) and UnsupportedMediaType.
        """
        require_content_type(self, "application/json")
        document = decode_json(await self.body())
        declared = self.route_handler.parsed_data_field
        if declared is None or not declared.is_subclass_of(Struct):
            return document
        return read(declared.annotation, document)


def require_content_type(request: Request[Any, Any, Any], accepted: str) -> None:
    """Exactly this type, in UTF-8. Raises UnsupportedMediaType."""
    given, options = request.content_type
    if given != accepted or options.get("charset", "utf-8").lower() != "utf-8":
        raise UnsupportedMediaType(f"Send this as {accepted}.")
    if "content-encoding" in request.headers:
        raise UnsupportedMediaType("Send the body uncompressed.")


def decode_json(body: bytes) -> object:
    """One JSON document, strictly. Raises Invalid."""
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_bounded,
        )
    except (ValueError, RecursionError):
        raise Invalid.field("body", _NOT_JSON) from None


def decode_form(body: bytes) -> dict[str, tuple[str, ...]]:
    """URL-encoded fields in the order sent, each with all its values. Raises Invalid."""
    if not body:
        return {}
    pieces = body.split(b"&", MAX_FIELDS)
    if len(pieces) > MAX_FIELDS:
        raise Invalid.field("form", f"Send at most {MAX_FIELDS} fields at once.")
    fields: dict[str, tuple[str, ...]] = {}
    for piece in pieces:
        name, _, value = piece.partition(b"=")
        key = _percent_decoded(name)
        fields[key] = (*fields.get(key, ()), _percent_decoded(value).replace("\r\n", "\n"))
    return fields


def _percent_decoded(text: bytes) -> str:
    try:
        return unquote_to_bytes(text.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid.field("form", _NOT_A_FORM) from None


def _unique(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise Invalid.field(field_name(key), "Give this field once.")
        found[key] = value
    return found


def _refuse(_constant: str) -> object:
    raise ValueError


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError
    return number


def _bounded(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise ValueError
    return int(digits)
