"""What the screens that cross rooms show, and the few verbs that belong to no single room."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from uuid import UUID

from outcomes.casework import store
from outcomes.casework.labels import URGENCIES
from outcomes.casework.models import (
    CoverForm,
    Entry,
    Group,
    Line,
    OpenFlag,
    OpenTask,
    Person,
    Team,
    Today,
)
from outcomes.casework.person import store as person_store
from outcomes.casework.safe_hours import call_hours
from outcomes.casework.store import DueRow, FlagRow
from outcomes.disengagement import service as disengagement
from outcomes.disengagement.rules import Ladder, escalate
from outcomes.errors import Invalid, NotFound
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor, authorise
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller, CaseloadScope
from outcomes.platform.access.roles import PERMISSIONS, Permission, Role
from outcomes.platform.calendar import UkPart, is_working_day, local_date
from outcomes.platform.db import Database, Transaction
from outcomes.platform.paging import Moment, Page, page, read_cursor
from outcomes.platform.zones import OFFICE_ZONE
from outcomes.prompts import service as prompts
from outcomes.providers import service as providers
from outcomes.providers.labels import one_of
from outcomes.survivors.choices import language_name
from outcomes.survivors.models import Contact
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.tasks import service as tasks
from outcomes.tasks.models import TaskKind

MOST_REASONS = 400
"""The most reasons that Today shows."""

ENTRIES = 50
UPCOMING = 5
CASELOAD_ROLES = tuple(role for role in Role if Permission.RECORD_WORK in PERMISSIONS[role])
"""The roles that have a caseload or can cover one."""

ELSEWHERE = ("flag", "inbound_message")
"""Subjects whose tasks are finished by resolving the flag or handling the message."""


async def get_today(db: Database, caller: Caller) -> Today:
    """What is due in the caller's caseload; a team lead sees the team's, by worker."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        rows = await store.list_due(tx, now, limit=MOST_REASONS)
        lines = await _lines(tx, rows, now)
        ids = tuple(line.survivor_id for line in lines)
        await audit.record_access(tx, "today.viewed", ids, ("language", "safe_contact"), now=now)
        if caller.actor.caseload_scope is CaseloadScope.TEAM:
            groups = _by_worker(lines, await _names(tx))
        else:
            groups = _by_urgency(lines)
        return Today(now, tuple(groups), more=len(rows) == MOST_REASONS)


async def _lines(tx: Transaction, rows: list[DueRow], now: datetime) -> list[Line]:
    """One line per survivor, in the order of their most urgent reason."""
    grouped: dict[UUID, list[DueRow]] = {}
    for row in rows:
        grouped.setdefault(row.survivor_id, []).append(row)
    contactability = await safe_contact.list_contactability(tx, list(grouped))
    return [
        Line(
            survivor_id=survivor_id,
            reference=found[0].reference,
            zone=found[0].zone,
            worker_id=found[0].worker_id,
            reasons=tuple(row.reason for row in found),
            last_contact_at=found[0].last_contact_at,
            language=language_name(contactability[survivor_id].language),
            call=call_hours(contactability[survivor_id], now),
        )
        for survivor_id, found in grouped.items()
    ]


def _by_urgency(lines: Iterable[Line]) -> Iterable[Group]:
    lines = tuple(lines)
    for urgency, title in URGENCIES.items():
        if found := tuple(line for line in lines if line.urgency is urgency):
            yield Group(title, found)


def _by_worker(lines: Iterable[Line], names: dict[UUID, str]) -> Iterable[Group]:
    """Whoever has the most urgent line comes first."""
    grouped: dict[UUID | None, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.worker_id, []).append(line)
    for worker_id, found in grouped.items():
        yield Group(names[worker_id] if worker_id else "Unassigned", tuple(found))


async def get_person(
    db: Database, caller: Caller, survivor_id: UUID, *, ladder: Ladder, cursor: str | None = None
) -> Person:
    """Everything on a survivor's page, in one transaction. Raises NotFound outside the caseload."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        now = opened.now
        contactability, why_no_texts = await prompts.get_contactability(tx, survivor_id, now)
        contact = contactability.safe_contact
        hours = contact.rules.hours if contact else None
        part = (await providers.get_provider(tx)).uk_part
        return Person(
            now=now,
            summary=await person_store.get_summary(tx, opened),
            contactability=contactability,
            profile=await safe_contact.find_profile(tx, opened),
            call=call_hours(contactability, now),
            why_no_texts=why_no_texts,
            next_try=await disengagement.find_next_try(tx, opened, hours, part, ladder=ladder),
            upcoming=tuple(await person_store.list_upcoming(tx, survivor_id, now, limit=UPCOMING)),
            tasks=tuple(await store.list_tasks(tx, survivor_id)),
            timeline=await _timeline(tx, opened, cursor, ENTRIES),
            names=await _names(tx),
        )


async def view_number(
    db: Database, caller: Caller, survivor_id: UUID
) -> tuple[Contact, str | None]:
    """How a survivor may be reached, and why no text may be sent to their number at any hour."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        contactability, why = await prompts.get_contactability(
            tx, survivor_id, opened.now, later=True
        )
        await audit.record_opened(tx, opened, "safe_contact.viewed", "profile", "consents")
        return Contact(opened.reference, opened.now, contactability), why


