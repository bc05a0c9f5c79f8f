"""What holds of every schedule, whatever the dates; months against dateutil's recurrence rules."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, MONTHLY, rrule
from hypothesis import given
from hypothesis import strategies as st

from outcomes.pathways.schedule.cadence import Cadence, Occurrence, Series, due_at, due_window, plan
from outcomes.platform.calendar import DayHours, SafeHours, UkPart, is_open, is_working_day

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
parts = st.sampled_from(UkPart)
weekday_sets = st.frozensets(st.integers(0, 4), min_size=1)
Planner = Callable[[date], list[Occurrence]]


@st.composite
def cadences(draw: st.DrawFn) -> Cadence:
    every = draw(st.integers(2, 60))
    return Cadence(
        call_every_days=every,
        review_every_months=draw(st.integers(1, 6)),
        prompt_days_before_call=draw(st.integers(0, every - 1)),
    )


@st.composite
def schedules(draw: st.DrawFn) -> tuple[date, date, Cadence, frozenset[int], UkPart]:
    anchor_on = draw(days)
    exit_on = anchor_on + timedelta(days=draw(st.integers(-800, 400)))
    return anchor_on, exit_on, draw(cadences()), draw(weekday_sets), draw(parts)


@given(schedules())
def test_every_schedule_is_unique_bounded_and_on_allowed_days(
    case: tuple[date, date, Cadence, frozenset[int], UkPart],
) -> None:
    anchor_on, exit_on, cadence, weekdays, part = case
    working = partial(is_working_day, part)
    schedule = plan(anchor_on, exit_on, cadence, working, weekdays, anchor_on)
    end_on = exit_on + relativedelta(years=2)
    assert len({(item.series, item.planned_on) for item in schedule}) == len(schedule)
    assert schedule == sorted(schedule)
    for item in schedule:
        last_on = end_on if item.series is Series.FOLLOW_UP else end_on - timedelta(days=1)
        assert anchor_on <= item.planned_on <= last_on
        assert anchor_on <= item.held_on <= last_on
        first_on = max(anchor_on, item.planned_on - timedelta(days=30))
        reachable = range((last_on - first_on).days + 1)
        if any(allowed(first_on + timedelta(days=n), weekdays, working) for n in reachable):
            assert allowed(item.held_on, weekdays, working)


def allowed(day: date, weekdays: frozenset[int], working: Callable[[date], bool]) -> bool:
    return day.weekday() in weekdays and working(day)


@given(schedules())
def test_the_series_never_drifts(
    case: tuple[date, date, Cadence, frozenset[int], UkPart],
) -> None:
    anchor_on, exit_on, cadence, weekdays, part = case
    schedule = plan(anchor_on, exit_on, cadence, partial(is_working_day, part), weekdays, anchor_on)
    start = datetime.combine(anchor_on, time())
    until = datetime.combine(exit_on + relativedelta(years=2), time()) - timedelta(days=1)
    calls = rrule(DAILY, interval=cadence.call_every_days, dtstart=start, until=until)
    # The anchor's day or the month's last: the latest that exists from the 28th to the anchor day
    candidates = range(min(anchor_on.day, 28), anchor_on.day + 1)
    reviews = rrule(
        MONTHLY,
        interval=cadence.review_every_months,
        bymonthday=candidates,
        bysetpos=-1,
        dtstart=start,
        until=until,
    )
    assert planned(schedule, Series.CALL) == [day.date() for day in calls][1:]
    assert planned(schedule, Series.REVIEW) == [day.date() for day in reviews][1:]
    ahead = timedelta(days=cadence.prompt_days_before_call)
    assert [day + ahead for day in planned(schedule, Series.PROMPT)] == planned(
        schedule, Series.CALL
    )


def planned(schedule: list[Occurrence], series: Series) -> list[date]:
    return [item.planned_on for item in schedule if item.series is series]


@given(schedules())
def test_a_series_is_held_in_order_and_no_prompt_comes_after_its_call(
    case: tuple[date, date, Cadence, frozenset[int], UkPart],
) -> None:
    anchor_on, exit_on, cadence, weekdays, part = case
    schedule = plan(anchor_on, exit_on, cadence, partial(is_working_day, part), weekdays, anchor_on)
    held = {
        series: [item.held_on for item in schedule if item.series is series] for series in Series
    }
    for dates in held.values():
        assert dates == sorted(dates)
    for prompt_on, call_on in zip(held[Series.PROMPT], held[Series.CALL], strict=True):
        assert prompt_on <= call_on


@given(schedules(), st.integers(0, 500), st.integers(0, 500))
def test_planning_again_keeps_what_is_planned(
    case: tuple[date, date, Cadence, frozenset[int], UkPart], first: int, later: int
) -> None:
    """On any later day, and once an exit date is known, the same dates come out again."""
    anchor_on, exit_on, cadence, weekdays, part = case
    planner = partial(
        plan,
        cadence=cadence,
        is_working_day=partial(is_working_day, part),
        allowed_weekdays=weekdays,
    )
    today = anchor_on + timedelta(days=first)
    then = today + timedelta(days=later)
    rolling = planner(anchor_on, None, today=today)
    assert set(rolling) <= set(planner(anchor_on, None, today=then))
    assert planner(anchor_on, exit_on, today=today) == planner(anchor_on, exit_on, today=then)
    assert all(item.planned_on < today + timedelta(days=90) for item in rolling)


zones = st.sampled_from(
    ["Europe/London", "America/Havana", "Africa/Cairo", "Asia/Kathmandu", "Pacific/Apia"]
).map(ZoneInfo)


@st.composite
def day_hours(draw: st.DrawFn) -> tuple[DayHours, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(DayHours(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False))


safe_hours = st.builds(SafeHours, *[day_hours()] * 7)


@given(safe_hours, zones, days, st.floats(0, 1))
def test_a_due_time_is_a_safe_minute_of_that_local_day(
    hours: SafeHours, zone: ZoneInfo, day: date, shift: float
) -> None:
    window = due_window(day, hours, zone)
    if window is None:
        return
    due = due_at(window, shift)
    assert window.opens_at <= due < window.closes_at
    assert is_open(hours, zone, due)
    assert due.astimezone(zone).date() == day
    assert window.closes_at - due >= min(timedelta(hours=1), window.length / 2)


def test_the_due_time_of_a_known_window() -> None:
    """Tuesday 1 December 2026 in London: 09:00–10:00 and 13:00–17:00; GMT is UTC."""
    hours = SafeHours(tuesday=(DayHours(540, 600), DayHours(780, 1020)))
    london = ZoneInfo("Europe/London")
    window = due_window(date(2026, 12, 1), hours, london)
    assert window is not None
    assert window.opens_at == datetime(2026, 12, 1, 13, tzinfo=UTC)
    assert window.closes_at == datetime(2026, 12, 1, 17, tzinfo=UTC)
    assert due_at(window, 0) == datetime(2026, 12, 1, 13, tzinfo=UTC)
    assert due_at(window, 0.5) == datetime(2026, 12, 1, 14, 30, tzinfo=UTC)
    assert due_at(window, 1) == datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert due_window(date(2026, 12, 2), hours, london) is None
