"""Records for the figures that the case study does not tell, about the same made-up people.

Like `make_city_hearts.py`, whose people and period these are, it imports nothing of the product.
Run it after that script, in the same folder.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from make_city_hearts import FOLDER, local, survivor, write

Row = tuple[object, ...]
DOMAINS = (
    "safety",
    "legal_protection",
    "mental_wellbeing",
    "economic_empowerment_and_education",
    "social_support",
    "physical_wellbeing",
)
AFTER = "after the period"
BEFORE = "before the period"


def planned(
    key: str,
    day: date,
    state: str = "done",
    *,
    stage: str = "",
    closed: str | None = None,
    due: str | None = None,
    why: str = "",
) -> Row:
    """A planned contact of the survivor that its number names, due at nine on its day."""
    series = {"C": "call", "R": "review", "F": "follow_up"}[key[0]]
    due = due or local(day, 9)
    if closed is None:
        closed = "" if state == "planned" else local(day, 15)
    return key, survivor(int(key[1:])), series, stage, day, due, local(day, 17), state, closed, why


def calls() -> tuple[list[Row], list[Row]]:
    """62 calls fell due and 41 reached the survivor. Also which attempts belong to which call."""
    days = [date(2017, 2, 1) + timedelta(days=n) for n in range(80)]
    rows = [planned(f"C{n:02}", days[n]) for n in range(1, 42)]
    rows += [planned(f"C{n}", days[n], "planned") for n in range(42, 62)]
    gone, later = "2017-01-20T10:00:00Z", local(date(2017, 6, 1))
    rows += [
        planned("C62", days[62], "cancelled", closed=later, why="cancelled when overdue: fell due"),
        planned("C63", days[63], "superseded", closed=gone, why="replaced before it fell due"),
        planned("C64", days[64], "cancelled", closed=gone, why="cancelled before it fell due"),
        planned("C65", date(2017, 7, 1), "planned", due="2017-06-30T23:30:00Z", why=AFTER),
        planned("C66", date(2016, 12, 31), "planned", why=BEFORE),
    ]
    first_of = _first_attempts()
    links: list[Row] = [
        (key, first_of[who, "survivor"]) for key, who, *_ in (*rows[:41], *rows[64:])
    ]
    for answered_by in ("nobody", "third_party"):
        links += [
            (key, first_of[who, answered_by])
            for key, who, *_ in rows[40:62]
            if (who, answered_by) in first_of
        ]
    return rows, links


def _first_attempts() -> dict[tuple[object, str], str]:
    """Each survivor's first call in the file, by who answered it."""
    with (FOLDER / "contact_attempts.csv").open(encoding="utf-8", newline="") as file:
        calls = [row for row in csv.DictReader(file) if row["channel"] == "call"]
    return {(row["survivor"], row["answered_by"]): row["attempt"] for row in reversed(calls)}


def reviews() -> tuple[list[Row], list[Row]]:
    """30 reviews fell due, 24 were held within seven days."""
    days = [date(2017, 1, 16) + timedelta(days=3 * n) for n in range(31)]
    days[1], days[2] = date(2016, 12, 25), date(2017, 6, 23)  # the seventh day is the first, last
    rows = [planned(f"R{n:02}", days[n]) for n in range(1, 28)]
    rows += [planned(f"R{n}", days[n], "planned") for n in range(28, 31)]
    gone = "2017-01-10T10:00:00Z"
    rows += [
        planned(
            "R31", date(2017, 3, 1), "superseded", closed=gone, why="replaced before it fell due"
        ),
        planned("R32", date(2017, 6, 24), "planned", why="its seventh day is 1 July"),
        planned("R33", date(2016, 12, 24), "planned", why="its seventh day is 31 December"),
    ]
    held = [(f"R{n:02}", days[n] + timedelta(days=n % 8), "") for n in range(1, 25)]
    late = [(f"R{n}", days[n] + timedelta(days=8), "held late") for n in range(25, 28)]
    return rows, [*held, *late]


