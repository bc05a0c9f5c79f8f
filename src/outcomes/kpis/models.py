"""KPIs, periods, figures and exports."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from outcomes.errors import Invalid
from outcomes.platform.inputs import Input, ShortText


class Counts(StrEnum):
    """What the figures of a KPI count; it decides how they may be shown externally."""

    PEOPLE = "people"
    EVENTS = "events"
    CATEGORIES = "categories"  # the whole counts categories, each row of the breakdown people


class Shows(StrEnum):
    """How a KPI is read: a number, a share (numerator out of denominator) or a mean over people."""

    NUMBER = "number"
    SHARE = "share"
    MEAN = "mean"


class Audience(StrEnum):
    """Whether figures of a KPI may ever leave the organisation."""

    ANYBODY = "anybody"
    INTERNAL = "internal"


class View(StrEnum):
    """Internal is exact; external has been through disclosure control."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class Mark(StrEnum):
    """A mark shown instead of a figure."""

    SMALL = "<10"
    HIDDEN = "[c]"
    NO_DATA = "[x]"
    NOT_APPLICABLE = "[z]"


class Period(Struct, frozen=True):
    """Whole days in Europe/London, half-open: `first` is in, `until` is the first day after."""

    first: date
    until: date

    def __post_init__(self) -> None:
        if self.until <= self.first:
            raise Invalid.field("last_day", "The last day must not be before the first day.")

    @classmethod
    def days(cls, first: date, last: date) -> "Period":
        """From the first day to the last, both included. Raises Invalid."""
        return cls(first, min(last, date.max - timedelta(days=1)) + timedelta(days=1))

    @property
    def last(self) -> date:
        """The last day that is included."""
        return self.until - timedelta(days=1)


class Kpi(Struct, frozen=True):
    """One KPI: its definition, as its `.sql` file states it, and the statement itself."""

    code: str
    title: str
    counts: Counts
    shows: Shows
    numerator: str
    denominator: str
    breakdown: str  # what the rows are, or "none"
    period: str
    empty: str
    source: str
    needs: frozenset[str]  # the only tables that the statement may read
    audience: Audience
    statement: str  # with named parameters, as `platform.sql` reads them


class KpiValue(Struct, frozen=True):
    """One exact row as the statement returned it. None is "no data", never zero.

    `category` is None for the whole. `mean` is a score, or a number of days, over `denominator`
    people.
    """

    category: str | None = None
    numerator: int | None = None
    denominator: int | None = None
    mean: Decimal | None = None


Cell = int | Decimal | Mark


class DisplayRow(Struct, frozen=True):
    """A row as it may be shown. `share` is a percentage."""

    category: str | None
    number: Cell
    out_of: Cell
    share: Cell
    mean: Cell


class Table(Struct, frozen=True):
    """A KPI with the rows that may be shown, and the names of their categories."""

    kpi: Kpi
    rows: tuple[DisplayRow, ...]
    names: dict[str, str] = {}

    @property
    def whole(self) -> DisplayRow | None:
        """The row that is not part of a breakdown, if there is one."""
        return next((row for row in self.rows if row.category is None), None)


class ExportFormat(StrEnum):
    """A workbook, or a zip of CSV files."""

    XLSX = "xlsx"
    CSV = "csv"


class ExportState(StrEnum):
    """`requested` until the worker's next tick; `deleted` a day after it was ready."""

    REQUESTED = "requested"
    READY = "ready"
    FAILED = "failed"
    DELETED = "deleted"


class NewExport(Input, frozen=True):
    """A request for an export: its content and purpose. Both days are included, in London."""

    view: Annotated[View, Meta(title="which figures")]
    format: Annotated[ExportFormat, Meta(title="the kind of file")]
    first_day: date
    last_day: date
    purpose: Annotated[ShortText, Meta(title="what the export is for")]


class Export(Struct, frozen=True):
    """An export as its requester sees it; times in UTC."""

    id: UUID
    view: View
    format: ExportFormat
    first_day: date
    last_day: date
    purpose: str
    state: ExportState
    requested_at: datetime
    requested_by: UUID
    deletes_at: datetime | None

    @property
    def period(self) -> Period:
        return Period.days(self.first_day, self.last_day)


class ExportFile(Struct, frozen=True):
    """A finished file."""

    name: str
    media_type: str
    content: bytes


class Results(Struct, frozen=True):
    """Everything that a caller may see of a period in one view, and of the period before it."""

    view: View
    period: Period
    today: date
    tables: tuple[Table, ...]
    earlier: tuple[Table, ...]
