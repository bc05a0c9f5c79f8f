"""The invented people of the demo, and their safe hours."""

from datetime import datetime
from importlib import resources
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from outcomes.assessments.models import NeedLevel
from outcomes.check_ins.models import ActivityKind
from outcomes.platform.calendar import DayHours, SafeHours

Level = Annotated[int, Meta(ge=1, le=4)]


class Invented(Struct, frozen=True, forbid_unknown_fields=True):
    """An invented survivor; `people.toml` explains the fields."""

    name: str
    worker: str
    nationality: str
    fortnights: int
    hours: Literal["always", "days", "evenings", "closed now", "none"]
    language: str = "en"
    zone: str = "Europe/London"
    next_call_in: int = 0
    calls: str = ""
    exited_months_ago: int | None = None
    entry: tuple[Level, ...] = ()
    gains: tuple[tuple[int, ...], ...] = ()
    needs: tuple[NeedLevel, ...] = ()
    drop_in_every: int = 0
    started: ActivityKind | None = None
    note: str = "All well."
    preferences: str | None = None
    phone_is_watched: bool = False

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    people: tuple[Invented, ...]


def load_people() -> tuple[Invented, ...]:
    """Everybody in the file."""
    text = resources.files(__package__).joinpath("people.toml").read_bytes()
    return msgspec.toml.decode(text, type=_File).people


def safe_hours(person: Invented, now: datetime) -> SafeHours:
    """Their safe hours; *closed now* depends on the local time at `now`."""
    day, evening = (DayHours(10 * 60, 17 * 60),), (DayHours(18 * 60, 20 * 60 + 30),)
    match person.hours:
        case "always":
            return SafeHours.every_day()
        case "closed now":
            morning = now.astimezone(ZoneInfo(person.zone)).hour < 12
            return SafeHours.every_day(*((1080, 1200) if morning else (480, 600)))
        case "evenings":
            return SafeHours(evening, evening, evening, evening, evening)
        case _:
            return SafeHours(day, day, day, day, day, (DayHours(10 * 60, 13 * 60),))
