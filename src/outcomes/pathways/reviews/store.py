"""The SQL of pathway reviews, and the border where they are encrypted."""

from datetime import date
from typing import Any
from uuid import UUID

from outcomes.errors import NotFound
from outcomes.pathways.models import NewReview, Review, ReviewDecision, ReviewDetails
from outcomes.platform.access.caseload import Admitted
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import Field

DETAILS = Field("pathway_reviews", "details_ciphertext")


async def insert_review(
    tx: Transaction,
    opened: Admitted,
    review_id: UUID,
    new: NewReview,
    *,
    held_on: date,
    planned_contact_id: UUID | None,
) -> None:
    details = ReviewDetails(new.what_changed, new.goals, new.next_on)
    await tx.conn.execute(
        """INSERT INTO pathway_reviews (provider_id, id, survivor_id, planned_contact_id, held_on,
                                        decision, details_ciphertext, recorded_at, recorded_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        tx.caller.provider_id,
        review_id,
        opened.survivor_id,
        planned_contact_id,
        held_on,
        new.decision,
        opened.key.encrypt_json(DETAILS, review_id, details),
        opened.now,
        tx.caller.actor.account,
    )


async def get_review(tx: Transaction, opened: Admitted, review_id: UUID) -> Review:
    """One of this survivor's. Raises NotFound."""
    row = await tx.conn.fetchrow(
        """SELECT id, planned_contact_id, held_on, decision, details_ciphertext, recorded_at
           FROM pathway_reviews WHERE provider_id = $1 AND survivor_id = $2 AND id = $3""",
        tx.caller.provider_id,
        opened.survivor_id,
        review_id,
    )
    if row is None:
        raise NotFound
    return _review(opened, row)


async def list_reviews(
    tx: Transaction, opened: Admitted, *, before: UUID | None, limit: int
) -> list[Review]:
    """Newest first, from the one after the review `before`."""
    rows = await tx.conn.fetch(
        """SELECT r.id, r.planned_contact_id, r.held_on, r.decision, r.details_ciphertext,
                  r.recorded_at
           FROM pathway_reviews r
           WHERE r.provider_id = $1 AND r.survivor_id = $2
             AND ($3::uuid IS NULL OR (r.held_on, r.recorded_at, r.id) <
                  (SELECT c.held_on, c.recorded_at, c.id FROM pathway_reviews c
                   WHERE c.provider_id = $1 AND c.survivor_id = $2 AND c.id = $3))
           ORDER BY r.held_on DESC, r.recorded_at DESC, r.id DESC LIMIT $4""",
        tx.caller.provider_id,
        opened.survivor_id,
        before,
        limit,
    )
    return [_review(opened, row) for row in rows]


def _review(opened: Admitted, row: Any) -> Review:
    blob = row["details_ciphertext"]
    details = opened.key.decrypt_json(DETAILS, row["id"], blob, ReviewDetails)
    return Review(
        id=row["id"],
        planned_contact_id=row["planned_contact_id"],
        held_on=row["held_on"],
        decision=ReviewDecision(row["decision"]),
        what_changed=details.what_changed,
        goals=details.goals,
        next_on=details.next_on,
        recorded_at=row["recorded_at"],
    )
