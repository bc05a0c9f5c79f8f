"""The SQL of pathway reviews, which are encrypted and decrypted here."""

from datetime import date
from uuid import UUID

from outcomes.pathways.models import NewReview, Review, ReviewDecision, ReviewDetails
from outcomes.platform.access.caseload import AuthorisedSurvivor
from outcomes.platform.db import Row, Transaction
from outcomes.platform.encryption import Field
from outcomes.platform.paging import RecordedDay, position_args
from outcomes.platform.sql import sql

DETAILS = Field("pathway_reviews", "details_ciphertext")


_INSERT_REVIEW = sql("""
    INSERT INTO pathway_reviews (provider_id, id, survivor_id, planned_contact_id, held_on,
                                 decision, details_ciphertext, recorded_at, recorded_by)
    VALUES (:provider_id, :review_id, :survivor_id, :planned_contact_id, :held_on, :decision,
        :details_ciphertext, :now, :recorded_by)
""")


async def insert_review(
    tx: Transaction,
    opened: AuthorisedSurvivor,
    review_id: UUID,
    new: NewReview,
    *,
    held_on: date,
    planned_contact_id: UUID | None,
) -> None:
    details = ReviewDetails(new.what_changed, new.goals, new.next_on)
    await tx.execute(
        _INSERT_REVIEW,
        review_id=review_id,
        survivor_id=opened.survivor_id,
        planned_contact_id=planned_contact_id,
        held_on=held_on,
        decision=new.decision,
        details_ciphertext=opened.key.encrypt_json(DETAILS, review_id, details),
        now=opened.now,
        recorded_by=tx.caller.actor.account,
    )


_GET_REVIEW = sql("""
    SELECT id, planned_contact_id, held_on, decision, details_ciphertext, recorded_at
    FROM pathway_reviews WHERE provider_id = :provider_id AND survivor_id = :survivor_id
      AND id = :review_id
""")


async def get_review(tx: Transaction, opened: AuthorisedSurvivor, review_id: UUID) -> Review:
    """One of this survivor's. Raises NotFound."""
    row = await tx.get_row(_GET_REVIEW, survivor_id=opened.survivor_id, review_id=review_id)
    return _review(opened, row)


_LIST_REVIEWS = sql("""
    SELECT r.id, r.planned_contact_id, r.held_on, r.decision, r.details_ciphertext,
           r.recorded_at
    FROM pathway_reviews r
    WHERE r.provider_id = :provider_id AND r.survivor_id = :survivor_id
      AND (:after_on::date IS NULL OR (r.held_on, r.recorded_at, r.id) <
           (:after_on, :after_at::timestamptz, :after_id::uuid))
    ORDER BY r.held_on DESC, r.recorded_at DESC, r.id DESC LIMIT :limit
""")


async def list_reviews(
    tx: Transaction, opened: AuthorisedSurvivor, *, after: RecordedDay | None, limit: int
) -> list[Review]:
    """Newest first, from the one after that position."""
    rows = await tx.fetch(
        _LIST_REVIEWS,
        survivor_id=opened.survivor_id,
        limit=limit,
        **position_args(RecordedDay, after),
    )
    return [_review(opened, row) for row in rows]


def _review(opened: AuthorisedSurvivor, row: Row) -> Review:
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
