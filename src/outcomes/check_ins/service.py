"""The verbs of contact. Each is one visible transaction and idempotent."""

from datetime import date, datetime, timedelta
from uuid import UUID

from outcomes.check_ins import store
from outcomes.check_ins.models import (
    Activity,
    AttemptOutcome,
    CheckIn,
    ContactAttempt,
    DropIn,
    FormSubject,
    NewActivity,
    NewAttempt,
    NewCheckIn,
    NewDropIn,
)
from outcomes.check_ins.participation import store as participation
from outcomes.errors import Invalid
from outcomes.pathways import service as pathways
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor, authorise, authorise_once
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import local_date
from outcomes.platform.db import Database, Transaction
from outcomes.platform.paging import Day, Moment
from outcomes.platform.zones import zone_of
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.tasks import service as tasks
from outcomes.tasks.models import TaskKind

_CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""How far a phone's clock may be ahead of the database's (product default; no external source)."""

_AGREED_WITHIN = timedelta(days=366)
"""How far ahead the next contact may be agreed (product default; no external source)."""


async def prepare_form(db: Database, caller: Caller, survivor_id: UUID) -> FormSubject:
    """The survivor that a form of this room is about. Raises NotFound outside the caseload."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        await audit.record_access(
            tx, "survivor.opened", (survivor_id,), ("reference",), now=opened.now
        )
        return FormSubject(survivor_id, opened.reference, opened.zone, opened.now)


async def log_check_in(
    db: Database, caller: Caller, survivor_id: UUID, creation: Creation, new: NewCheckIn
) -> UUID:
    """Record that two-way contact happened, and close the planned contact it answers.

    Raises:
        Invalid: a time in the future, or a next contact in the past.
        NotFound: also for a planned contact or corrected check-in that is not this survivor's.
    """
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        occurred_at = _not_ahead("occurred_at", new.occurred_at, opened)
        if new.next_contact_on is not None:
            _require_soon(new.next_contact_on, _today(opened))
        if is_new:
            if new.corrects_id is None:
                await store.insert_check_in(tx, opened, creation.key, new, occurred_at)
            else:
                await store.insert_correction(tx, opened, creation.key, new)
            if new.planned_contact_id is not None:
                await pathways.complete(
                    tx, new.planned_contact_id, opened.now, survivor_id=survivor_id
                )
            if new.duress:
                await _handle_duress(tx, opened, creation.key)
            elif new.safe_contact_still_right:
                await safe_contact.confirm_safe_contact(tx, survivor_id, occurred_at)
        return creation.key


async def log_attempt(
    db: Database, caller: Caller, survivor_id: UUID, creation: Creation, new: NewAttempt
) -> UUID:
    """Record an attempt that did not reach the survivor; the planned contact stays open.

    Raises:
        Invalid: the outcome is `reached` (that is a check-in), or a time in the future.
        NotFound: also for a planned contact that is not this survivor's.
    """
    if new.outcome is AttemptOutcome.REACHED:
        raise Invalid.field("outcome", "Log a check-in when you reached them.")
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        attempted_at = _not_ahead("attempted_at", new.attempted_at, opened)
        if is_new:
            await store.insert_attempt(tx, opened, creation.key, new, attempted_at)
        return creation.key


async def record_drop_in(
    db: Database, caller: Caller, survivor_id: UUID, creation: Creation, new: NewDropIn
) -> UUID:
    """Record attendance at a drop-in; returns the id of that day's row, whoever recorded it first.

    Raises:
        Invalid: a day in the survivor's future.
    """
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        if new.attended_on > _today(opened):
            raise Invalid.field("attended_on", "Enter today or an earlier day.")
        if is_new:
            await participation.insert_drop_in(tx, opened, creation.key, new)
        return await participation.get_drop_in_id(tx, survivor_id, new)


async def record_activity(
    db: Database, caller: Caller, survivor_id: UUID, creation: Creation, new: NewActivity
) -> UUID:
    """Record that work, education, training or volunteering began or ended."""
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        if new.happened_on > _today(opened):
            raise Invalid.field("happened_on", "Enter today or an earlier day.")
        if is_new:
            await participation.insert_activity(tx, opened, creation.key, new)
        return creation.key


async def list_check_ins(
    db: Database, caller: Caller, survivor_id: UUID, *, after: Moment | None = None, limit: int = 50
) -> list[CheckIn]:
    """The newest first; `after` is the last id of the page before."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        return await store.list_check_ins(tx, opened, after=after, limit=limit)


async def list_attempts(
    db: Database, caller: Caller, survivor_id: UUID, *, after: Moment | None = None, limit: int = 50
) -> list[ContactAttempt]:
    """The newest first; `after` is the last id of the page before."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        return await store.list_attempts(tx, opened, after=after, limit=limit)


async def list_activities(
    db: Database, caller: Caller, survivor_id: UUID, *, after: Day | None = None, limit: int = 50
) -> list[Activity]:
    """The newest first; `after` is the last id of the page before."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        return await participation.list_activities(tx, opened, after=after, limit=limit)


async def list_drop_ins(
    db: Database, caller: Caller, *, after: Day | None = None, limit: int = 50
) -> list[DropIn]:
    """Those of the caller's caseload, newest first; `after` is the last id of the page before."""
    async with db.transaction(caller) as tx:
        drop_ins = await participation.list_drop_ins(tx, after=after, limit=limit)
        ids = tuple({drop_in.survivor_id for drop_in in drop_ins})
        await audit.record_access(tx, "drop_in.listed", ids, ("attended_on",), now=await tx.now())
        return drop_ins


def _today(opened: AuthorisedSurvivor) -> date:
    return local_date(opened.now, zone_of(opened.zone))


def _require_soon(agreed: date, today: date) -> None:
    """Refuse a mistyped year, which would keep somebody off Today until then."""
    if agreed < today:
        raise Invalid.field("next_contact_on", "Choose today or a later day.")
    if agreed > today + _AGREED_WITHIN:
        raise Invalid.field("next_contact_on", "Choose a day within the next year.")


def _not_ahead(field: str, at: datetime | None, opened: AuthorisedSurvivor) -> datetime:
    if at is None:
        return opened.now
    if at.tzinfo is None:
        raise Invalid.field(field, "Give the time with its offset, such as 2026-11-20T14:05:00Z.")
    if at > opened.now + _CLOCKS_DIFFER_BY:
        raise Invalid.field(field, "Enter a time that is not in the future.")
    return at


async def _handle_duress(tx: Transaction, opened: AuthorisedSurvivor, check_in_id: UUID) -> None:
    """Opt the survivor out of texts, also on later numbers, and raise a task for the person on call.
    Safe contact is not confirmed."""
    contactability = await safe_contact.get_contactability(tx, opened.survivor_id)
    await safe_contact.insert_opt_out(
        tx,
        survivor_id=opened.survivor_id,
        phone_bidx=contactability.phone_bidx,
        source="duress",
        now=opened.now,
    )
    await tasks.raise_task(
        tx,
        TaskKind.DURESS,
        subject_kind="check_in",
        subject_id=check_in_id,
        survivor_id=opened.survivor_id,
        owner_account_id=None,
        now=opened.now,
    )
