"""Two identical providers, with one row of each kind that an address or a body can name."""

from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import msgspec

from outcomes.assessments.instruments import shipped_instruments
from outcomes.check_ins import service as check_ins
from outcomes.check_ins.models import NewCheckIn, Wellbeing
from outcomes.disengagement import service as disengagement
from outcomes.disengagement.models import NewFlag
from outcomes.kpis import service as kpis
from outcomes.kpis.models import ExportFormat, NewExport, View
from outcomes.messaging.gateways.models import InboundSms
from outcomes.pathways import service as pathways
from outcomes.pathways.models import NewPathway
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Role
from outcomes.prompts import service as prompts
from outcomes.prompts.inbox import service as service_inbox
from outcomes.tasks import service as tasks
from outcomes.tasks.models import TaskKind
from tests.moment import now
from tests.support import (
    Product,
    Provider,
    drama_number,
    make_account,
    make_provider,
    make_survivor,
    new_key,
    recently_confirmed,
)


class Ids(msgspec.Struct, frozen=True):
    """One id of each kind that an address or a body can name."""

    survivor_id: UUID
    new_survivor_id: UUID
    planned_contact_id: UUID
    check_in_id: UUID
    flag_id: UUID
    message_id: UUID
    export_id: UUID
    account_id: UUID
    lead_id: UUID
    team_id: UUID
    session_id: UUID
    task_id: UUID


class Side(msgspec.Struct, frozen=True):
    """One provider: who acts there, and what it has."""

    provider: Provider
    callers: dict[Role, Caller]
    ids: Ids


def unknown_ids() -> Ids:
    """Ids that no provider has."""
    return Ids(*(uuid4() for _ in Ids.__struct_fields__))


async def make_side(product: Product) -> Side:
    """A provider with an enrolled survivor and one row of everything else."""
    provider = await make_provider(product)
    await prompts.accept_wording(product.db, provider.admin, "how-are-things-en", "1.0")
    worker = await make_account(product, provider.admin, team_id=provider.team_id)
    colleague = await make_account(product, provider.admin, team_id=provider.team_id)
    analyst = await make_account(product, provider.admin, Role.ANALYST)
    survivor_id = await make_survivor(
        product, worker, phone=drama_number(400), exit_on=now().date() - timedelta(days=319)
    )
    ids = Ids(
        survivor_id=survivor_id,
        new_survivor_id=await make_survivor(product, worker, phone=drama_number(401)),
        planned_contact_id=await _enrolled(product, worker, survivor_id),
        check_in_id=await _checked_in(product, worker, survivor_id),
        flag_id=await _flagged(product, worker, survivor_id),
        message_id=await _texted(product, provider),
        export_id=await _exported(product, provider.lead),
        account_id=colleague.actor.account,
        lead_id=provider.lead.actor.account,
        team_id=provider.team_id,
        session_id=await _own_session(product, worker),
        task_id=await _asked(product, worker, survivor_id),
    )
    callers = {
        Role.SUPPORT_WORKER: worker,
        Role.TEAM_LEAD: provider.lead,
        Role.PROVIDER_ADMIN: provider.admin,
        Role.ANALYST: analyst,
    }
    return Side(provider, callers, ids)


async def _enrolled(product: Product, worker: Caller, survivor_id: UUID) -> UUID:
    new = NewPathway()
    await pathways.enrol(product.db, worker, survivor_id, new_key(worker, new), new)
    async with product.db.transaction(worker) as tx:
        planned: UUID = await tx.conn.fetchval(
            """SELECT id FROM planned_contacts WHERE survivor_id = $1 AND series = 'call'
               ORDER BY planned_on LIMIT 1""",
            survivor_id,
        )
    return planned


async def _checked_in(product: Product, worker: Caller, survivor_id: UUID) -> UUID:
    new = NewCheckIn(wellbeing=Wellbeing.FINE)
    return await check_ins.log_check_in(product.db, worker, survivor_id, new_key(worker, new), new)


async def _flagged(product: Product, worker: Caller, survivor_id: UUID) -> UUID:
    new = NewFlag(note="Not seen for a while")
    return await disengagement.raise_flag(
        product.db, worker, survivor_id, new_key(worker, new), new
    )


async def _texted(product: Product, provider: Provider) -> UUID:
    """A text that needs a person, and holds texts to its sender back until then."""
    gateway = await product.scopes.own_number(provider.survivors_number)
    assert gateway is not None
    text = InboundSms(
        message_sid=f"SM{uuid4().hex}",
        from_=drama_number(401),
        to=provider.survivors_number,
        body="Can we talk about the flat",
        opt_out_type=None,
        signature_digest=sha256(uuid4().bytes).digest(),
    )
    await service_inbox.receive(product.db, gateway, text)
    await service_inbox.read_inbox(product.db, product.scopes.worker(provider.id))
    async with product.db.transaction(gateway) as tx:
        message_id: UUID = await tx.conn.fetchval("SELECT id FROM inbound_messages")
    return message_id


async def _exported(product: Product, lead: Caller) -> UUID:
    confirmed = await recently_confirmed(product, lead)
    new = NewExport(
        view=View.EXTERNAL,
        format=ExportFormat.XLSX,
        first_day=date(2026, 1, 1),
        last_day=date(2026, 1, 1) + timedelta(days=180),
        purpose="Board report",
    )
    export = await kpis.request_export(product.db, confirmed, new_key(confirmed, new), new)
    await kpis.build_pending_exports(
        product.db,
        product.scopes.worker(lead.provider_id),
        instrument=shipped_instruments().offered_outcomes,
    )
    return export.id


async def _own_session(product: Product, worker: Caller) -> UUID:
    other = await recently_confirmed(product, worker)
    assert other.actor.session_id is not None
    return other.actor.session_id


async def _asked(product: Product, worker: Caller, survivor_id: UUID) -> UUID:
    """A task that is done by saying so."""
    async with product.db.transaction(worker) as tx:
        await tasks.raise_task(
            tx,
            TaskKind.OPTED_OUT,
            subject_kind="survivor",
            subject_id=survivor_id,
            survivor_id=survivor_id,
            owner_account_id=None,
            now=await tx.now(),
        )
        task_id: UUID = await tx.conn.fetchval("SELECT id FROM tasks WHERE kind = 'opted_out'")
    return task_id
