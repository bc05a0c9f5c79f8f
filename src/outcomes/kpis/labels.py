"""The words that go with figures, on pages and in exports alike."""

from outcomes.kpis.figures.periods import DAYS_SO_FAR, Preset
from outcomes.kpis.models import Counts, ExportFormat, ExportState, Mark, Shows, View

COUNTS: dict[Counts, str] = {
    Counts.PEOPLE: "People",
    Counts.EVENTS: "Events",
    Counts.CATEGORIES: "Categories",
}
SHOWS: dict[Shows, str] = {
    Shows.NUMBER: "a number",
    Shows.SHARE: "a share: numerator out of denominator",
    Shows.MEAN: "a mean over the people in the denominator",
}
VIEWS: dict[View, str] = {
    View.INTERNAL: "Internal (exact)",
    View.EXTERNAL: "External (rounded)",
}
VIEW_RULES: dict[View, str] = {
    View.INTERNAL: "Internal: exact figures, not to leave the organisation",
    View.EXTERNAL: "External: rounded figures, small numbers hidden",
}
"""What a reader must know about a view before anything else."""

MARKS: dict[Mark, str] = {
    Mark.SMALL: "0 to 9",
    Mark.HIDDEN: "Hidden",
    Mark.NO_DATA: "No data",
    Mark.NOT_APPLICABLE: "–",
}
"""In place of a figure on a page, where there is room for words."""

MARK_MEANINGS: dict[Mark, str] = {
    Mark.SMALL: "from 0 to 9 people; the exact number is hidden so that nobody can be picked out",
    Mark.HIDDEN: "hidden to protect the people counted",
    Mark.NO_DATA: "not available: there is nothing to work it out from, which is not the same as 0",
    Mark.NOT_APPLICABLE: "not applicable to this figure",
}
PRESETS: dict[Preset, str] = {
    Preset.SO_FAR: f"Last {DAYS_SO_FAR} days, with today",
    Preset.LAST_MONTH: "Last month",
    Preset.THREE_MONTHS: "Last 3 months",
    Preset.SIX_MONTHS: "Last 6 months",
    Preset.TWELVE_MONTHS: "Last 12 months",
}
FORMATS: dict[ExportFormat, str] = {
    ExportFormat.XLSX: "Spreadsheet",
    ExportFormat.CSV: "CSV files",
}
FORMAT_HINTS: dict[ExportFormat, str] = {
    ExportFormat.XLSX: "One XLSX workbook",
    ExportFormat.CSV: "For other programs; a zip of four",
}
EXPORT_STATES: dict[ExportState, str] = {
    ExportState.REQUESTED: "Being created",
    ExportState.READY: "Ready",
    ExportState.FAILED: "Failed",
    ExportState.DELETED: "Deleted",
}
