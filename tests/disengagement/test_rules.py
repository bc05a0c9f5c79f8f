"""The ladder by literal dates (2026–27, London, England's holidays), and what always holds."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.disengagement.models import Attempt, ContactFacts, FlagRule
from outcomes.disengagement.rules import Ladder, decide_flag, escalate, next_try, try_again_by
from outcomes.platform.calendar import DayHours, SafeHours, UkPart, Window, is_open, is_working_day
from outcomes.providers.models import Responsible

LONDON = ZoneInfo("Europe/London")
ENGLAND = partial(is_working_day, UkPart.ENGLAND)
LADDER = Ladder()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


ENROLLED = utc("2026-11-20T10:00")
NOW = utc("2026-12-10T12:00")


def missed(*times: str) -> tuple[Attempt, ...]:
    return tuple(Attempt(utc(at), reached=False) for at in times)


class TestFlag:
    three = missed("2026-12-04T10:00", "2026-12-07T15:00", "2026-12-09T18:00")

    def test_three_tries(self) -> None:
        decision = decide_flag(ContactFacts(ENROLLED, self.three), LADDER, NOW)
        assert decision is not None
        assert decision.rule is FlagRule.UNANSWERED_TRIES
        assert decision.evidence.tries == tuple(attempt.at for attempt in self.three)
        assert decision.evidence.last_two_way_at is None
        assert decision.evidence.days_without_contact == 20

    def test_two_tries_are_not_enough(self) -> None:
        assert decide_flag(ContactFacts(ENROLLED, self.three[:2]), LADDER, NOW) is None

    def test_reaching_the_person_starts_the_count_again(self) -> None:
        reached = (*self.three[:2], Attempt(utc("2026-12-08T10:00"), reached=True), self.three[2])
        assert decide_flag(ContactFacts(ENROLLED, reached), LADDER, NOW) is None

    def test_so_does_a_check_in(self) -> None:
        facts = ContactFacts(ENROLLED, self.three, two_way_at=utc("2026-12-09T18:00"))
        assert decide_flag(facts, LADDER, NOW) is None

    def test_a_try_at_the_very_moment_of_contact_does_not_count(self) -> None:
        facts = ContactFacts(ENROLLED, self.three, two_way_at=self.three[0].at)
        assert decide_flag(facts, LADDER, NOW) is None

    def test_order_of_recording_does_not_matter(self) -> None:
        facts = ContactFacts(ENROLLED, self.three[::-1])
        decision = decide_flag(facts, LADDER, NOW)
        assert decision is not None
        assert decision.evidence.tries == tuple(attempt.at for attempt in self.three)

    @pytest.mark.parametrize(
        ("now", "rule"),
        [
            ("2026-12-18T09:59:59", None),
            ("2026-12-18T10:00", FlagRule.NO_CONTACT),
        ],
    )
    def test_28_days_of_silence_since_enrolment(self, now: str, rule: FlagRule | None) -> None:
        decision = decide_flag(ContactFacts(ENROLLED), LADDER, utc(now))
        assert (decision and decision.rule) == rule

    def test_28_days_since_the_last_two_way_contact(self) -> None:
        facts = ContactFacts(ENROLLED, two_way_at=utc("2026-12-01T09:00"))
        assert decide_flag(facts, LADDER, utc("2026-12-29T08:59")) is None
        decision = decide_flag(facts, LADDER, utc("2026-12-29T09:00"))
        assert decision is not None
        assert decision.evidence.days_without_contact == 28
        assert decision.evidence.last_two_way_at == utc("2026-12-01T09:00")

    def test_a_resolved_flag_is_not_raised_again_on_the_same_evidence(self) -> None:
        resolved_at = utc("2026-12-09T19:00")
        facts = ContactFacts(ENROLLED, self.three, resolved_at=resolved_at)
        assert decide_flag(facts, LADDER, NOW) is None
        assert decide_flag(facts, LADDER, resolved_at + timedelta(days=27)) is None
        decision = decide_flag(facts, LADDER, resolved_at + timedelta(days=28))
        assert decision is not None
        assert decision.rule is FlagRule.NO_CONTACT
        assert decision.evidence.days_without_contact == 47  # 20 November to 6 January

    def test_a_providers_own_ladder(self) -> None:
        ladder = Ladder(tries=2, silent_days=14)
        assert decide_flag(ContactFacts(ENROLLED, self.three[:2]), ladder, NOW) is not None
        assert decide_flag(ContactFacts(ENROLLED), ladder, utc("2026-12-04T10:00")) is not None


hours_since = st.integers(0, 24 * 60).map(lambda hours: ENROLLED + timedelta(hours=hours))
histories = st.builds(
    ContactFacts,
    st.just(ENROLLED),
    st.lists(st.builds(Attempt, hours_since, st.booleans())).map(tuple),
    st.none() | hours_since,
    st.none() | hours_since,
)


@given(histories, hours_since)
def test_a_flag_needs_its_rule_and_contact_takes_it_away(
    facts: ContactFacts, now: datetime
) -> None:
    later = [attempt.at for attempt in facts.attempts if attempt.at <= now]
    past = ContactFacts(
        ENROLLED,
        facts.attempts,
        facts.two_way_at and min(facts.two_way_at, now),
        facts.resolved_at and min(facts.resolved_at, now),
    )
    decision = decide_flag(past, LADDER, now)
    if decision is not None and decision.rule is FlagRule.UNANSWERED_TRIES:
        assert len(decision.evidence.tries) >= 3
        assert set(decision.evidence.tries) <= set(later)
    if decision is not None and decision.rule is FlagRule.NO_CONTACT:
        assert decision.evidence.days_without_contact >= 28
    spoken = ContactFacts(ENROLLED, facts.attempts, two_way_at=now)
    assert decide_flag(spoken, LADDER, now) is None


class TestEscalation:
    @pytest.mark.parametrize(
        ("raised", "now", "level", "rises"),
        [
            # raised Friday 20 November: Tuesday 24, then Friday 27
            ("2026-11-20T10:00", "2026-11-24T09:59", "support_worker", "2026-11-24T10:00"),
            ("2026-11-20T10:00", "2026-11-24T10:00", "team_lead", "2026-11-27T10:00"),
            ("2026-11-20T10:00", "2026-11-27T09:59", "team_lead", "2026-11-27T10:00"),
            ("2026-11-20T10:00", "2026-11-27T10:00", "safeguarding_lead", None),
            # raised on 23 December: 24 and 29 December; then 30, 31 December, 4 January
            ("2026-12-23T10:00", "2026-12-29T09:59", "support_worker", "2026-12-29T10:00"),
            ("2026-12-23T10:00", "2026-12-29T10:00", "team_lead", "2027-01-04T10:00"),
            # over the change to summer time on 28 March 2027 and Easter: the same hour on the wall
            ("2027-03-25T10:00", "2027-03-26T10:00", "support_worker", "2027-03-31T09:00"),
            # raised on a Saturday: Tuesday
            ("2026-11-21T15:00", "2026-11-21T15:00", "support_worker", "2026-11-24T15:00"),
        ],
    )
    def test_who_has_it(self, raised: str, now: str, level: str, rises: str | None) -> None:
        escalation = escalate(utc(raised), LADDER, ENGLAND, LONDON, utc(now))
        assert escalation.level == level
        assert escalation.rises_at == (rises and utc(rises))

    @given(hours_since, st.integers(0, 1000), st.integers(0, 1000))
    def test_it_only_rises(self, raised: datetime, first: int, then: int) -> None:
        order = list(Responsible)
        levels = [
            order.index(
                escalate(raised, LADDER, ENGLAND, LONDON, raised + timedelta(hours=hours)).level
            )
            for hours in (0, first, first + then)
        ]
        assert levels == sorted(levels)
        assert levels[0] == 0

    def test_a_ladder_has_its_rungs_in_order(self) -> None:
        with pytest.raises(ValueError, match="later than to the team lead"):
            Ladder(team_lead_working_days=5)


class TestNextTry:
    """Missed on Friday 20 November 2026 at 10:00; the next two working days end on Tuesday."""

    missed_at = utc("2026-11-20T10:00")

    def next_try(self, hours: SafeHours) -> Window | None:
        return next_try(self.missed_at, LADDER, hours, ENGLAND, LONDON)

    def test_by_tuesday(self) -> None:
        assert try_again_by(self.missed_at, LADDER, ENGLAND, LONDON) == date(2026, 11, 24)

    @pytest.mark.parametrize(
        ("hours", "expected"),
        [
            # the afternoon of the same day
            (SafeHours.every_day(540, 1020), ("2026-11-20T12:00", "2026-11-20T17:00")),
            # only mornings are safe: Monday, but not before 08:00
            (SafeHours.every_day(420, 660), ("2026-11-23T08:00", "2026-11-23T11:00")),
            # nothing but that hour is safe: Monday at the same time
            (SafeHours.every_day(570, 660), ("2026-11-23T09:30", "2026-11-23T11:00")),
            # Tuesday evening comes before Monday's same hour
            (
                SafeHours(monday=(DayHours(570, 660),), tuesday=(DayHours(1080, 1140),)),
                ("2026-11-24T18:00", "2026-11-24T19:00"),
            ),
            # nothing until Thursday: late rather than never
            (SafeHours(thursday=(DayHours(570, 660),)), ("2026-11-26T09:30", "2026-11-26T11:00")),
            # any hour is safe: not in the night before Monday, which is the weekend's; by day
            (SafeHours.every_day(), ("2026-11-20T12:00", "2026-11-20T21:00")),
            # nothing but the night is safe: then at night
            (SafeHours.every_day(1320, 1380), ("2026-11-20T22:00", "2026-11-20T23:00")),
            # weekends are for nobody's work
            (SafeHours(saturday=(DayHours(0, 1440),)), None),
            (SafeHours(), None),
        ],
    )
    def test_another_allowed_time(self, hours: SafeHours, expected: tuple[str, str] | None) -> None:
        window = self.next_try(hours)
        assert window == (expected and Window(utc(expected[0]), utc(expected[1])))

    @given(st.integers(0, 1438), st.integers(1, 1440), hours_since)
    def test_it_is_safe_later_and_on_a_working_day(
        self, opens: int, length: int, missed_at: datetime
    ) -> None:
        hours = SafeHours.every_day(opens, min(opens + length, 1440))
        window = next_try(missed_at, LADDER, hours, ENGLAND, LONDON)
        assert window is not None
        assert missed_at + timedelta(hours=2) <= window.opens_at < window.closes_at
        assert is_open(hours, LONDON, window.opens_at)
        assert is_open(hours, LONDON, window.closes_at - timedelta(seconds=1))
        local = window.opens_at.astimezone(LONDON).date()
        assert ENGLAND(local)
        assert local <= try_again_by(missed_at, LADDER, ENGLAND, LONDON)
