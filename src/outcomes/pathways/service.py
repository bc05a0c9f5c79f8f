"""The verbs of a survivor's pathway. Each is one visible transaction."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from outcomes.pathways import store
from outcomes.pathways.models import (
    DueContact,
    DueState,
    EnrolmentStatus,
    NewPathway,
    NotDue,
    Pathway,
    Schedule,
)
from outcomes.pathways.schedule import service as plans
from outcomes.pathways.schedule import store as plan_store
from outcomes.pathways.schedule.planning import follow_up_points
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import authorise, authorise_once
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import local_date
from outcomes.platform.db import Database, Transaction
from outcomes.platform.paging import Moment, Page, page
from outcomes.platform.zones import zone_of
from outcomes.providers import service as providers
from outcomes.survivors.models import ExitDate
from outcomes.survivors.safe_contact import service as safe_contact

REFRESH_EVERY = timedelta(hours=20)
"""A pathway that was refreshed more recently is skipped, unless its safe hours may have changed. Less
than a day, so that a nightly run that starts early still counts."""

PATHWAYS_AT_ONCE = 100
CONCURRENCY = 2
"""One task computes while the database writes for the other."""


async def enrol(
    db: Database, caller: Caller, survivor_id: UUID, creation: Creation, new: NewPathway
) -> UUID:
    """Begin the pathway: everything is planned to two years after exit, or for 90 days without an
    exit date.

    Raises:
        Invalid: no consent to calls or texts, no safe-contact profile, or an implausible day.
        Conflict: enrolled already.
    """
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        if is_new:
            await plans.start(tx, opened, creation.key, new)
            await audit.record_opened(tx, opened, "pathway.enrolled", "anchor_on")
        return creation.key


async def get_pathway(db: Database, caller: Caller, survivor_id: UUID) -> Pathway:
    """The current pathway. Raises NotFound when they are not enrolled."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "pathway.viewed", "exit_on")
        return await store.get_pathway(tx, survivor_id)


async def get_enrolment_status(db: Database, caller: Caller, survivor_id: UUID) -> EnrolmentStatus:
    """What the enrolment and exit-date pages show."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "pathway.viewed", "exit_on", "reach")
        contactability = await safe_contact.get_contactability(tx, survivor_id)
        exit_on, version, enrolled = await store.get_exit(tx, survivor_id)
        return EnrolmentStatus(
            reference=opened.reference,
            today=local_date(opened.now, zone_of(opened.zone)),
            exit_on=exit_on,
            version=version,
            enrolled=enrolled,
            missing=plans.missing_agreement(contactability),
        )


async def set_exit_date(db: Database, caller: Caller, survivor_id: UUID, new: ExitDate) -> None:
    """Record when government-funded support ended; a pathway then lasts for two years after it.

    Raises:
        Conflict: the record was changed since version `new.version`.
        Invalid: a day more than a year ahead, or more than ten years ago.
    """
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await plans.set_exit_date(tx, opened, new.exit_on, new.version)


async def get_schedule(db: Database, caller: Caller, survivor_id: UUID) -> Schedule:
    """All planned, completed and cancelled contacts. Raises NotFound when they are not enrolled."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_opened(tx, opened, "schedule.viewed", "planned_contacts")
        pathway = await store.get_pathway(tx, survivor_id)
        part = (await providers.get_provider(tx)).uk_part
        contacts = await plan_store.list_contacts(tx, pathway.id, part)
        basis = (await store.list_bases(tx, [pathway.id], {}))[0]
        points = follow_up_points(basis, part)
        not_due = tuple(NotDue(p.stage, p.planned_on) for p in points if p.occurrence is None)
        return Schedule(pathway, opened.zone, tuple(contacts), not_due)


async def list_due(
    db: Database,
    caller: Caller,
    *,
    state: DueState | None = None,
    after: Moment | None = None,
    limit: int = 50,
) -> Page[DueContact]:
    """Calls, reviews and follow-ups of the caller's caseload that are due or overdue, oldest first."""
    async with db.transaction(caller) as tx:
        now = await tx.now()
        found = await plan_store.list_due(tx, now=now, state=state, after=after, limit=limit + 1)
        due = page(found, limit, lambda last: Moment(last.due_at, last.id))
        ids = tuple(item.survivor_id for item in due.items)
        await audit.record_access(tx, "planned_contact.listed", ids, now=now)
        return due


async def refresh_plans(db: Database, caller: Caller, now: datetime) -> int:
    """Recompute the due times of the next 14 days and extend rolling schedules; returns how many pathways
    were refreshed. Idempotent: a pathway that was refreshed within 20 hours, and whose safe-contact
    profile has not changed, is skipped.
    """
    lanes = [_refresh_while_stale(db, caller, now) for _ in range(CONCURRENCY)]
    done = await asyncio.gather(*lanes, return_exceptions=True)
    for outcome in done:
        if isinstance(outcome, BaseException):
            raise outcome
    return sum(outcome for outcome in done if isinstance(outcome, int))


async def _refresh_while_stale(db: Database, caller: Caller, now: datetime) -> int:
    """May run concurrently: each run skips pathways that another one has locked."""
    refreshed = 0
    while True:
        async with db.transaction(caller) as tx:
            pathways = await store.lock_stale_pathways(
                tx, before=now - REFRESH_EVERY, limit=PATHWAYS_AT_ONCE
            )
            if not pathways:
                return refreshed
            await plans.refresh(tx, pathways, now)
            await audit.record_access(
                tx, "pathway.refreshed", tuple(pathways), ("safe_contact",), now=now
            )
        refreshed += len(pathways)


async def complete(
    tx: Transaction, planned_contact_id: UUID, now: datetime, *, survivor_id: UUID
) -> None:
    """Mark a planned contact done, in the caller's transaction. Older calls, reviews or texts of its
    series that are due are superseded by it; one that was closed before stays as it is.

    Raises:
        NotFound: it is not this survivor's.
    """
    await plan_store.complete(tx, planned_contact_id, survivor_id, now)
