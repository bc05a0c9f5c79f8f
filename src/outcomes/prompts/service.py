"""The verbs of prompts: planning, sending now, listing, accepting wordings."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from outcomes.errors import Conflict, NotFound
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import authorise, authorise_once
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Database, Transaction
from outcomes.platform.paging import Moment
from outcomes.prompts import store
from outcomes.prompts.facts import get_facts, list_facts
from outcomes.prompts.gate import GateFacts, expiry, terms_for_later, terms_now, wordings
from outcomes.prompts.models import PLANNED_AHEAD, PROMPT_LIFETIME, Prompt
from outcomes.prompts.reasons import why_withheld
from outcomes.prompts.store import NewPrompt, Unplanned
from outcomes.prompts.wordings.wording import Purpose, Wording, find_wording
from outcomes.providers import service as providers
from outcomes.survivors.models import Contactability
from outcomes.survivors.safe_contact import service as safe_contact

PLANNED_AT_ONCE = 200
_BEGINNING = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


async def schedule_prompts(db: Database, caller: Caller) -> int:
    """Create prompts for the scheduled texts of the next 14 days; returns how many changed.

    A survivor who may not be texted gets a withheld prompt, so that their page says why; it is planned
    again at each run until it is due.
    """
    last, changed = _BEGINNING, 0
    while True:
        async with db.transaction(caller) as tx:
            now = await tx.now()
            found = await store.list_unplanned(
                tx, now=now, until=now + PLANNED_AHEAD, after=last, limit=PLANNED_AT_ONCE
            )
            changed += await _plan(tx, found, now)
        if len(found) < PLANNED_AT_ONCE:
            return changed
        last = (found[-1].due_at, found[-1].id)


async def _plan(tx: Transaction, found: list[Unplanned], now: datetime) -> int:
    if not found:
        return 0
    ids = tuple({one.survivor_id for one in found})
    new = list(_changes(found, await list_facts(tx, ids), now))
    if new:
        await store.plan(tx, new, now)
        await providers.bring_next_run_forward(tx, min(one.due_at for one in new))
    await audit.record_access(tx, "prompt.planned", ids, ("reach",), now=now)
    return len(new)


def _changes(
    found: list[Unplanned], facts: dict[UUID, GateFacts], now: datetime
) -> Iterable[NewPrompt]:
    for one in found:
        terms = terms_for_later(facts[one.survivor_id], now)
        if terms.withheld is None or terms.withheld != one.withheld_for:
            yield NewPrompt(
                id=one.prompt_id or uuid5(one.id, "prompt"),
                contactability=facts[one.survivor_id].contactability,
                terms=terms,
                due_at=one.due_at,
                expires_at=_expires_at(one),
                planned_contact_id=one.id,
            )


def _expires_at(one: Unplanned) -> datetime:
    """The close of the window, at most four hours later, and after `due_at`."""
    return max(min(one.closes_at, one.due_at + PROMPT_LIFETIME), one.due_at + timedelta(minutes=1))


async def request_now(db: Database, caller: Caller, survivor_id: UUID, creation: Creation) -> UUID:
    """Plan the approved message for now; the worker sends it within seconds.

    Raises:
        NotFound: outside the caseload.
        Conflict: they may not be texted now, or a message is on its way; nothing was planned, and
            the message says why.
    """
    async with db.transaction(caller) as tx:
        opened, is_new = await authorise_once(tx, survivor_id, creation)
        if not is_new:
            return creation.key
        now = opened.now
        facts = await get_facts(tx, survivor_id)
        terms = terms_now(facts, now)
        expires_at = expiry(facts.contactability, now)
        if terms.withheld is not None:
            raise Conflict(f"Nothing was sent. {why_withheld(terms.withheld)}")
        if expires_at is None:
            raise Conflict(
                "Nothing was sent, because the clocks are changing. Try again in an hour."
            )
        await safe_contact.lock_survivor(
            tx, survivor_id
        )  # so that two concurrent requests do not both find none
        if await store.is_one_on_its_way(tx, survivor_id, now):
            raise Conflict("A message to them is already on its way.")
        prompt = NewPrompt(
            id=creation.key,
            contactability=facts.contactability,
            terms=terms,
            due_at=now,
            expires_at=expires_at,
            requested_by=caller.actor.account,
        )
        await store.insert_prompt(tx, prompt, now)
        await providers.bring_next_run_forward(tx, now)
        await audit.record_access(tx, "prompt.requested", (survivor_id,), ("reach",), now=now)
        return creation.key


async def get_contactability(
    tx: Transaction, survivor_id: UUID, now: datetime, *, later: bool = False
) -> tuple[Contactability, str | None]:
    """How they may be reached, and why no text may be sent at `now`, as a sentence or None.

    With `later`, whatever the hour is. The caller audits. Raises DecryptionError.
    """
    facts = await get_facts(tx, survivor_id)
    terms = terms_for_later(facts, now) if later else terms_now(facts, now)
    return facts.contactability, why_withheld(terms.withheld) if terms.withheld else None


async def why_not_now(db: Database, caller: Caller, survivor_id: UUID) -> str | None:
    """Why they may not be texted at this moment, as a sentence; None when they may."""
    async with db.transaction(caller) as tx:
        opened = await authorise(tx, survivor_id)
        _, why = await get_contactability(tx, survivor_id, opened.now)
        await audit.record_access(
            tx, "safe_contact.viewed", (survivor_id,), ("reach",), now=opened.now
        )
    return why


async def list_prompts(
    db: Database,
    caller: Caller,
    survivor_id: UUID,
    *,
    after: Moment | None = None,
    limit: int = 50,
) -> list[Prompt]:
    """Their prompts, the latest due first; `after` is the last one of the previous page."""
    async with db.transaction(caller) as tx:
        return await store.list_prompts(
            tx, await authorise(tx, survivor_id), after=after, limit=limit
        )


async def accept_wording(db: Database, caller: Caller, code: str, version: str) -> None:
    """Accept a wording for the provider; it is not sent before. Idempotent.

    Raises:
        NotFound: there is no such wording.
    """
    wording = find_wording(wordings(), code, version)
    if wording is None or wording.purpose is not Purpose.PROMPT:
        raise NotFound
    async with db.transaction(caller) as tx:
        now = await tx.now()
        await store.insert_acceptance(tx, uuid4(), wording, now)
        await audit.record_access(
            tx,
            "wording.accepted",
            (caller.provider_id,),
            (code, version),
            now=now,
            subject_kind="provider",
        )


async def list_wordings(db: Database, caller: Caller) -> list[tuple[Wording, bool]]:
    """The wordings for survivors, each with whether this provider has accepted it."""
    async with db.transaction(caller) as tx:
        accepted = await store.list_accepted(tx)
    prompts = [wording for wording in wordings() if wording.purpose is Purpose.PROMPT]
    return [(wording, (wording.code, wording.version) in accepted) for wording in prompts]
