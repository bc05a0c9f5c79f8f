"""The SQL of contact. What was said is encrypted and decrypted here."""

from datetime import datetime
from uuid import UUID

import asyncpg

from outcomes.check_ins.models import (
    Channel,
    CheckIn,
    CheckInDetails,
    ContactAttempt,
    NewAttempt,
    NewCheckIn,
)
from outcomes.errors import NotFound
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import Field
from outcomes.platform.paging import Moment, position_args
from outcomes.platform.sql import sql

DETAILS = Field("check_ins", "details_ciphertext")
_SAID = ("wellbeing", "worry", "note")

_INSERT_ATTEMPT = """INSERT INTO contact_attempts (provider_id, id, survivor_id, planned_contact_id,
    channel, attempted_at, outcome, reason, recorded_at, recorded_by)"""


_INSERT_CHECK_IN = """INSERT INTO check_ins (provider_id, id, survivor_id, contact_attempt_id,
    occurred_at, details_ciphertext, next_contact_on, safe_contact_confirmed, corrects_id,
    recorded_at, recorded_by)"""


_LOG_CHECK_IN = sql(f"""
    {audit.FOLDED}, attempt AS (
        {_INSERT_ATTEMPT}
        VALUES (:provider_id, :check_in_id, :survivor_id, :planned_contact_id, :channel,
            :occurred_at, 'reached', NULL, :now, :actor_account_id))
    {_INSERT_CHECK_IN}
    VALUES (:provider_id, :check_in_id, :survivor_id, :check_in_id, :occurred_at,
        :details_ciphertext, :next_contact_on, :safe_contact_confirmed, NULL, :now,
        :actor_account_id)
""")


