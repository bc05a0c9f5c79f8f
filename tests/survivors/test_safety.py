"""Who may be contacted: everything that was not said counts as no, and each no has its reason."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from outcomes.platform.calendar import DayHours, SafeHours
from outcomes.survivors.labels import NOT_SAFE
from outcomes.survivors.models import (
    Contactability,
    ContactRules,
    NotSafe,
    Purpose,
    SafeContactProfile,
    SafeContactRules,
)
from outcomes.survivors.safe_contact.safety import (
    confirmation_lapsed,
    why_never_text,
    why_no_danger_word,
    why_not_call,
    why_not_text,
)

ID = UUID("6b1d1c3c-9f5e-4f0e-8d1a-1f0f7f3e2a11")
TUESDAY_NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SAFE = Contactability(
    survivor_id=ID,
    zone="Europe/London",
    language="en",
    contact_method_id=ID,
    phone_bidx=b"index",
    number_frozen=False,
    shared_number=False,
    opted_out=False,
    consents=frozenset({Purpose.CALL, Purpose.SMS}),
    safe_contact=SafeContactRules(
        id=ID,
        version=1,
        rules=ContactRules(
            hours=SafeHours.every_day(9 * 60, 17 * 60), may_call=True, may_text=True
        ),
        confirmed_at=datetime(2026, 11, 1, tzinfo=UTC),
        expires_on=date(2027, 1, 30),
    ),
)


def profile(**changes: object) -> Contactability:
    contact = SAFE.safe_contact
    assert contact is not None
    return replace(SAFE, safe_contact=replace(contact, rules=replace(contact.rules, **changes)))


def test_who_said_yes_to_everything_is_reached_in_their_hours() -> None:
    assert why_not_text(SAFE, TUESDAY_NOON) is None
    assert why_not_call(SAFE, TUESDAY_NOON) is None


@pytest.mark.parametrize(
    ("contactability", "reason"),
    [
        (replace(SAFE, contact_method_id=None), NotSafe.NO_PHONE),
        (replace(SAFE, opted_out=True), NotSafe.OPTED_OUT),
        (replace(SAFE, consents=frozenset({Purpose.CALL})), NotSafe.NO_CONSENT),
        (replace(SAFE, safe_contact=None), NotSafe.NO_SAFE_CONTACT),
        (profile(phone_is_watched=True), NotSafe.PHONE_IS_WATCHED),
        (profile(may_text=False), NotSafe.NOT_THIS_WAY),
        (replace(SAFE, number_frozen=True), NotSafe.NUMBER_FROZEN),
        (replace(SAFE, shared_number=True), NotSafe.SHARED_NUMBER),
        (profile(hours=SafeHours(monday=(DayHours(0, 1440),))), NotSafe.OUTSIDE_HOURS),
    ],
)
def test_one_no_is_enough_to_send_no_text(contactability: Contactability, reason: NotSafe) -> None:
    assert why_not_text(contactability, TUESDAY_NOON) is reason
    assert (why_never_text(contactability, TUESDAY_NOON) is None) == (
        reason is NotSafe.OUTSIDE_HOURS
    )


@pytest.mark.parametrize(
    ("contactability", "reason"),
    [
        (replace(SAFE, contact_method_id=None), NotSafe.NO_PHONE),
        (replace(SAFE, consents=frozenset({Purpose.SMS})), NotSafe.NO_CONSENT),
        (replace(SAFE, safe_contact=None), NotSafe.NO_SAFE_CONTACT),
        (profile(may_call=False), NotSafe.NOT_THIS_WAY),
    ],
)
def test_one_no_is_enough_not_to_call(contactability: Contactability, reason: NotSafe) -> None:
    assert why_not_call(contactability, TUESDAY_NOON) is reason


@pytest.mark.parametrize(
    "contactability", [replace(SAFE, opted_out=True), profile(phone_is_watched=True)]
)
def test_who_stopped_texts_may_still_be_called_if_the_profile_says_so(
    contactability: Contactability,
) -> None:
    assert why_not_call(contactability, TUESDAY_NOON) is None


def test_safe_hours_open_and_close_on_the_wall_where_they_are() -> None:
    """09:00 to 17:00 in Tirana (one hour ahead of London in winter)."""
    abroad = replace(SAFE, zone="Europe/Tirane")
    minutes = {
        datetime(2026, 11, 24, 7, 59, tzinfo=UTC): NotSafe.OUTSIDE_HOURS,
        datetime(2026, 11, 24, 8, 0, tzinfo=UTC): None,
        datetime(2026, 11, 24, 15, 59, tzinfo=UTC): None,
        datetime(2026, 11, 24, 16, 0, tzinfo=UTC): NotSafe.OUTSIDE_HOURS,
    }

    assert {at: why_not_text(abroad, at) for at in minutes} == minutes


def test_a_confirmation_counts_until_the_day_on_which_it_expires_there() -> None:
    last = datetime(2027, 1, 29, 16, 59, tzinfo=UTC)
    first = datetime(2027, 1, 30, 9, tzinfo=UTC)

    assert not confirmation_lapsed(SAFE, last)
    assert confirmation_lapsed(SAFE, first)
    assert why_not_text(SAFE, first) is NotSafe.NOT_CONFIRMED_LATELY


def test_each_reason_has_a_sentence() -> None:
    assert set(NOT_SAFE) == set(NotSafe)
    assert len(set(NOT_SAFE.values())) == len(NOT_SAFE)


YES_OR_NO = st.booleans()


@given(st.tuples(*[YES_OR_NO] * 7))
def test_a_text_goes_out_only_if_every_answer_allows_it(answers: tuple[bool, ...]) -> None:
    frozen, shared, opted_out, watched, may_text, agreed, has_phone = answers
    contactability = replace(
        profile(phone_is_watched=watched, may_text=may_text),
        number_frozen=frozen,
        shared_number=shared,
        opted_out=opted_out,
        consents=frozenset({Purpose.SMS}) if agreed else frozenset(),
        contact_method_id=ID if has_phone else None,
    )
    allowed = has_phone and agreed and may_text
    allowed = allowed and not (frozen or shared or opted_out or watched)

    assert (why_not_text(contactability, TUESDAY_NOON) is None) == allowed


def test_nothing_said_means_nothing_is_safe() -> None:
    silent = SafeContactProfile(hours=SafeHours.every_day())

    assert not any((silent.may_call, silent.may_text, silent.may_leave_voicemail))
    contactability = profile(may_call=silent.may_call, may_text=silent.may_text)
    assert why_not_call(contactability, TUESDAY_NOON) is NotSafe.NOT_THIS_WAY
    assert why_not_text(contactability, TUESDAY_NOON) is NotSafe.NOT_THIS_WAY


@pytest.mark.parametrize(
    "word", ["☂️", "1", "3", "ok", "a b", "stop", "Please STOP", "123456", "Arrêt"]
)
def test_a_danger_word_that_could_be_missed_or_misheard_is_refused(word: str) -> None:
    profile = SafeContactProfile(hours=SafeHours(), duress_word=word)
    assert why_no_danger_word(profile) is not None


@pytest.mark.parametrize("word", [None, "Umbrella", "blue garden", "雨伞", "зонт", "ombrello 7"])
def test_a_danger_word_that_is_found_is_accepted(word: str | None) -> None:
    profile = SafeContactProfile(hours=SafeHours(), code_word="kettle", duress_word=word)
    assert why_no_danger_word(profile) is None


def test_the_danger_word_is_not_the_code_word() -> None:
    profile = SafeContactProfile(hours=SafeHours(), code_word="Umbrella", duress_word=" umbrella")
    assert why_no_danger_word(profile) is not None
