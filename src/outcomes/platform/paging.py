"""Pagination by cursor.

A cursor is the place in the list where a page ended, not an id to look up, so every list continues where
it stopped whatever has happened to that row. A page is read with `limit + 1`: the row too many tells
whether another page follows.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from msgspec import Meta, Struct, ValidationError, convert, to_builtins
from msgspec.structs import asdict

from outcomes.errors import Invalid

Item = TypeVar("Item")


class Page(Struct, Generic[Item], frozen=True):
    """A page of a list. `next` is the cursor of the following page; None on the last one."""

    items: tuple[Item, ...]
    next: str | None


class Moment(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A position in a list ordered by time."""

    after_at: Annotated[datetime, Meta(tz=True)]
    after_id: UUID


class Day(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A position in a list ordered by day."""

    after_on: date
    after_id: UUID


class RecordedDay(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A position in a list ordered by day, and within a day by when it was recorded."""

    after_on: date
    after_at: Annotated[datetime, Meta(tz=True)]
    after_id: UUID


Position = TypeVar("Position", Moment, Day, RecordedDay)


def page(
    found: Sequence[Item], limit: int, position: Callable[[Item], Moment | Day | RecordedDay | str]
) -> Page[Item]:
    """A page of at most `limit` items, given the rows read with `limit + 1`."""
    items = tuple(found[:limit])
    if len(found) <= limit:
        return Page(items, None)
    last = position(items[-1])
    return Page(items, last if isinstance(last, str) else "_".join(to_builtins(last)))


def read_cursor(kind: type[Position], cursor: str | None) -> Position | None:
    """The position where the previous page ended.

    Raises:
        Invalid: the cursor did not come from an earlier page.
    """
    if cursor is None:
        return None
    try:
        position = convert(cursor.split("_"), kind)
        if not isinstance(position, Day):
            position.after_at.astimezone(UTC)
    except (ValidationError, OverflowError):
        raise Invalid.field("cursor", "Use the cursor of the previous page.") from None
    return position


def position_args(kind: type[Position], after: Position | None) -> dict[str, object]:
    """The values of `:after_at`, `:after_on` and `:after_id`; all None for the first page."""
    return asdict(after) if after else dict.fromkeys(kind.__struct_fields__)
