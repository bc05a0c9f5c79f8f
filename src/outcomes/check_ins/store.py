"""The SQL of contact, and the border where what was said is encrypted."""

from datetime import datetime
from uuid import UUID

import asyncpg

from outcomes.access import audit
from outcomes.access.caseload import Admitted
from outcomes.check_ins.models import (
    Activity,
    ActivityChange,
    ActivityKind,
    AttemptOutcome,
    Channel,
    CheckIn,
    CheckInDetails,
    ContactAttempt,
    NewActivity,
    NewAttempt,
    NewCheckIn,
    NewDropIn,
    Reason,
)
from outcomes.db import Transaction
from outcomes.encryption import Field
from outcomes.errors import Invalid

DETAILS = Field("check_ins", "details_ciphertext")

_INSERT_ATTEMPT = """INSERT INTO contact_attempts (provider_id, id, survivor_id, planned_contact_id,
    channel, attempted_at, outcome, reason, recorded_at, recorded_by)"""


async def insert_check_in(
    tx: Transaction, opened: Admitted, check_in_id: UUID, new: NewCheckIn, occurred_at: datetime
) -> None:
    """The attempt that succeeded, the check-in and the audit, in one statement.

    Raises:
        Invalid: `corrects_id` is no check-in here.
    """
    details = CheckInDetails(new.wellbeing, new.worry, new.note)
    event = audit.Event(
        "check_in.logged", "survivor", (opened.survivor_id,), ("wellbeing", "worry", "note")
    )
    try:
        await tx.conn.execute(
            f"""{audit.FOLDED}, attempt AS (
                    {_INSERT_ATTEMPT}
                    VALUES ($1, $14, $15, $16, $17, $18, 'reached', NULL, $3, $5))
                INSERT INTO check_ins (provider_id, id, survivor_id, contact_attempt_id, occurred_at,
                    details_ciphertext, next_contact_on, safe_contact_confirmed, corrects_id,
                    recorded_at, recorded_by)
                VALUES ($1, $14, $15, $14, $18, $19, $20, $21, $22, $3, $5)""",
            *audit.args(tx.caller, event, opened.now),
            check_in_id,
            opened.survivor_id,
            new.planned_contact_id,
            new.channel,
            occurred_at,
            opened.key.encrypt_json(DETAILS, check_in_id, details),
            new.next_contact_on,
            new.safe_contact_still_right,
            new.corrects_id,
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise _unknown_reference(error) from error


async def insert_attempt(
    tx: Transaction, opened: Admitted, attempt_id: UUID, new: NewAttempt, attempted_at: datetime
) -> None:
    event = audit.Event(
        "contact_attempt.logged", "survivor", (opened.survivor_id,), ("outcome", "reason")
    )
    try:
        await tx.conn.execute(
            f"""{audit.FOLDED} {_INSERT_ATTEMPT}
                VALUES ($1, $14, $15, $16, $17, $18, $19, $20, $3, $5)""",
            *audit.args(tx.caller, event, opened.now),
            attempt_id,
            opened.survivor_id,
            new.planned_contact_id,
            new.channel,
            attempted_at,
            new.outcome,
            new.reason,
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise _unknown_reference(error) from error


async def insert_drop_in(
    tx: Transaction, opened: Admitted, drop_in_id: UUID, new: NewDropIn
) -> None:
    """One row a day: logging the same day again changes nothing."""
    event = audit.Event("drop_in.logged", "survivor", (opened.survivor_id,), ("attended_on",))
    await tx.conn.execute(
        f"""{audit.FOLDED}
            INSERT INTO drop_ins (provider_id, id, survivor_id, attended_on, recorded_at, recorded_by)
            VALUES ($1, $14, $15, $16, $3, $5)
            ON CONFLICT (provider_id, survivor_id, attended_on) DO NOTHING""",
        *audit.args(tx.caller, event, opened.now),
        drop_in_id,
        opened.survivor_id,
        new.attended_on,
    )


async def insert_activity(
    tx: Transaction, opened: Admitted, activity_id: UUID, new: NewActivity
) -> None:
    event = audit.Event("activity.logged", "survivor", (opened.survivor_id,), ("kind", "change"))
    await tx.conn.execute(
        f"""{audit.FOLDED}
            INSERT INTO activities (provider_id, id, survivor_id, kind, change, happened_on,
                                    recorded_at, recorded_by)
            VALUES ($1, $14, $15, $16, $17, $18, $3, $5)""",
        *audit.args(tx.caller, event, opened.now),
        activity_id,
        opened.survivor_id,
        new.kind,
        new.change,
        new.happened_on,
    )


async def list_check_ins(tx: Transaction, opened: Admitted, *, limit: int) -> list[CheckIn]:
    """The newest first, audited in the statement that reads them."""
    event = audit.Event("check_in.listed", "survivor", (opened.survivor_id,), ("details",))
    rows = await tx.conn.fetch(
        f"""{audit.FOLDED}
            SELECT c.id, a.channel, c.occurred_at, c.details_ciphertext, c.next_contact_on,
                   c.corrects_id, c.recorded_by
            FROM check_ins c
            JOIN contact_attempts a ON a.provider_id = c.provider_id AND a.id = c.contact_attempt_id
            WHERE c.provider_id = $1 AND c.survivor_id = $14
            ORDER BY c.occurred_at DESC, c.id LIMIT $15""",
        *audit.args(tx.caller, event, opened.now),
        opened.survivor_id,
        limit,
    )
    return [
        CheckIn(
            id=row["id"],
            channel=Channel(row["channel"]),
            occurred_at=row["occurred_at"],
            details=opened.key.decrypt_json(
                DETAILS, row["id"], row["details_ciphertext"], CheckInDetails
            ),
            next_contact_on=row["next_contact_on"],
            corrects_id=row["corrects_id"],
            recorded_by=row["recorded_by"],
        )
        for row in rows
    ]


async def list_attempts(tx: Transaction, opened: Admitted, *, limit: int) -> list[ContactAttempt]:
    """The newest first, audited in the statement that reads them."""
    event = audit.Event("contact_attempt.listed", "survivor", (opened.survivor_id,))
    rows = await tx.conn.fetch(
        f"""{audit.FOLDED}
            SELECT id, channel, attempted_at, outcome, reason, recorded_by FROM contact_attempts
            WHERE provider_id = $1 AND survivor_id = $14
            ORDER BY attempted_at DESC, id LIMIT $15""",
        *audit.args(tx.caller, event, opened.now),
        opened.survivor_id,
        limit,
    )
    return [
        ContactAttempt(
            id=row["id"],
            channel=Channel(row["channel"]),
            attempted_at=row["attempted_at"],
            outcome=AttemptOutcome(row["outcome"]),
            reason=Reason(row["reason"]) if row["reason"] else None,
            recorded_by=row["recorded_by"],
        )
        for row in rows
    ]


async def list_activities(tx: Transaction, opened: Admitted) -> list[Activity]:
    """The newest first, audited in the statement that reads them."""
    event = audit.Event("activity.listed", "survivor", (opened.survivor_id,))
    rows = await tx.conn.fetch(
        f"""{audit.FOLDED}
            SELECT id, kind, change, happened_on FROM activities
            WHERE provider_id = $1 AND survivor_id = $14 ORDER BY happened_on DESC, id""",
        *audit.args(tx.caller, event, opened.now),
        opened.survivor_id,
    )
    return [
        Activity(
            id=row["id"],
            kind=ActivityKind(row["kind"]),
            change=ActivityChange(row["change"]),
            happened_on=row["happened_on"],
        )
        for row in rows
    ]


def _unknown_reference(error: asyncpg.ForeignKeyViolationError) -> Invalid:
    """A row that the body names is not there; the constraint says which."""
    corrects = "corrects" in (error.constraint_name or "")
    return Invalid.field(
        "corrects_id" if corrects else "planned_contact_id",
        "Open the form again from the list: what it belongs to is no longer there.",
    )
