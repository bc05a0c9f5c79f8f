"""Whether a call is safe, in the words of Today. Expected words are written by hand."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from outcomes.casework.safe_hours import call_hours
from outcomes.platform.calendar import DayHours, SafeHours
from outcomes.survivors.models import Contactability, ContactRules, Purpose, SafeContactRules

METHOD = UUID(int=2)
OFFICE = SafeHours(*[(DayHours(10 * 60, 17 * 60),)] * 5)
NIGHT = SafeHours.every_day(0, 6 * 60)
OVER_MIDNIGHT = SafeHours(
    monday=(DayHours(20 * 60, 24 * 60),), tuesday=(DayHours(0, 60), DayHours(9 * 60, 12 * 60))
)


@pytest.mark.parametrize(
    ("hours", "zone", "at", "open_", "words"),
    [
        (OFFICE, "Europe/London", (2026, 11, 24, 12), True, "safe until 17:00"),
        (
            OFFICE,
            "Europe/London",
            (2026, 11, 24, 17),
            False,
            "not now, safe from Wed 25 Nov, 10:00",
        ),
        (OFFICE, "Europe/London", (2026, 11, 24, 8), False, "not now, safe from 10:00"),
        (
            OFFICE,
            "Europe/London",
            (2026, 11, 28, 12),
            False,
            "not now, safe from Mon 30 Nov, 10:00",
        ),
        (OFFICE, "Europe/Tirane", (2026, 11, 24, 15, 59), True, "safe until 17:00"),
        (
            OFFICE,
            "Europe/Tirane",
            (2026, 11, 24, 16),
            False,
            "not now, safe from Wed 25 Nov, 10:00",
        ),
        (OVER_MIDNIGHT, "Europe/London", (2026, 11, 23, 21), True, "safe until 01:00"),
        (OVER_MIDNIGHT, "Europe/London", (2026, 11, 24, 10), True, "safe until 12:00"),
        (SafeHours.every_day(), "Europe/London", (2026, 11, 24, 3), True, "safe at any time"),
        (SafeHours.every_day(), "Europe/London", (2026, 10, 25, 0), True, "safe at any time"),
        (NIGHT, "Europe/London", (2026, 10, 25, 1, 30), True, "safe until 06:00"),
        (SafeHours(), "Europe/London", (2026, 11, 24, 12), False, "not now"),
    ],
)
def test_words(
    hours: SafeHours, zone: str, at: tuple[int, int, int, int], open_: bool, words: str
) -> None:
    said = call_hours(_contactability(hours, zone), datetime(*at, tzinfo=UTC))
    assert (said.open, said.words) == (open_, words)


def test_without_a_safe_contact_consent_or_number_nobody_is_called() -> None:
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    contactability = _contactability(OFFICE, "Europe/London")
    without = {
        "do not call: nobody has recorded yet how it is safe to reach them": _contactability(
            None, "Europe/London"
        ),
        "do not call: they have not agreed to it": _contactability(
            OFFICE, "Europe/London", consents=frozenset()
        ),
        "do not call: there is no number on record": _contactability(
            OFFICE, "Europe/London", method=None
        ),
        "do not call: they have not said that this way is safe": _contactability(
            OFFICE, "Europe/London", may_call=False
        ),
    }
    assert call_hours(contactability, at).open
    for words, contactability in without.items():
        assert (call_hours(contactability, at).open, call_hours(contactability, at).words) == (
            False,
            words,
        )


def _contactability(
    hours: SafeHours | None,
    zone: str,
    *,
    consents: frozenset[Purpose] = frozenset({Purpose.CALL}),
    method: UUID | None = METHOD,
    may_call: bool = True,
) -> Contactability:
    contact = None
    if hours is not None:
        rules = ContactRules(hours=hours, may_call=may_call)
        confirmed_at = datetime(2026, 11, 1, tzinfo=UTC)
        contact = SafeContactRules(UUID(int=3), 1, rules, confirmed_at, date(2027, 1, 30))
    return Contactability(
        survivor_id=UUID(int=1),
        zone=zone,
        language="en",
        contact_method_id=method,
        phone_bidx=b"index" if method else None,
        number_frozen=False,
        shared_number=False,
        opted_out=False,
        consents=consents,
        safe_contact=contact,
    )