async def get_timeline(
    db: Database, caller: Caller, survivor_id: UUID, *, cursor: str | None, limit: int
) -> Page[Entry]:
    """A survivor's timeline, newest first.

    Raises:
        Invalid: the cursor did not come from an earlier page.
    """
    async with db.transaction(caller) as tx:
        return await _timeline(tx, await authorise(tx, survivor_id), cursor, limit)


async def _timeline(
    tx: Transaction, opened: AuthorisedSurvivor, cursor: str | None, limit: int
) -> Page[Entry]:
    after = read_cursor(Moment, cursor)
    found = await person_store.list_entries(tx, opened, after=after, limit=limit + 1)
    return page(found, limit, lambda last: Moment(last.at, last.id))


async def get_team(db: Database, caller: Caller, *, ladder: Ladder) -> Team:
    """The state of the caller's team; an administrator sees every team, but opens no record."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        everyone, team_id = _team_scope(caller)
        provider = await providers.get_provider(tx)
        loads = await store.list_loads(tx, everyone, team_id, now)
        tasks = await store.list_team_tasks(tx, everyone, team_id)
        flags = await store.list_team_flags(tx, everyone, team_id)
        today = local_date(now, OFFICE_ZONE)
        covers = await store.list_covers(tx, everyone, team_id, today)
        ids = {row.survivor_id for row in flags} | {t.survivor_id for t in tasks if t.survivor_id}
        await audit.record_access(tx, "team.viewed", tuple(ids), ("flags", "tasks"), now=now)
        return Team(
            now=now,
            today=today,
            loads=tuple(loads),
            tasks=tuple(tasks),
            flags=tuple(_escalated(row, ladder, provider.uk_part, now) for row in flags),
            covers=tuple(covers),
            workers=tuple(load.account_id for load in loads),
            on_call=provider.on_call_account_id,
            names=await _names(tx),
            may_open=not everyone,
        )


async def arrange_cover(db: Database, caller: Caller, creation: Creation, new: CoverForm) -> None:
    """Let a colleague cover somebody's caseload; a lead arranges it for their own team only.

    Raises:
        Invalid: an account without a caseload, or days in the wrong order.
        NotFound: not of the team, or the one who covers is disabled.
    """
    async with db.transaction(caller) as tx:
        accounts = {account.id: account for account in await providers.list_accounts(tx)}
    everyone, team_id = _team_scope(caller)
    for field in ("absent_account_id", "cover_account_id"):
        account = accounts.get(getattr(new, field))
        same_team = account is not None and team_id is not None and account.team_id == team_id
        if account is None or not (everyone or same_team):
            raise NotFound
        if account.role not in CASELOAD_ROLES:
            raise Invalid.field(field, f"Choose {one_of(CASELOAD_ROLES)}.")
    await providers.record_cover(
        db,
        caller,
        creation,
        absent_account_id=new.absent_account_id,
        cover_account_id=new.cover_account_id,
        from_on=new.from_on,
        until_on=new.until_on,
    )


async def finish_task(db: Database, caller: Caller, task_id: UUID) -> OpenTask:
    """Mark a task as done. Raises NotFound if it is resolved already or is resolved elsewhere."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        task = await store.find_task(tx, task_id)
        if task is None or task.subject_kind in ELSEWHERE:
            raise NotFound
        await tasks.resolve_task(tx, TaskKind(task.kind), task.subject_id, now)
        ids = (task.survivor_id,) if task.survivor_id else ()
        await audit.record_access(tx, "task.resolved", ids, now=now)
        return task


def _team_scope(caller: Caller) -> tuple[bool, UUID | None]:
    """Whether the caller sees every team; otherwise the team they see."""
    return caller.actor.role is Role.PROVIDER_ADMIN, caller.actor.team_id


def _escalated(row: FlagRow, ladder: Ladder, part: UkPart, now: datetime) -> OpenFlag:
    is_working = partial(is_working_day, part)
    who = escalate(row.raised_at, ladder, is_working, OFFICE_ZONE, now)
    return OpenFlag(
        id=row.id,
        survivor_id=row.survivor_id,
        reference=row.reference,
        rule=row.rule,
        raised_at=row.raised_at,
        level=who.level,
        rises_at=who.rises_at,
    )


async def _names(tx: Transaction) -> dict[UUID, str]:
    return {account.id: account.name for account in await providers.list_accounts(tx)}