async def insert_check_in(
    tx: Transaction,
    opened: AuthorisedSurvivor,
    check_in_id: UUID,
    new: NewCheckIn,
    occurred_at: datetime,
) -> None:
    """The attempt that succeeded, the check-in and the audit, in one statement.

    Raises:
        NotFound: no such planned contact.
    """
    try:
        await tx.execute(
            _LOG_CHECK_IN,
            **audit.opened_args(tx, opened, "check_in.logged", *_SAID),
            check_in_id=check_in_id,
            survivor_id=opened.survivor_id,
            planned_contact_id=new.planned_contact_id,
            channel=new.channel,
            occurred_at=occurred_at,
            details_ciphertext=_details(opened, check_in_id, new),
            next_contact_on=new.next_contact_on,
            safe_contact_confirmed=new.safe_contact_still_right,
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise NotFound from error


_FIND_CORRECTED = sql("""
    SELECT contact_attempt_id, occurred_at FROM check_ins
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id AND id = :corrects_id
""")
_INSERT_CORRECTION = sql(f"""
    {audit.FOLDED} {_INSERT_CHECK_IN}
    VALUES (:provider_id, :check_in_id, :survivor_id, :contact_attempt_id, :occurred_at,
            :details_ciphertext, :next_contact_on, :safe_contact_confirmed, :corrects_id, :now,
            :actor_account_id)
""")


async def insert_correction(
    tx: Transaction, opened: AuthorisedSurvivor, check_in_id: UUID, new: NewCheckIn
) -> None:
    """A correction of a stored check-in: the attempt and, unless given, the time stay.

    Raises:
        NotFound: `corrects_id` is no check-in of this survivor.
    """
    corrected = await tx.get_row(
        _FIND_CORRECTED, survivor_id=opened.survivor_id, corrects_id=new.corrects_id
    )
    await tx.execute(
        _INSERT_CORRECTION,
        **audit.opened_args(tx, opened, "check_in.corrected", *_SAID),
        check_in_id=check_in_id,
        survivor_id=opened.survivor_id,
        contact_attempt_id=corrected["contact_attempt_id"],
        occurred_at=new.occurred_at or corrected["occurred_at"],
        details_ciphertext=_details(opened, check_in_id, new),
        next_contact_on=new.next_contact_on,
        safe_contact_confirmed=new.safe_contact_still_right,
        corrects_id=new.corrects_id,
    )


_IS_PLANNED = sql("""
    SELECT true FROM planned_contacts
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id AND id = :planned_contact_id
""")
_LOG_ATTEMPT = sql(f"""
    {audit.FOLDED} {_INSERT_ATTEMPT}
    VALUES (:provider_id, :attempt_id, :survivor_id, :planned_contact_id, :channel, :attempted_at,
        :outcome, :reason, :now, :actor_account_id)
""")


async def insert_attempt(
    tx: Transaction,
    opened: AuthorisedSurvivor,
    attempt_id: UUID,
    new: NewAttempt,
    attempted_at: datetime,
) -> None:
    """The attempt and its audit, in one statement.

    Raises:
        NotFound: the planned contact is not this survivor's.
    """
    planned = {
        "survivor_id": opened.survivor_id,
        "planned_contact_id": new.planned_contact_id,
    }
    if new.planned_contact_id and not await tx.fetch_value(_IS_PLANNED, **planned):
        raise NotFound
    await tx.execute(
        _LOG_ATTEMPT,
        **audit.opened_args(tx, opened, "contact_attempt.logged", "outcome", "reason"),
        attempt_id=attempt_id,
        **planned,
        channel=new.channel,
        attempted_at=attempted_at,
        outcome=new.outcome,
        reason=new.reason,
    )


_LIST_CHECK_INS = sql(f"""
    {audit.FOLDED}
    SELECT c.id, a.channel, c.occurred_at, c.details_ciphertext, c.next_contact_on,
           c.corrects_id, c.recorded_by
    FROM check_ins c
    JOIN contact_attempts a ON a.provider_id = :provider_id AND a.id = c.contact_attempt_id
    WHERE c.provider_id = :provider_id AND c.survivor_id = :survivor_id
      AND (:after_at::timestamptz IS NULL OR (c.occurred_at, c.id) < (:after_at, :after_id::uuid))
    ORDER BY c.occurred_at DESC, c.id DESC LIMIT :limit
""")


async def list_check_ins(
    tx: Transaction, opened: AuthorisedSurvivor, *, after: Moment | None, limit: int
) -> list[CheckIn]:
    """The newest first, audited in the statement that reads them."""
    rows = await tx.fetch(
        _LIST_CHECK_INS,
        **audit.opened_args(tx, opened, "check_in.listed", *_SAID),
        survivor_id=opened.survivor_id,
        limit=limit,
        **position_args(Moment, after),
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


_LIST_ATTEMPTS = sql(f"""
    {audit.FOLDED}
    SELECT a.id, a.channel, a.attempted_at, a.outcome, a.reason, a.recorded_by
    FROM contact_attempts a
    WHERE a.provider_id = :provider_id AND a.survivor_id = :survivor_id
      AND (:after_at::timestamptz IS NULL OR (a.attempted_at, a.id) < (:after_at, :after_id::uuid))
    ORDER BY a.attempted_at DESC, a.id DESC LIMIT :limit
""")


async def list_attempts(
    tx: Transaction, opened: AuthorisedSurvivor, *, after: Moment | None, limit: int
) -> list[ContactAttempt]:
    """The newest first, audited in the statement that reads them."""
    return await tx.fetch_as(
        ContactAttempt,
        _LIST_ATTEMPTS,
        **audit.opened_args(tx, opened, "contact_attempt.listed"),
        survivor_id=opened.survivor_id,
        limit=limit,
        **position_args(Moment, after),
    )


def _details(opened: AuthorisedSurvivor, check_in_id: UUID, new: NewCheckIn) -> bytes:
    said = CheckInDetails(new.wellbeing, new.worry, new.note)
    return opened.key.encrypt_json(DETAILS, check_in_id, said)
