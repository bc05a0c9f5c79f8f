"""Survivors as JSON: the record, consents and safe contact."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import Parameter
from msgspec import Struct

from outcomes.errors import NotFound
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.survivors import service
from outcomes.survivors.models import (
    Consent,
    NewConsent,
    NewSurvivor,
    SafeContact,
    SafeContactProfile,
    Survivor,
)
from outcomes.survivors.safe_contact import service as safe_contact

Limit = Annotated[int, Parameter(ge=1, le=100)]
Cursor = Annotated[str | None, Parameter(max_length=20)]
SURVIVORS = "/api/v1/survivors"
_ONE = f"{SURVIVORS}/{{survivor_id:uuid}}"


class ConsentList(Struct, frozen=True):
    """Every decision, newest first; the newest for a purpose counts."""

    items: list[Consent]


@post(SURVIVORS, permission=Permission.REGISTER_SURVIVORS)
async def register(
    db: Database, caller: Caller, data: NewSurvivor, idempotency_key: UUID
) -> Survivor:
    """Register an adult and put them on the caller's caseload. Nothing is planned before a pathway."""
    creation = Creation.of(caller, idempotency_key, "register", data)
    survivor_id = await service.register(db, caller, creation, data)
    return await service.get_survivor(db, caller, survivor_id)


@get(_ONE, permission=Permission.SEE_SURVIVORS)
async def get_survivor(db: Database, caller: Caller, survivor_id: UUID) -> Survivor:
    """The record, without the telephone number."""
    return await service.get_survivor(db, caller, survivor_id)


@get(f"{_ONE}/consents", permission=Permission.SEE_SURVIVORS)
async def list_consents(db: Database, caller: Caller, survivor_id: UUID) -> ConsentList:
    """What they have agreed to, and what they have withdrawn."""
    return ConsentList(await service.list_consents(db, caller, survivor_id))


@post(f"{_ONE}/consents", permission=Permission.REGISTER_SURVIVORS)
async def record_consent(
    db: Database, caller: Caller, survivor_id: UUID, data: NewConsent, idempotency_key: UUID
) -> Consent:
    """Record a decision. A withdrawal counts from this moment."""
    creation = Creation.of(caller, idempotency_key, f"consent:{survivor_id}", data)
    consent_id = await service.record_consent(db, caller, survivor_id, creation, data)
    recorded = await service.list_consents(db, caller, survivor_id)
    return next(consent for consent in recorded if consent.id == consent_id)


@get(f"{_ONE}/safe-contact", permission=Permission.SEE_SURVIVORS)
async def get_safe_contact(db: Database, caller: Caller, survivor_id: UUID) -> SafeContact:
    """The safe-contact profile; 404 means: do not contact."""
    current = await safe_contact.get_safe_contact(db, caller, survivor_id)
    if current is None:
        raise NotFound
    return current


@post(f"{_ONE}/safe-contact", permission=Permission.REGISTER_SURVIVORS)
async def record_safe_contact(
    db: Database, caller: Caller, survivor_id: UUID, data: SafeContactProfile, idempotency_key: UUID
) -> SafeContact:
    """Replace the profile; the new one counts as confirmed now."""
    creation = Creation.of(caller, idempotency_key, f"safe-contact:{survivor_id}", data)
    await safe_contact.record_safe_contact(db, caller, survivor_id, creation, data)
    current = await safe_contact.get_safe_contact(db, caller, survivor_id)
    if current is None:
        raise NotFound
    return current


ROUTES = (
    register,
    get_survivor,
    list_consents,
    record_consent,
    get_safe_contact,
    record_safe_contact,
)
