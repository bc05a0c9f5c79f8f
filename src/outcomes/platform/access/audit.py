"""The record of every read and write of a survivor's record, in the same transaction as the access.

If the event cannot be written, the transaction fails and nothing is shown. An event holds ids, field
names and a purpose, never a value.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct

from outcomes.platform.access.models import Caller
from outcomes.platform.db import Transaction

INSERT = """INSERT INTO audit_events (provider_id, id, at, actor_kind, account_id, session_id, token_id,
    role, action, subject_kind, subject_ids, fields, purpose)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"""
FOLDED = f"WITH audited AS ({INSERT})"
"""Put before a SELECT or an INSERT … VALUES to audit and act in one statement. `$1` is the provider;
the statement's own parameters begin at `$14`."""


class Event(Struct, frozen=True):
    """What was done, to which rows, reading or writing which fields, and why."""

    action: str
    subject_kind: str
    subject_ids: tuple[UUID, ...]
    fields: tuple[str, ...] = ()
    purpose: str = "support"


def args(caller: Caller, event: Event, now: datetime) -> tuple[Any, ...]:
    """The thirteen parameters of `INSERT` and `FOLDED`."""
    actor = caller.actor
    return (
        caller.provider_id,
        uuid4(),
        now,
        actor.kind,
        actor.account_id,
        actor.session_id,
        actor.token_id,
        actor.role,
        event.action,
        event.subject_kind,
        event.subject_ids,
        event.fields,
        event.purpose,
    )


async def record(tx: Transaction, event: Event, now: datetime) -> None:
    """Write one event in the open transaction."""
    await tx.conn.execute(INSERT, *args(tx.caller, event, now))