def follow_ups() -> list[Row]:
    """6 of 8 at exit, 3 of 5 at six months, none due at the other points."""
    day = date(2017, 4, 3)
    rows = [planned(f"F{n:02}", day, stage="exit") for n in range(1, 7)]
    rows += [planned(f"F{n:02}", day, "planned", stage="exit") for n in (7, 8)]
    rows += [planned(f"F{n:02}", day, stage="6_months") for n in (9, 10, 11)]
    rows += [planned(f"F{n}", day, "planned", stage="6_months") for n in (12, 13)]
    gone = "2017-02-01T10:00:00Z"
    return [
        *rows,
        planned(
            "F14", day, "cancelled", stage="exit", closed=gone, why="cancelled before it fell due"
        ),
        planned("F15", date(2017, 7, 3), stage="6_months", why=AFTER),
        planned("F16", date(2016, 12, 30), stage="exit", why=BEFORE),
    ]


def outcome_assessments() -> Iterable[Row]:
    """24 people scored twice: change in safety +1.0 for 12, +0.5 for 6, none for 4, -0.5 for 2.

    In the other domains everybody went from 2 to 2.25, but for mental wellbeing: assessed twice in
    20 of them only. 9 of the 24, and one more assessed once, were stable when last assessed.
    """
    changes = [1.0] * 12 + [0.5] * 6 + [0.0] * 4 + [-0.5] * 2
    for number, change in enumerate(changes, start=1):
        after = [2 + change, 2.25, 2.25 if number <= 20 else "", 2.25, 2.25, 2.25]
        stable = "yes" if number <= 9 else "no"
        yield _scored(number, date(2017, 1, 31), [2] * 6, "no", "")
        yield _scored(number, date(2017, 6, 1), after, stable, "")
    yield _scored(1, date(2017, 4, 1), [4] * 6, "yes", "between the first and the last")
    yield _scored(13, date(2017, 7, 1), [4] * 6, "yes", AFTER)
    yield _scored(30, date(2017, 3, 1), [3] * 6, "yes", "assessed once")
    yield _scored(31, date(2016, 10, 1), [1] * 6, "no", BEFORE)
    yield _scored(31, date(2016, 12, 31), [4] * 6, "yes", BEFORE)
    yield _scored(32, date(2017, 2, 1), [1] * 6, "", "first under another version", version="0.9")
    yield _scored(32, date(2017, 5, 1), [4] * 6, "", "first under another version")
    yield _scored(33, date(2017, 2, 1), [1] * 6, "no", "another instrument", code="another")
    yield _scored(33, date(2017, 5, 1), [4] * 6, "yes", "another instrument", code="another")


def _scored(
    number: int,
    day: date,
    scores: Sequence[object],
    stable: str,
    why: str,
    *,
    code: str = "six-domains",
    version: str = "1.0",
) -> Row:
    return survivor(number), code, version, day, stable, *scores, why


def needs_assessments() -> Iterable[Row]:
    """11 of 18 people had less need at the end than at first."""
    levels = (
        "independent",
        "low",
        "medium",
        "high",
        "urgent_response",
        "safeguarding_intervention",
    )
    for number in range(1, 19):
        first = levels[1 + number % 5]
        last = levels[number % 5] if number <= 11 else first
        yield survivor(number), "1.0", date(2017, 1, 30), first, ""
        yield survivor(number), "1.0", date(2017, 6, 5), last, ""
    yield survivor(11), "1.0", date(2017, 6, 20), "incomplete", "incomplete"
    yield survivor(17), "1.0", date(2017, 7, 1), "independent", AFTER
    yield survivor(16), "1.0", date(2017, 3, 1), "independent", "between the first and the last"
    yield survivor(40), "1.0", date(2017, 3, 1), "low", "assessed once"
    yield survivor(41), "1.0", date(2016, 10, 1), "high", BEFORE
    yield survivor(41), "1.0", date(2016, 12, 1), "low", BEFORE
    yield survivor(42), "0.9", date(2017, 3, 1), "high", "first under another version"
    yield survivor(42), "1.0", date(2017, 4, 1), "low", "first under another version"


