"""The schedule as its page shows it, by month (pure)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from msgspec import Struct

from outcomes.pathways.labels import CANCEL_REASONS, MOVED, PLANNED_STATES, SERIES, STAGES
from outcomes.pathways.models import PlannedContact, PlannedState, Schedule
from outcomes.pathways.schedule.cadence import ROLLING, FollowUpStage, Series
from outcomes.platform.calendar import local_date
from outcomes.platform.web.pages.dates import clock, day, day_with_year
from outcomes.platform.zones import zone_of

OPEN_MONTHS = 2
"""Months that are expanded on the page."""

_ICONS = {
    Series.CALL: "phone",
    Series.REVIEW: "note",
    Series.FOLLOW_UP: "chart",
    Series.PROMPT: "message",
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Line(Struct, frozen=True):
    """One contact. `path` is where it is logged, below the person's page."""

    title: str
    icon: str
    moment: date
    when: str
    note: str
    tag: str
    tone: str
    path: str


class Month(Struct, frozen=True):
    """A month of contacts; `counts` such as `2 calls, 1 review`."""

    title: str
    counts: str
    lines: tuple[Line, ...]


class ScheduleView(Struct, frozen=True):
    """Overdue, upcoming and past contacts; the past ones latest first."""

    overdue: tuple[Line, ...]
    open_months: tuple[Month, ...]
    later_months: tuple[Month, ...]
    past: tuple[Line, ...]
    not_due: tuple[tuple[str, date], ...]
    ends: str


def schedule_view(schedule: Schedule, now: datetime) -> ScheduleView:
    """The schedule at `now` (UTC), in the survivor's time."""
    zone = zone_of(schedule.zone)
    ahead = [one for one in schedule.contacts if _is_ahead(one, now)]
    overdue = [one for one in schedule.contacts if _is_overdue(one, now)]
    kept = {one.id for one in (*ahead, *overdue)}
    past = [one for one in schedule.contacts if one.id not in kept]
    months = _months(ahead, zone, now)
    return ScheduleView(
        overdue=tuple(_line(one, zone, now) for one in overdue),
        open_months=months[:OPEN_MONTHS],
        later_months=months[OPEN_MONTHS:],
        past=tuple(_line(one, zone, now) for one in reversed(past)),
        not_due=tuple(
            (_title(Series.FOLLOW_UP, point.stage), point.planned_on) for point in schedule.not_due
        ),
        ends=_ends(schedule),
    )


def _is_ahead(one: PlannedContact, now: datetime) -> bool:
    return one.state is PlannedState.PLANNED and one.closes_at > now


def _is_overdue(one: PlannedContact, now: datetime) -> bool:
    """Texts are never overdue: one that was not sent needs no person."""
    late = one.state is PlannedState.PLANNED and one.closes_at <= now
    return late and one.series is not Series.PROMPT


def _months(ahead: list[PlannedContact], zone: ZoneInfo, now: datetime) -> tuple[Month, ...]:
    def first_of_month(one: PlannedContact) -> date:
        return one.held_on.replace(day=1)

    return tuple(
        _month(first, list(contacts), zone, now)
        for first, contacts in groupby(ahead, key=first_of_month)
    )


def _month(first: date, contacts: list[PlannedContact], zone: ZoneInfo, now: datetime) -> Month:
    return Month(
        title=f"{_MONTHS[first.month - 1]} {first.year}",
        counts=_counts(contacts),
        lines=tuple(_line(one, zone, now) for one in contacts),
    )


def _counts(contacts: Iterable[PlannedContact]) -> str:
    """`2 calls, 1 review`, in the order of Series."""
    found = Counter(one.series for one in contacts)
    return ", ".join(
        f"{found[series]} {SERIES[series].lower()}{'' if found[series] == 1 else 's'}"
        for series in Series
        if found[series]
    )


def _line(one: PlannedContact, zone: ZoneInfo, now: datetime) -> Line:
    tag, tone = _state(one, zone, now)
    return Line(
        title=_title(one.series, one.stage),
        icon=_ICONS[one.series],
        moment=one.held_on,
        when=f"{day(one.held_on)} · {_hours(one, zone)}",
        note=_note(one),
        tag=tag,
        tone=tone,
        path=_path(one) if tone in ("soon", "late") else "",
    )


def _title(series: Series, stage: FollowUpStage | None) -> str:
    return f"{SERIES[series]}, {STAGES[stage].lower()}" if stage else SERIES[series]


def _hours(one: PlannedContact, zone: ZoneInfo) -> str:
    if one.series is Series.PROMPT:
        return f"at {clock(one.due_at, zone)}"
    opens, closes = clock(one.due_at, zone), clock(one.closes_at, zone)
    if local_date(one.closes_at, zone) > one.held_on:
        return "any time" if opens == "00:00" else f"from {opens}"
    return f"until {closes}" if opens == "00:00" else f"{opens} to {closes}"


def _note(one: PlannedContact) -> str:
    """Why the contact was cancelled, or why it was moved to another day."""
    if one.cancel_reason is not None:
        return CANCEL_REASONS[one.cancel_reason]
    if one.moved is None:
        return ""
    return f"moved from {day(one.planned_on)}: {MOVED[one.moved]}"


def _state(one: PlannedContact, zone: ZoneInfo, now: datetime) -> tuple[str, str]:
    if one.state is not PlannedState.PLANNED:
        done = one.state is PlannedState.DONE
        return PLANNED_STATES[one.state], "good" if done else "paused"
    if one.closes_at <= now:
        return ("Not sent", "paused") if one.series is Series.PROMPT else ("Overdue", "late")
    if one.series is not Series.PROMPT and one.held_on <= local_date(now, zone):
        return "Today", "soon"
    return "", "calm"


def _path(one: PlannedContact) -> str:
    if one.series is Series.CALL:
        return f"/check-in?planned_contact_id={one.id}"
    return "/review" if one.series is Series.REVIEW else "/outcomes"


def _ends(schedule: Schedule) -> str:
    pathway = schedule.pathway
    if pathway.exit_on is None:
        return f"Planned {ROLLING.days} days ahead, until {day_with_year(pathway.planned_until)} for now."
    return f"Until {day_with_year(pathway.planned_until)}, two years after exit."
