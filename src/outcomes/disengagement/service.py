"""The verbs of flags: raised by a rule or a worker, resolved by a person."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from msgspec.structs import replace

from outcomes.disengagement import store
from outcomes.disengagement.models import (
    Evidence,
    Flag,
    FlagDecision,
    FlagResolution,
    Flags,
    NewFlag,
    NextTry,
    NoAnswerSubject,
    Resolution,
)
from outcomes.disengagement.rules import Ladder, decide_flag, escalate, next_try, try_again_by
from outcomes.errors import Invalid
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor, authorise, authorise_once
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import (
    SafeHours,
    UkPart,
    WorkingDay,
    is_working_day,
    local_date,
)
from outcomes.platform.db import Database, Transaction
from outcomes.platform.zones import OFFICE_ZONE, is_zone, zone_of
from outcomes.providers import service as providers
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.tasks import service as tasks
from outcomes.tasks.models import TaskKind

FLAGS_AT_ONCE = 200

Raised = tuple[store.Candidate, FlagDecision]


async def raise_due_flags(db: Database, caller: Caller, now: datetime, *, ladder: Ladder) -> int:
    """Raise the flags that the rules decide on at `now` (UTC); returns how many. Idempotent: a survivor
    with an open flag gets no second one."""
    raised = 0
    while True:
        async with db.transaction(caller) as tx:
            candidates = await store.list_candidates(
                tx,
                ladder,
                silent_since=now - timedelta(days=ladder.silent_days),
                limit=FLAGS_AT_ONCE,
            )
            decided = ((one, decide_flag(one.facts, ladder, now)) for one in candidates)
            due = [(one, decision) for one, decision in decided if decision is not None]
            new = await _raise(tx, due, now) if due else 0
        if not new:
            return raised
        raised += new


async def _raise(tx: Transaction, due: list[Raised], now: datetime) -> int:
    flags = await store.insert_flags(tx, due, now)
    for candidate, _ in due:
        if candidate.survivor_id in flags:
            flag_id = flags[candidate.survivor_id]
            await _raise_task(tx, flag_id, candidate.survivor_id, candidate.worker_id, now)
    await audit.record_access(tx, "flag.raised", tuple(flags), ("evidence",), now=now)
    return len(flags)


async def raise_flag(
    db: Database, caller: Caller, survivor_id: UUID, creation: Creation, new: NewFlag
) -> UUID:
    """Raise a flag because a worker is worried.

    Raises:
        Conflict: there is an open flag.
    """
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        if is_new:
            found = await store.get_facts(tx, survivor_id)
            evidence = _evidence(found, new.note, opened.now)
            await store.insert_flag(tx, opened, creation.key, evidence, caller.actor.account)
            await _raise_task(tx, creation.key, survivor_id, found.worker_id, opened.now)
        return creation.key


async def resolve_flag(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    flag_id: UUID,
    creation: Creation,
    new: FlagResolution,
) -> None:
    """Resolve a flag once somebody has ascertained that the survivor is safe, or handed it on.

    Raises:
        Invalid: the resolution needs more than was given.
        Conflict: it was resolved before.
    """
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        _require_enough(new, opened)
        if is_new:
            await store.resolve_flag(tx, opened, flag_id, new, caller.actor.account)
            await tasks.resolve_task(tx, TaskKind.DISENGAGEMENT, flag_id, opened.now)


async def list_flags(db: Database, caller: Caller, survivor_id: UUID, *, ladder: Ladder) -> Flags:
    """A survivor's flags, newest first; the open one with who is responsible now."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        flags = await store.list_flags(tx, opened)
        is_working = _working_days((await providers.get_provider(tx)).uk_part)
        shown = tuple(_with_escalation(flag, ladder, is_working, opened.now) for flag in flags)
        return Flags(survivor_id, opened.reference, opened.zone, opened.now, shown)


async def prepare_no_answer(
    db: Database, caller: Caller, survivor_id: UUID, *, ladder: Ladder
) -> NoAnswerSubject:
    """The survivor that a *no answer* form is about, and when to try again if nobody answers now."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_access(
            tx, "survivor.opened", (survivor_id,), ("safe_contact",), now=opened.now
        )
        contact = (await safe_contact.get_contactability(tx, survivor_id)).safe_contact
        hours = contact.rules.hours if contact else None
        tries = len((await store.get_facts(tx, survivor_id)).facts.attempts) + 1
        part = (await providers.get_provider(tx)).uk_part
        following = _next_try(opened, tries, opened.now, hours, part, ladder)
        return NoAnswerSubject(survivor_id, opened.reference, opened.zone, opened.now, following)


async def find_next_try(
    tx: Transaction,
    opened: AuthorisedSurvivor,
    hours: SafeHours | None,
    part: UkPart,
    *,
    ladder: Ladder,
) -> NextTry | None:
    """When to try again, in the caller's transaction; None when the last try reached them."""
    tries = (await store.get_facts(tx, opened.survivor_id)).facts.attempts
    if not tries:
        return None
    return _next_try(opened, len(tries), tries[-1].at, hours, part, ladder)


def _next_try(
    opened: AuthorisedSurvivor,
    tries: int,
    missed_at: datetime,
    hours: SafeHours | None,
    part: UkPart,
    ladder: Ladder,
) -> NextTry:
    is_working, zone = _working_days(part), zone_of(opened.zone)
    known_hours = hours if is_zone(opened.zone) else None
    window = next_try(missed_at, ladder, known_hours, is_working, zone) if known_hours else None
    by_on = try_again_by(missed_at, ladder, is_working, zone)
    return NextTry(tries, missed_at, by_on, window)


async def _raise_task(
    tx: Transaction, flag_id: UUID, survivor_id: UUID, worker_id: UUID | None, now: datetime
) -> None:
    await tasks.raise_task(
        tx,
        TaskKind.DISENGAGEMENT,
        subject_kind="flag",
        subject_id=flag_id,
        survivor_id=survivor_id,
        owner_account_id=worker_id,
        now=now,
    )


def _evidence(found: store.Candidate, note: str, now: datetime) -> Evidence:
    facts = found.facts
    heard_at = max(facts.enrolled_at, facts.two_way_at or facts.enrolled_at)
    tries = tuple(attempt.at for attempt in facts.attempts)
    return Evidence(tries, facts.two_way_at, max((now - heard_at).days, 0), note)


def _require_enough(new: FlagResolution, opened: AuthorisedSurvivor) -> None:
    if new.ascertained_on > local_date(opened.now, zone_of(opened.zone)):
        raise Invalid.field("ascertained_on", "Enter today or an earlier day.")
    handed_over = (Resolution.MOVED, Resolution.REPORTED_MISSING)
    if new.resolution in handed_over and new.handed_to is None:
        raise Invalid.field(
            "handed_to", "Write who accepted them, or where you reported it and the reference."
        )
    if new.resolution is Resolution.DISENGAGED_BY_CHOICE and not new.said_so_alone:
        raise Invalid.field(
            "said_so_alone",
            "Speak to them alone and in their language first. Many who say so are not free to choose.",
        )


def _with_escalation(flag: Flag, ladder: Ladder, is_working: WorkingDay, now: datetime) -> Flag:
    if flag.resolved_at is not None:
        return flag
    return replace(flag, escalation=escalate(flag.raised_at, ladder, is_working, OFFICE_ZONE, now))


def _working_days(part: UkPart) -> WorkingDay:
    return partial(is_working_day, part)
