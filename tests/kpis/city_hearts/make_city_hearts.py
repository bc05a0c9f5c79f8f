"""Writes the City Hearts figures as records, in the CSV files beside it.

Source of the figures: City Hearts' Integration Support Programme, January to June 2017, as told in
"Collaborating for Freedom" (Independent Anti-Slavery Commissioner and University of Nottingham,
2017): 92 survivors of 27 nationalities, 10 helped into work, a quarter regularly at drop-ins
(23 of 92), 73% of calls picked up (here 730 of 1,000). Everything else in the files is made up.

This script imports nothing of the product, so that both cannot be wrong in the same way. Rows that
must not be counted, or are at the very edge, say so in the column `why`; it is empty for the others.
Instants are UTC. The period is 1 January to 30 June 2017 in London, half-open, so it ends at
2017-06-30T23:00Z, in summer time. Run it in its folder: `python make_city_hearts.py`.
"""

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parent
LONDON = ZoneInfo("Europe/London")

NATIONALITIES = (
    "AL:14 VN:11 NG:9 RO:7 PL:7 CN:5 SD:4 ER:4 IN:4 PK:3 LT:3 SK:3 HU:2 BG:2 CZ:1 LV:1 GH:1 ET:1 "
    "IR:1 IQ:1 AF:1 BD:1 PH:1 TH:1 BR:2 CM:1 UG:1"
)
"""27 nationalities of 92 people."""

UNANSWERED = {
    "at_work": 88,
    "in_education": 46,
    "no_reply": 57,
    "phone_off": 26,
    "voicemail": 21,
    "number_not_in_use": 8,
    "not_safe_to_talk": 3,
    "not_known": 7,
    "someone_else_answered": 14,
}
"""The 270 of 1,000 calls that the survivor did not answer."""


def survivor(number: int) -> str:
    return f"S{number:03}"


