"""The history of a demo survivor, created by the verbs of the rooms at past times."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from msgspec import Struct

from outcomes.assessments import service as assessments
from outcomes.assessments.instruments import shipped_instruments
from outcomes.assessments.models import (
    Answer,
    AreaAnswer,
    AssessmentStage,
    NeedLevel,
    NewNeedsAssessment,
    NewOutcomeAssessment,
)
from outcomes.check_ins import service as check_ins
from outcomes.check_ins.models import (
    ActivityChange,
    Channel,
    NewActivity,
    NewAttempt,
    NewCheckIn,
    NewDropIn,
    Reason,
    Wellbeing,
)
from outcomes.local.demo.people import Invented, safe_hours
from outcomes.pathways import service as pathways
from outcomes.pathways.models import NewPathway, NewReview, PlannedContact, ReviewDecision, Schedule
from outcomes.pathways.reviews import service as reviews
from outcomes.pathways.schedule.cadence import FollowUpStage, Series
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import to_utc
from outcomes.platform.clock import Clock
from outcomes.platform.db import Database
from outcomes.survivors import service as survivors
from outcomes.survivors.models import (
    Decision,
    NewConsent,
    NewSurvivor,
    Purpose,
    SafeContactProfile,
)
from outcomes.survivors.safe_contact import service as safe_contact

MONTH = timedelta(days=30)
WELLBEING = {"m": Wellbeing.MIXED, "n": Wellbeing.NOT_GOOD}
NOTES = ("Short chat, in a hurry.", "Talked about the week.", "All well.", "Laughed a lot today.")
REVIEWS = (
    ("Getting to know each other.", "Register with a doctor."),
    ("Has a routine now.", "Open a bank account."),
    ("More at ease with people.", "Try the drop-in on Thursday."),
    ("Sorts things out alone more often.", "Ring the college about courses."),
)

Verb = Callable[..., Awaitable[Any]]


class Event(Struct, frozen=True):
    """A verb to call, its argument, and when (UTC)."""

    at: datetime
    verb: Verb
    new: Any


class SurvivorHistory:
    """Creates the history of one survivor, with the database's clock set to the time of each event."""

    def __init__(self, db: Database, caller: Caller, person: Invented, now: datetime) -> None:
        self._db, self._caller, self._person, self._now = db, caller, person, now
        self._offset = db.clock.offset
        self._zone = ZoneInfo(person.zone)
        self._today = now.astimezone(self._zone).date()
        self.survivor_id = UUID(int=0)

    @property
    def begins(self) -> datetime:
        """When they were registered, so that a call falls on the day that the file asks for."""
        if self._person.fortnights == 0:
            return self._now - timedelta(hours=2)
        days = self._person.next_call_in - 14 * self._person.fortnights
        return self._local(self._today + timedelta(days=days), time(10, 30))

    async def register(self, phone: str) -> None:
        """Register the survivor; record safe contact and enrol them, unless they have no safe hours."""
        person = self._person
        self._set_clock(self.begins)
        exited = person.exited_months_ago
        new = NewSurvivor(
            name=person.name,
            language=person.language,
            adult=True,
            told_not_emergency_line=True,
            zone=person.zone,
            phone=phone,
            nationality=person.nationality,
            exit_on=None if exited is None else self._today - exited * MONTH,
            preferences=person.preferences,
            consents=tuple(NewConsent(purpose, Decision.GIVEN) for purpose in Purpose),
        )
        self.survivor_id = await survivors.register(self._db, self._caller, self._key(new), new)
        if person.hours == "none":
            return
        profile = SafeContactProfile(
            hours=safe_hours(person, self._now),
            may_call=True,
            may_text=True,
            phone_is_watched=person.phone_is_watched,
            name_to_use=person.first_name,
            who_may_answer="Nobody else",
            what_to_say="A friend from the library",
            code_word="Robin",
            duress_word="Umbrella",
        )
        await self._call(safe_contact.record_safe_contact, profile)
        await self._call(pathways.enrol, NewPathway())

    async def replay(self) -> None:
        """Call the verbs of everything since then, in order of time."""
        if self._person.hours == "none":
            return
        self._set_clock(self._now)
        schedule = await pathways.get_schedule(self._db, self._caller, self.survivor_id)
        events = [event for event in self._events(schedule) if event.at < self._now]
        for event in sorted(events, key=lambda one: one.at):
            self._set_clock(event.at)
            await self._call(event.verb, event.new)

    def _events(self, schedule: Schedule) -> Iterator[Event]:
        past = [one for one in schedule.contacts if one.closes_at <= self._now]
        yield from self._calls([one for one in past if one.series is Series.CALL])
        yield from self._reviews([one for one in past if one.series is Series.REVIEW])
        yield from self._outcomes([one for one in past if one.series is Series.FOLLOW_UP])
        yield from self._needs()
        yield from self._participation()

    def _calls(self, calls: list[PlannedContact]) -> Iterator[Event]:
        letters = self._person.calls.rjust(len(calls), "f")[-len(calls) :] if calls else ""
        for number, (letter, call) in enumerate(zip(letters, calls, strict=True)):
            at = self._within(call, time(11 + number % 5, 7 * number % 60))
            note = self._person.note if call is calls[-1] else NOTES[number % len(NOTES)]
            talked = NewCheckIn(
                wellbeing=WELLBEING.get(letter, Wellbeing.FINE),
                channel=Channel.VISIT if letter == "v" else Channel.CALL,
                note=note,
                safe_contact_still_right=True,
                planned_contact_id=call.id,
            )
            if letter in "w-":
                reason = Reason.AT_WORK if letter == "w" else Reason.NO_REPLY
                missed = NewAttempt(reason=reason, planned_contact_id=call.id)
                yield Event(at, check_ins.log_attempt, missed)
            if letter == "w":
                yield Event(at + timedelta(days=1), check_ins.log_check_in, talked)
            elif letter not in "-.":
                yield Event(at, check_ins.log_check_in, talked)

    def _reviews(self, planned: list[PlannedContact]) -> Iterator[Event]:
        for number, review in enumerate(planned):
            changed, goals = REVIEWS[number % len(REVIEWS)]
            new = NewReview(what_changed=changed, decision=ReviewDecision.CONTINUE, goals=goals)
            yield Event(self._within(review, time(15, 20)), reviews.complete_review, new)

    def _outcomes(self, follow_ups: list[PlannedContact]) -> Iterator[Event]:
        """At entry, then as often as the file has gains: the last of them at the follow-ups."""
        levels = list(self._person.entry)
        if not levels:
            return
        first = self.begins + timedelta(days=1)
        yield self._assessed(first, AssessmentStage.ENTRY, levels)
        count = max(len(self._person.gains), len(follow_ups))
        gap = (self._now - first) / (count + 1)
        moments = [first + gap * (number + 1) for number in range(count - len(follow_ups))]
        stages = [AssessmentStage.REVIEW] * len(moments)
        moments += [self._within(one, time(14, 10)) for one in follow_ups]
        stages += [
            AssessmentStage.EXIT if one.stage is FollowUpStage.EXIT else AssessmentStage.FOLLOW_UP
            for one in follow_ups
        ]
        for number, (moment, stage) in enumerate(zip(moments, stages, strict=True)):
            if number < len(self._person.gains):
                gains = self._person.gains[number]
                levels = [level + gain for level, gain in zip(levels, gains, strict=True)]
            yield self._assessed(moment, stage, levels)

    def _assessed(self, at: datetime, stage: AssessmentStage, levels: list[int]) -> Event:
        instrument = shipped_instruments().offered_outcomes
        highest = instrument.scale[-1].value
        answers: dict[str, Answer] = {
            item.code: min(level + (place == number % len(domain.items)), highest)
            for number, (domain, level) in enumerate(zip(instrument.domains, levels, strict=True))
            for place, item in enumerate(domain.items)
        }
        new = NewOutcomeAssessment(
            instrument=instrument.code,
            version=instrument.version,
            stage=stage,
            assessed_on=self._day(at),
            answers=answers,
        )
        record = partial(reviews.record_follow_up, instruments=shipped_instruments())
        return Event(at, record, new)

    def _needs(self) -> Iterator[Event]:
        if not self._person.needs:
            return
        instrument = shipped_instruments().offered_needs
        urgent = NeedLevel.URGENT in self._person.needs
        at = self._now - timedelta(minutes=40) if urgent else self.begins + timedelta(days=2)
        areas = {
            area.code: AreaAnswer(level=level)
            for area, level in zip(instrument.areas, self._person.needs, strict=True)
        }
        new = NewNeedsAssessment(
            instrument=instrument.code,
            version=instrument.version,
            assessed_on=self._day(at),
            areas=areas,
        )
        record = partial(assessments.record_needs, instruments=shipped_instruments())
        yield Event(at, record, new)

    def _participation(self) -> Iterator[Event]:
        """Drop-ins, and work or learning that started."""
        every, at = self._person.drop_in_every, self.begins + timedelta(days=5)
        while every and at < self._now:
            yield Event(at, check_ins.record_drop_in, NewDropIn(self._day(at)))
            at += every * MONTH
        if self._person.started is not None:
            at = self.begins + (self._now - self.begins) * 0.6
            new = NewActivity(self._person.started, ActivityChange.STARTED, self._day(at))
            yield Event(at, check_ins.record_activity, new)

    async def _call(self, verb: Verb, new: Any) -> None:
        await verb(self._db, self._caller, self.survivor_id, self._key(new), new)

    def _key(self, new: Any) -> Creation:
        return Creation.of(self._caller, uuid4(), "demo", new)

    def _set_clock(self, at: datetime) -> None:
        self._db.clock = Clock(self._offset + (at - self._now))

    def _within(self, contact: PlannedContact, wall: time) -> datetime:
        """That time of the contact's day if it is safe, otherwise soon after it falls due."""
        at = self._local(contact.held_on, wall)
        if contact.due_at <= at < contact.closes_at:
            return at
        return contact.due_at + timedelta(minutes=wall.minute % 30)

    def _local(self, day: date, wall: time) -> datetime:
        return to_utc(datetime.combine(day, wall), self._zone)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()
