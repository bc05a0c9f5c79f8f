"""The rules when contact is lost (pure). One missed call is no evidence of risk.

The ladder sets the numbers. After an unanswered attempt another one follows within some working days, at
another safe time of day. After several unanswered attempts, or days without two-way contact, the worker
gets a flag. A flag that is not resolved in time escalates to the team lead, then to the designated
safeguarding lead.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from outcomes.disengagement.models import (
    ContactFacts,
    Escalation,
    Evidence,
    FlagDecision,
    FlagRule,
)
from outcomes.platform.calendar import (
    SafeHours,
    Window,
    WorkingDay,
    add_working_days,
    in_daytime,
    local_date,
    to_utc,
    windows_on,
)
from outcomes.providers.models import Responsible

ANOTHER_TIME = timedelta(hours=2)
"""The least difference in time of day from the missed attempt (product default; no external source)."""

SEARCH_DAYS = 31
"""How far ahead a safe window is looked for."""


Days = Annotated[int, Meta(ge=1, le=366)]


class Ladder(Struct, frozen=True, forbid_unknown_fields=True):
    """Product defaults, no published rule exists; a provider may set others."""

    retry_working_days: Days = 2
    tries: Annotated[int, Meta(ge=1, le=20)] = 3
    silent_days: Days = 28
    team_lead_working_days: Days = 2
    safeguarding_lead_working_days: Days = 5

    def __post_init__(self) -> None:
        if self.safeguarding_lead_working_days <= self.team_lead_working_days:
            raise ValueError("Escalate to the safeguarding lead later than to the team lead.")


DEFAULT_LADDER = Ladder()


def decide_flag(facts: ContactFacts, ladder: Ladder, now: datetime) -> FlagDecision | None:
    """The flag to raise for a survivor who has none open, or None. Whole days of 24 hours count."""
    reached = [attempt.at for attempt in facts.attempts if attempt.reached and attempt.at <= now]
    two_way = max([*reached, *_known(facts.two_way_at)], default=None)
    heard_at = max([facts.enrolled_at, *_known(two_way)])
    looked_at = max([heard_at, *_known(facts.resolved_at)])
    tries = tuple(sorted(attempt.at for attempt in facts.attempts if looked_at < attempt.at <= now))
    evidence = Evidence(tries, two_way, (now - heard_at).days)
    if len(tries) >= ladder.tries:
        return FlagDecision(FlagRule.UNANSWERED_TRIES, evidence)
    if (now - looked_at).days >= ladder.silent_days:
        return FlagDecision(FlagRule.NO_CONTACT, evidence)
    return None


def _known(at: datetime | None) -> list[datetime]:
    return [] if at is None else [at]


def escalate(
    raised_at: datetime, ladder: Ladder, is_working: WorkingDay, zone: ZoneInfo, now: datetime
) -> Escalation:
    """Who is responsible for a flag that is still open at `now`.

    It escalates a number of working days after it was raised, at the same hour, in the provider's zone.
    """
    lead_at = _after(raised_at, ladder.team_lead_working_days, is_working, zone)
    last_at = _after(raised_at, ladder.safeguarding_lead_working_days, is_working, zone)
    if now < lead_at:
        return Escalation(Responsible.SUPPORT_WORKER, lead_at)
    if now < last_at:
        return Escalation(Responsible.TEAM_LEAD, last_at)
    return Escalation(Responsible.SAFEGUARDING_LEAD, None)


def _after(at: datetime, working_days: int, is_working: WorkingDay, zone: ZoneInfo) -> datetime:
    wall = at.astimezone(zone).replace(tzinfo=None)
    day = add_working_days(wall.date(), working_days, is_working)
    return to_utc(datetime.combine(day, wall.time()), zone)


def try_again_by(
    missed_at: datetime, ladder: Ladder, is_working: WorkingDay, zone: ZoneInfo
) -> date:
    """The last local date for another attempt after an unanswered one."""
    return add_working_days(local_date(missed_at, zone), ladder.retry_working_days, is_working)


def next_try(
    missed_at: datetime,
    ladder: Ladder,
    hours: SafeHours,
    is_working: WorkingDay,
    zone: ZoneInfo,
) -> Window | None:
    """When to try again: the earliest safe time in the ladder's days at another time of day.

    Daytime is preferred. Without another time of day, the same time is used; without a safe window in
    the ladder's days, the first later one; None when no working day of the next month has any.
    """
    by_on = try_again_by(missed_at, ladder, is_working, zone)
    today = local_date(missed_at, zone)
    days = (today + timedelta(days=ahead) for ahead in range(SEARCH_DAYS))
    choices = [
        (day > by_on, same_time, window.opens_at, window.closes_at)
        for day in filter(is_working, days)
        for same_time, window in _tries_on(day, missed_at, hours, zone)
    ]
    return Window(*min(choices)[2:]) if choices else None


def _tries_on(
    day: date, missed_at: datetime, hours: SafeHours, zone: ZoneInfo
) -> Iterator[tuple[bool, Window]]:
    """The safe windows of a day as (same time of day?, window), without the past."""
    same_time = to_utc(datetime.combine(day, missed_at.astimezone(zone).time()), zone)
    for window in (in_daytime(safe, day, zone) for safe in windows_on(hours, zone, day)):
        opens_at = max(window.opens_at, missed_at + ANOTHER_TIME)
        for same, start, end in (
            (False, opens_at, min(window.closes_at, same_time - ANOTHER_TIME)),
            (False, max(opens_at, same_time + ANOTHER_TIME), window.closes_at),
            (True, opens_at, window.closes_at),
        ):
            if start < end:
                yield same, Window(start, end)