def local(day: date, hour: int = 12, minute: int = 0) -> str:
    """A time on a London clock, as UTC."""
    return utc(datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON))


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(name: str, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    with (FOLDER / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def survivors() -> Iterable[tuple[object, ...]]:
    codes = [code for part in NATIONALITIES.split() for code in _repeat(*part.split(":"))]
    Random(27).shuffle(codes)
    for number, code in enumerate(codes, start=1):
        yield survivor(number), code, ""
    yield "X01", "IS", "late enrolment"
    yield "X02", "MT", "late enrolment"
    yield "X03", "FJ", "left before the period"
    yield "X04", "TO", "left before the period"
    yield "X05", "PE", "never enrolled"


def _repeat(code: str, times: str) -> list[str]:
    return [code] * int(times)


def enrolled_on(number: int) -> date:
    """When each of 1 to 89 joined: most in January, then fewer each month."""
    if number <= 60:
        return date(2017, 1, 3) + timedelta(days=number % 28)
    if number <= 62:
        return date(2016, 11, 14)
    starts = ((70, 2), (78, 3), (84, 4), (88, 5), (89, 6))
    month = next(month for last, month in starts if number <= last)
    return date(2017, month, 1 + number % 20)


LEFT = {
    56: ("2017-06-30T23:00:00Z", "left as the period ended: still enrolled at its end"),
    57: ("2017-02-14T10:00:00Z", ""),
    58: ("2017-05-30T10:00:00Z", ""),
    59: ("2017-04-10T10:00:00Z", ""),
    60: ("2017-06-30T22:59:59Z", "left in the last second: not enrolled at the end"),
}


def enrolments() -> Iterable[tuple[object, ...]]:
    for number in range(1, 90):
        ended, why = LEFT.get(number, ("", ""))
        yield survivor(number), local(enrolled_on(number), 10), ended, why
    yield survivor(90), "2017-06-30T22:59:59Z", "", "enrolled in the last second"
    yield survivor(91), local(date(2016, 10, 3)), "2017-01-01T00:00:01Z", "left in the first second"
    yield survivor(92), local(date(2017, 1, 9)), local(date(2017, 2, 20)), "enrolled twice"
    yield survivor(92), local(date(2017, 5, 2)), "", "enrolled twice"
    yield "X01", "2017-06-30T23:30:00Z", "", "late enrolment"
    yield "X02", local(date(2017, 8, 14)), "", "late enrolment"
    yield "X03", local(date(2016, 3, 7)), local(date(2016, 12, 20)), "left before the period"
    yield "X04", local(date(2016, 4, 4)), "2017-01-01T00:00:00Z", "left before the period"


def contact_attempts() -> Iterable[tuple[object, ...]]:
    random = Random(2017)
    outcomes = [("survivor", "", "")] * 728
    for reason, times in UNANSWERED.items():
        if reason == "someone_else_answered":
            outcomes += [("third_party", reason, "a third party answered")] * times
        else:
            outcomes += [("nobody", reason, "")] * times
    random.shuffle(outcomes)
    for outcome in outcomes:
        number = random.choice([*range(1, 57), *range(61, 90)])
        yield survivor(number), "call", _during(random, enrolled_on(number)), *outcome
    yield survivor(61), "call", "2017-01-01T00:00:00Z", "survivor", "", "first instant: counts"
    yield survivor(62), "call", "2017-06-30T22:59:59Z", "survivor", "", "last second: counts"
    yield from _attempts_not_counted()


def _attempts_not_counted() -> Iterable[tuple[object, ...]]:
    for moment in ("2016-12-05T11:00:00Z", "2016-12-19T15:30:00Z", "2016-12-31T23:59:59Z"):
        yield survivor(61), "call", moment, "survivor", "", "before the period"
    yield survivor(5), "call", "2017-06-30T23:00:00Z", "survivor", "", "the first instant after"
    yield survivor(6), "call", "2017-06-30T23:30:00Z", "survivor", "", "1 July in London"
    yield survivor(8), "call", "2017-06-30T23:10:00Z", "nobody", "at_work", "1 July in London"
    yield survivor(7), "call", "2017-07-12T10:00:00Z", "survivor", "", "after the period"
    yield survivor(8), "call", "2017-07-13T10:00:00Z", "nobody", "at_work", "after the period"
    for number in (9, 10, 11):
        yield survivor(number), "visit", local(date(2017, 3, 20)), "survivor", "", "not a call"
    yield survivor(12), "visit", local(date(2017, 3, 21)), "nobody", "at_work", "not a call"


def _during(random: Random, joined: date) -> str:
    first = max(joined, date(2017, 1, 1))
    while True:
        day = first + timedelta(days=random.randrange((date(2017, 6, 30) - first).days + 1))
        if day.weekday() < 5:
            return local(day, random.randrange(9, 18), random.randrange(60))


REGULAR = {
    **dict.fromkeys(range(1, 6), (1, 2, 3, 4, 5, 6)),
    **dict.fromkeys(range(6, 11), (1, 2, 4, 6)),
    **dict.fromkeys(range(11, 17), (2, 4, 6)),
    61: (1, 3, 5),
    63: (2, 4, 5),  # of five months
    71: (3, 6),  # of four
    79: (5, 6),  # of three: half of them is one and a half
    85: (6,),  # of two
    57: (1,),  # of two: left in February
    92: (1, 6),  # of four: not enrolled in March and April
}
"""The 23 who came in at least half of the months in which they were enrolled."""

SOMETIMES = {
    **dict.fromkeys(range(17, 31), (2, 5)),
    **dict.fromkeys(range(31, 45), (3,)),
    64: (3, 4),  # of five
    72: (5,),  # of four
    81: (6,),  # of three
}


def drop_ins() -> Iterable[tuple[object, ...]]:
    for number, months in {**REGULAR, **SOMETIMES}.items():
        for month in months:
            yield survivor(number), _drop_in(number, month), ""
    for month in (2, 5):
        yield survivor(62), _drop_in(62, month), ""
    yield survivor(62), date(2016, 12, 31), "outside the period"
    yield survivor(18), date(2017, 7, 1), "outside the period"
    yield survivor(19), date(2017, 5, 3), "second in one month"
    yield survivor(80), _drop_in(80, 5), ""
    for month in (1, 2):
        yield survivor(80), _drop_in(80, month), "before enrolment"
    for month in (1, 2):
        yield survivor(58), _drop_in(58, month), ""
    yield survivor(58), _drop_in(58, 6), "after leaving"
    for month in (4, 5, 6):
        yield "X01", _drop_in(1, month), "late enrolment"


def _drop_in(number: int, month: int) -> date:
    """A weekday late in the month, when everybody who joined in it had joined."""
    day = date(2017, month, 22) + timedelta(days=number % 5)
    return day if day.weekday() < 5 else day - timedelta(days=2)


STARTED_WORK = (2, 4, 12, 16, 23, 34, 45, 58, 63, 71)


def activities() -> Iterable[tuple[object, ...]]:
    for step, number in enumerate(STARTED_WORK):
        yield survivor(number), "work", "started", date(2017, 3, 6) + timedelta(days=7 * step), ""
    yield survivor(4), "work", "stopped", "2017-05-02", "stopped again"
    yield survivor(12), "work", "stopped", "2017-04-28", ""
    yield survivor(12), "work", "started", "2017-05-15", "second job start"
    yield survivor(23), "work", "started", "2017-06-05", "second job start"
    for number in (61, 62, 91):
        yield survivor(number), "work", "started", "2016-12-31", "before the period"
    yield survivor(50), "work", "started", "2017-07-01", "after the period"
    yield survivor(82), "work", "started", "2017-02-06", "before enrolment"
    yield survivor(59), "work", "started", "2017-05-22", "after leaving"
    yield "X01", "work", "started", "2017-06-12", "late enrolment"
    yield "X03", "work", "started", "2017-02-06", "left before the period"
    yield "X05", "work", "started", "2017-02-06", "never enrolled"
    for number in (20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 57, 72):
        yield survivor(number), "education", "started", "2017-01-30", ""
    yield survivor(31), "education", "stopped", "2017-06-30", "stopped on the last day"
    yield survivor(30), "education", "stopped", "2017-07-01", "after the period"
    for number in (34, 35, 36, 37, 38, 39):
        yield survivor(number), "training", "started", "2017-06-01", ""
    for number in range(40, 51):
        yield survivor(number), "volunteering", "started", "2017-04-03", ""


if __name__ == "__main__":
    write("survivors", "survivor nationality why", survivors())
    write("enrolments", "survivor enrolled_at ended_at why", enrolments())
    numbered = ((f"A{n:04}", *row) for n, row in enumerate(contact_attempts(), start=1))
    attempts = "attempt survivor channel attempted_at answered_by reason why"
    write("contact_attempts", attempts, numbered)
    write("drop_ins", "survivor attended_on why", drop_ins())
    write("activities", "survivor activity change on why", activities())
