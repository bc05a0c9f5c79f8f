"""Planning in an open transaction: at enrolment, after a new exit date, and every night."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from dateutil.relativedelta import relativedelta

from outcomes.errors import Conflict, FieldProblem, Invalid
from outcomes.pathways import store
from outcomes.pathways.models import NewPathway
from outcomes.pathways.schedule import store as plan_store
from outcomes.pathways.schedule.cadence import Cadence, Series, end_of_support
from outcomes.pathways.schedule.planning import Basis, Slot, occurrences, planned_until, slot
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor
from outcomes.platform.calendar import local_date
from outcomes.platform.db import Transaction
from outcomes.platform.zones import zone_of
from outcomes.providers import service as providers
from outcomes.survivors import service as survivors
from outcomes.survivors.models import Contactability, Purpose
from outcomes.survivors.safe_contact import service as safe_contact

REFRESHED_AHEAD = timedelta(days=14)
"""How far ahead due times are worked out again every night."""

ANCHOR_BEFORE, ANCHOR_AFTER = relativedelta(months=12), timedelta(days=28)
"""Days further away than these are refused as mistyped (product default; no external source)."""


async def start(
    tx: Transaction, opened: AuthorisedSurvivor, pathway_id: UUID, new: NewPathway
) -> None:
    """Make the pathway and everything planned on it.

    Raises:
        Invalid: no consent or profile yet, or an implausible day.
        Conflict: enrolled already.
    """
    survivor_id, now = opened.survivor_id, opened.now
    if missing := missing_agreement(await safe_contact.get_contactability(tx, survivor_id)):
        raise Invalid(*missing)
    today = local_date(now, zone_of(opened.zone))
    anchor_on = _likely_anchor(new.anchor_on or today, today)
    await safe_contact.lock_survivor(tx, survivor_id)
    if not await store.insert_pathway(
        tx,
        pathway_id,
        survivor_id,
        anchor_on=anchor_on,
        cadence=Cadence(),
        prompt_shift=secrets.randbelow(1000),
        now=now,
    ):
        raise Conflict("They are enrolled already. Open their schedule.")
    basis = await _basis(tx, survivor_id, pathway_id)
    if planned_until(basis, today) <= today:
        raise Invalid.field(
            "exit_on", "Their exit was more than two years ago. Correct the exit date first."
        )
    await _write(tx, [basis], now, whole=True)


async def set_exit_date(
    tx: Transaction, opened: AuthorisedSurvivor, exit_on: date, version: int
) -> None:
    """Record the exit date, plan up to two years after it, and cancel what is planned later.

    Raises:
        Conflict: the record was changed since `version`.
        Invalid: more than a year ahead, or more than ten years ago.
    """
    await survivors.set_exit_date(tx, opened, exit_on, version)
    await audit.record_opened(tx, opened, "survivor.exit_date_changed", "exit_on")
    pathway = await store.lock_pathway(tx, opened.survivor_id)
    if pathway:
        basis = await _basis(tx, opened.survivor_id, pathway[opened.survivor_id])
        planned = await _write(tx, [basis], opened.now, whole=True)
        points = [one.occurrence for _, one in planned]
        await plan_store.close_outside_plan(
            tx,
            basis,
            end_on=end_of_support(exit_on),
            follow_ups={one.planned_on: one.stage for one in points if one.stage is not None},
            now=opened.now,
        )


async def refresh(tx: Transaction, pathways: dict[UUID, UUID], now: datetime) -> None:
    """Extend and correct locked pathways, given by survivor, and end those whose time is over."""
    contactability = await safe_contact.list_contactability(tx, list(pathways))
    profiles = {survivor_id: one.safe_contact for survivor_id, one in contactability.items()}
    bases = await store.list_bases(tx, list(pathways.values()), profiles)
    await _write(tx, bases, now, whole=False)
    over = [
        one.pathway_id
        for one in bases
        if one.exit_on is not None and end_of_support(one.exit_on) < local_date(now, one.zone)
    ]
    if over and (ended := await store.end_finished(tx, over, now)):
        await audit.record_access(tx, "pathway.ended", tuple(ended), now=now)


async def _basis(tx: Transaction, survivor_id: UUID, pathway_id: UUID) -> Basis:
    contactability = await safe_contact.get_contactability(tx, survivor_id)
    return (await store.list_bases(tx, [pathway_id], {survivor_id: contactability.safe_contact}))[0]


async def _write(
    tx: Transaction, bases: Sequence[Basis], now: datetime, *, whole: bool
) -> list[tuple[Basis, Slot]]:
    """Write the plans (`whole`, or what is new or near) and how far they go; returns what it wrote."""
    part = (await providers.get_provider(tx)).uk_part
    today = {basis.pathway_id: local_date(now, basis.zone) for basis in bases}
    planned = [
        (basis, slot(basis, occurrence))
        for basis in bases
        for occurrence in occurrences(basis, part, today[basis.pathway_id])
        if whole or _is_new_or_near(basis, occurrence.planned_on, today[basis.pathway_id])
    ]
    await plan_store.write_slots(tx, planned, now)
    until = {one.pathway_id: planned_until(one, today[one.pathway_id]) for one in bases}
    await store.mark_planned(tx, bases, until, now)
    await _bring_next_run_forward(tx, (one for _, one in planned), now)
    return planned


def _is_new_or_near(basis: Basis, planned_on: date, today: date) -> bool:
    near = today - REFRESHED_AHEAD <= planned_on <= today + REFRESHED_AHEAD
    return near or planned_on >= basis.planned_until


async def _bring_next_run_forward(tx: Transaction, slots: Iterable[Slot], now: datetime) -> None:
    texts = [one.due_at for one in slots if one.occurrence.series is Series.PROMPT]
    if ahead := [at for at in texts if at > now]:
        await providers.bring_next_run_forward(tx, min(ahead))


def missing_agreement(contactability: Contactability) -> tuple[FieldProblem, ...]:
    """What has to be recorded before enrolment: consent to contact, and safe contact."""
    problems = []
    if not contactability.consents & {Purpose.CALL, Purpose.SMS}:
        problems.append(
            FieldProblem("consents", "Record first that they agreed to calls or to texts.")
        )
    if contactability.safe_contact is None:
        problems.append(
            FieldProblem("safe_contact", "Record first how they can be contacted safely.")
        )
    return tuple(problems)


def _likely_anchor(anchor_on: date, today: date) -> date:
    if not today - ANCHOR_BEFORE <= anchor_on <= today + ANCHOR_AFTER:
        raise Invalid.field(
            "anchor_on", "Choose a day within the last 12 months or the next 4 weeks."
        )
    return anchor_on