def flags() -> Iterable[Row]:
    """9 raised, 6 of them resolved after 1, 1, 2, 2, 3 and 6 days: 2.5 on average."""
    for number, days in enumerate((1, 1, 2, 2, 3, 6), start=1):
        day = date(2017, 2, number)
        yield survivor(number), local(day), local(day + timedelta(days=days)), ""
    for number in (7, 8, 9):
        yield survivor(number), local(date(2017, 5, number)), "", ""
    yield survivor(10), "2017-06-30T23:00:00Z", "", AFTER
    yield survivor(11), "2016-12-31T23:59:59Z", local(date(2017, 2, 1)), BEFORE


def opt_outs() -> Iterable[Row]:
    """Five: four people, one of them twice, and a number that nobody is matched to."""
    for number in (3, 4, 5, 6):
        yield survivor(number), "reply", local(date(2017, 3, number)), ""
    yield survivor(3), "gateway", local(date(2017, 3, 4)), "the same person again"
    yield "", "reply", local(date(2017, 5, 2)), "from a number that nobody is matched to"
    yield survivor(7), "duress", local(date(2017, 5, 3)), "not a choice, and not to be seen"
    yield survivor(8), "reply", "2017-06-30T23:30:00Z", AFTER
    yield survivor(9), "reply", "2016-12-31T23:59:59Z", BEFORE


def messages() -> Iterable[Row]:
    """Of 200 whose fate is known 8 were undelivered and 4 refused."""
    states = ["delivered"] * 180 + ["accepted"] * 8 + ["undelivered"] * 8 + ["failed"] * 4
    for place, state in enumerate(states):
        day = date(2017, 1, 9) + timedelta(days=place % 160)
        yield survivor(1 + place % 56), state, local(day, 11), ""
    for state in ("withheld", "cancelled", "expired", "unconfirmed", "scheduled"):
        yield survivor(61), state, local(date(2017, 3, 6)), "not known to have been given over"
    yield survivor(61), "undelivered", "2017-06-30T23:30:00Z", AFTER
    yield survivor(61), "undelivered", "2016-12-31T23:59:59Z", BEFORE


def caseloads() -> Iterable[Row]:
    """Who held whom: at the end W1 has 40 of the 87 still enrolled, W2 47; none else."""
    began = "2016-09-01T09:00:00Z"
    for number in range(1, 93):
        worker = "W1" if number <= 40 else "W2"
        yield survivor(number), worker, began, "", ""
    yield survivor(1), "W2", "2016-08-01T09:00:00Z", began, "handed over"
    yield survivor(2), "W3", "2016-08-01T09:00:00Z", began, "handed over"
    yield "X01", "W1", began, "", "late enrolment"
    yield "X03", "W1", began, "", "left before the period"


if __name__ == "__main__":
    call_rows, links = calls()
    review_rows, held = reviews()
    contacts = "planned_contact survivor series stage held_on due_at closes_at state closed_at why"
    write("planned_contacts", contacts, [*call_rows, *review_rows, *follow_ups()])
    write("planned_contact_attempts", "planned_contact attempt", links)
    write("reviews", "planned_contact held_on why", held)
    scores = f"survivor instrument version assessed_on stable {' '.join(DOMAINS)} why"
    write("outcome_assessments", scores, outcome_assessments())
    write("needs_assessments", "survivor version assessed_on level why", needs_assessments())
    write("flags", "survivor raised_at resolved_at why", flags())
    write("opt_outs", "survivor source opted_out_at why", opt_outs())
    write("messages", "survivor state due_at why", messages())
    write("caseloads", "survivor worker from_at until_at why", caseloads())
