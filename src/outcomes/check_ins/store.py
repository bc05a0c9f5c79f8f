"""The SQL of contact, and the border where what was said is encrypted."""

from datetime import datetime
from uuid import UUID

import asyncpg

from outcomes.check_ins.models import (
    Activity,
    ActivityChange,
    ActivityKind,
    AttemptOutcome,
    Channel,
    CheckIn,
    CheckInDetails,
    ContactAttempt,
    DropIn,
    NewActivity,
    NewAttempt,
    NewCheckIn,
    NewDropIn,
    Reason,
)
from outcomes.errors import NotFound
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import Admitted, caseload_args, in_caseload
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import Field

DETAILS = Field("check_ins", "details_ciphertext")
_SAID = ("wellbeing", "worry", "note")

_INSERT_ATTEMPT = """INSERT INTO contact_attempts (provider_id, id, survivor_id, planned_contact_id,
    channel, attempted_at, outcome, reason, recorded_at, recorded_by)"""


_INSERT_CHECK_IN = """INSERT INTO check_ins (provider_id, id, survivor_id, contact_attempt_id,
    occurred_at, details_ciphertext, next_contact_on, safe_contact_confirmed, corrects_id,
    recorded_at, recorded_by)"""


async def insert_check_in(
    tx: Transaction, opened: Admitted, check_in_id: UUID, new: NewCheckIn, occurred_at: datetime
) -> None:
    """The attempt that succeeded, the check-in and the audit, in one statement.

    Raises:
        NotFound: no such planned contact.
    """
    event = audit.Event("check_in.logged", "survivor", (opened.survivor_id,), _SAID)
    try:
        await tx.conn.execute(
            f"""{audit.FOLDED}, attempt AS (
                    {_INSERT_ATTEMPT}
                    VALUES ($1, $14, $15, $16, $17, $18, 'reached', NULL, $3, $5))
                {_INSERT_CHECK_IN}
                VALUES ($1, $14, $15, $14, $18, $19, $20, $21, NULL, $3, $5)""",
            *audit.args(tx.caller, event, opened.now),
            check_in_id,
            opened.survivor_id,
            new.planned_contact_id,
            new.channel,
            occurred_at,
            _details(opened, check_in_id, new),
            new.next_contact_on,
            new.safe_contact_still_right,
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise NotFound from error


async def insert_correction(
    tx: Transaction, opened: Admitted, check_in_id: UUID, new: NewCheckIn
) -> None:
    """What was really said at a contact on record: the attempt and, unless given, the time stay.

    Raises:
        NotFound: `corrects_id` is no check-in of this survivor.
    """
    event = audit.Event("check_in.corrected", "survivor", (opened.survivor_id,), _SAID)
    corrected = "FROM check_ins WHERE provider_id = $1 AND survivor_id = $15 AND id = $20"
    try:
        await tx.conn.execute(
            f"""{audit.FOLDED} {_INSERT_CHECK_IN}
                VALUES ($1, $14, $15, (SELECT contact_attempt_id {corrected}),
                        coalesce($16, (SELECT occurred_at {corrected})),
                        $17, $18, $19, $20, $3, $5)""",
            *audit.args(tx.caller, event, opened.now),
            check_in_id,
            opened.survivor_id,
            new.occurred_at,
            _details(opened, check_in_id, new),
            new.next_contact_on,
            new.safe_contact_still_right,
            new.corrects_id,
        )
    except asyncpg.NotNullViolationError as error:
        raise NotFound from error


async def insert_attempt(
    tx: Transaction, opened: Admitted, attempt_id: UUID, new: NewAttempt, attempted_at: datetime
) -> None:
    """The attempt and its audit, in one statement.

    Raises:
        NotFound: the planned contact is not this survivor's.
    """
    event = audit.Event(
        "contact_attempt.logged", "survivor", (opened.survivor_id,), ("outcome", "reason")
    )
    planned_contact_id = await tx.conn.fetchval(
        f"""{audit.FOLDED} {_INSERT_ATTEMPT}
            VALUES ($1, $14, $15,
                    (SELECT id FROM planned_contacts
                     WHERE provider_id = $1 AND survivor_id = $15 AND id = $16),
                    $17, $18, $19, $20, $3, $5)
            RETURNING planned_contact_id""",
        *audit.args(tx.caller, event, opened.now),
        attempt_id,
        opened.survivor_id,
        new.planned_contact_id,
        new.channel,
        attempted_at,
        new.outcome,
        new.reason,
    )
    if planned_contact_id != new.planned_contact_id:
        raise NotFound


async def insert_drop_in(
    tx: Transaction, opened: Admitted, drop_in_id: UUID, new: NewDropIn
) -> None:
    """One row a day: recording the same day again changes nothing."""
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


async def get_drop_in_id(tx: Transaction, survivor_id: UUID, new: NewDropIn) -> UUID:
    """The one of that day."""
    drop_in_id: UUID = await tx.conn.fetchval(
        """SELECT id FROM drop_ins
           WHERE provider_id = $1 AND survivor_id = $2 AND attended_on = $3""",
        tx.caller.provider_id,
        survivor_id,
        new.attended_on,
    )
    return drop_in_id


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


async def list_check_ins(
    tx: Transaction, opened: Admitted, *, after: UUID | None, limit: int
) -> list[CheckIn]:
    """The newest first, audited in the statement that reads them."""
    event = audit.Event("check_in.listed", "survivor", (opened.survivor_id,), _SAID)
    rows = await tx.conn.fetch(
        f"""{audit.FOLDED}
            SELECT c.id, a.channel, c.occurred_at, c.details_ciphertext, c.next_contact_on,
                   c.corrects_id, c.recorded_by
            FROM check_ins c
            JOIN contact_attempts a ON a.provider_id = c.provider_id AND a.id = c.contact_attempt_id
            WHERE c.provider_id = $1 AND c.survivor_id = $14
              AND {_older("check_ins", "c", "occurred_at")}
            ORDER BY c.occurred_at DESC, c.id DESC LIMIT $16""",
        *audit.args(tx.caller, event, opened.now),
        opened.survivor_id,
        after,
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


async def list_attempts(
    tx: Transaction, opened: Admitted, *, after: UUID | None, limit: int
) -> list[ContactAttempt]:
    """The newest first, audited in the statement that reads them."""
    event = audit.Event("contact_attempt.listed", "survivor", (opened.survivor_id,))
    rows = await tx.conn.fetch(
        f"""{audit.FOLDED}
            SELECT a.id, a.channel, a.attempted_at, a.outcome, a.reason, a.recorded_by
            FROM contact_attempts a
            WHERE a.provider_id = $1 AND a.survivor_id = $14
              AND {_older("contact_attempts", "a", "attempted_at")}
            ORDER BY a.attempted_at DESC, a.id DESC LIMIT $16""",
        *audit.args(tx.caller, event, opened.now),
        opened.survivor_id,
        after,
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


async def list_activities(
    tx: Transaction, opened: Admitted, *, after: UUID | None, limit: int
) -> list[Activity]:
    """The newest first, audited in the statement that reads them."""
    event = audit.Event("activity.listed", "survivor", (opened.survivor_id,))
    rows = await tx.conn.fetch(
        f"""{audit.FOLDED}
            SELECT a.id, a.kind, a.change, a.happened_on FROM activities a
            WHERE a.provider_id = $1 AND a.survivor_id = $14
              AND {_older("activities", "a", "happened_on")}
            ORDER BY a.happened_on DESC, a.id DESC LIMIT $16""",
        *audit.args(tx.caller, event, opened.now),
        opened.survivor_id,
        after,
        limit,
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


async def list_drop_ins(tx: Transaction, *, after: UUID | None, limit: int) -> list[DropIn]:
    """Those of the caller's caseload, newest first; the caller audits what it shows."""
    rows = await tx.conn.fetch(
        f"""SELECT d.id, d.survivor_id, d.attended_on
            FROM drop_ins d
            JOIN survivors s ON s.provider_id = d.provider_id AND s.id = d.survivor_id
            WHERE d.provider_id = $1 AND {in_caseload("s", 4)}
              AND ($2::uuid IS NULL OR (d.attended_on, d.id) <
                   (SELECT attended_on, id FROM drop_ins WHERE provider_id = $1 AND id = $2))
            ORDER BY d.attended_on DESC, d.id DESC LIMIT $3""",
        tx.caller.provider_id,
        after,
        limit,
        *caseload_args(tx),
    )
    return [DropIn(**row) for row in rows]


def _older(table: str, alias: str, time: str) -> str:
    """SQL that is true for rows of `$1` and `$14` that come after the row `$15` in a list."""
    return f"""($15::uuid IS NULL OR ({alias}.{time}, {alias}.id) <
        (SELECT {time}, id FROM {table} WHERE provider_id = $1 AND survivor_id = $14 AND id = $15))"""


def _details(opened: Admitted, check_in_id: UUID, new: NewCheckIn) -> bytes:
    said = CheckInDetails(new.wellbeing, new.worry, new.note)
    return opened.key.encrypt_json(DETAILS, check_in_id, said)
