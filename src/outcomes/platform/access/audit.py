"""The record of every read and write of a survivor's record, in the same transaction as the access.

If the event cannot be written, the transaction fails and nothing is shown. An event holds ids, field
names and a purpose, never a value.
"""

from datetime import datetime
from uuid import UUID, uuid4

from msgspec import Struct

from outcomes.platform.access.caseload import AuthorisedSurvivor
from outcomes.platform.access.models import Caller
from outcomes.platform.db import Transaction
from outcomes.platform.sql import sql

_INSERT = """INSERT INTO audit_events (provider_id, id, at, actor_kind, account_id, session_id,
        token_id, role, action, subject_kind, subject_ids, fields, purpose)
    VALUES (:provider_id, :audit_id, :now, :actor_kind, :actor_account_id, :actor_session_id,
        :actor_token_id, :actor_role, :audit_action, :audit_subject_kind, :audit_subject_ids,
        :audit_fields, :audit_purpose)"""
FOLDED = f"WITH audited AS ({_INSERT})"
"""Put before a SELECT or an INSERT … VALUES to audit and act in one statement; `opened_args` are its
values, and the statement may use `:now` and `:actor_account_id` too."""


class Event(Struct, frozen=True):
    """What was done, to which rows, reading or writing which fields, and why."""

    action: str
    subject_kind: str
    subject_ids: tuple[UUID, ...]
    fields: tuple[str, ...] = ()
    purpose: str = "support"


def _args(caller: Caller, event: Event, now: datetime) -> dict[str, object]:
    """The values of `_INSERT`, the provider aside."""
    actor = caller.actor
    return {
        "audit_id": uuid4(),
        "now": now,
        "actor_kind": actor.kind,
        "actor_account_id": actor.account_id,
        "actor_session_id": actor.session_id,
        "actor_token_id": actor.token_id,
        "actor_role": actor.role,
        "audit_action": event.action,
        "audit_subject_kind": event.subject_kind,
        "audit_subject_ids": event.subject_ids,
        "audit_fields": event.fields,
        "audit_purpose": event.purpose,
    }


_RECORD = sql(_INSERT)


async def record(tx: Transaction, event: Event, now: datetime) -> None:
    """Write one event in the open transaction."""
    await tx.execute(_RECORD, **_args(tx.caller, event, now))


async def record_access(
    tx: Transaction,
    action: str,
    subject_ids: tuple[UUID, ...],
    fields: tuple[str, ...] = (),
    *,
    now: datetime,
    subject_kind: str = "survivor",
    purpose: str = "support",
) -> None:
    """Record that these were read or written."""
    await record(tx, Event(action, subject_kind, subject_ids, fields, purpose), now)


async def record_opened(
    tx: Transaction, opened: AuthorisedSurvivor, action: str, *fields: str
) -> None:
    """Record that these fields of an opened survivor were read or written."""
    await record_access(tx, action, (opened.survivor_id,), fields, now=opened.now)


def opened_args(
    tx: Transaction, opened: AuthorisedSurvivor, action: str, *fields: str
) -> dict[str, object]:
    """The same as the values of `FOLDED`."""
    return _args(tx.caller, Event(action, "survivor", (opened.survivor_id,), fields), opened.now)
