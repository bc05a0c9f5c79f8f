"""The SQL of flags and of the facts that raise them. Evidence is encrypted and decrypted here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
from msgspec import Struct

from outcomes.disengagement.models import (
    Attempt,
    ContactFacts,
    Evidence,
    Flag,
    FlagDecision,
    FlagResolution,
    FlagRule,
    Resolution,
    Safety,
)
from outcomes.disengagement.rules import Ladder
from outcomes.errors import Conflict, NotFound
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor
from outcomes.platform.access.data_keys import survivor_keys
from outcomes.platform.db import Row, Transaction
from outcomes.platform.encryption import DataKey, Field
from outcomes.platform.sql import sql

EVIDENCE = Field("flags", "evidence_ciphertext")
SAFETY = Field("flags", "safety_ciphertext")


class Candidate(Struct, frozen=True):
    """A survivor without an open flag, their worker, and the facts for the rules."""

    survivor_id: UUID
    worker_id: UUID | None
    facts: ContactFacts


_FACTS = """
    CROSS JOIN LATERAL (
        SELECT max(c.occurred_at) AS at FROM check_ins c
        WHERE c.provider_id = :provider_id AND c.survivor_id = candidate.survivor_id) contact
    CROSS JOIN LATERAL (
        SELECT max(f.resolved_at) AS at FROM flags f
        WHERE f.provider_id = :provider_id AND f.survivor_id = candidate.survivor_id) resolved
    CROSS JOIN LATERAL (SELECT greatest(candidate.enrolled_at, contact.at, resolved.at) AS at) looked
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(t.attempted_at ORDER BY t.attempted_at), '{}') AS at
        FROM contact_attempts t
        WHERE t.provider_id = :provider_id AND t.survivor_id = candidate.survivor_id
          AND t.outcome <> 'reached' AND t.attempted_at > looked.at) tries"""
"""After `candidate (survivor_id, enrolled_at)`: the last check-in, the last flag that was
resolved, and the tries since either. A text does not count as contact: it may be sent by
somebody else who has the phone, and would then prevent a flag."""


_LIST_CANDIDATES = sql(f"""
    SELECT candidate.survivor_id, candidate.enrolled_at, assignment.account_id, contact.at AS two_way_at,
           resolved.at AS resolved_at, tries.at AS tries
    FROM pathways candidate
    LEFT JOIN caseload_assignments assignment ON assignment.provider_id = :provider_id
         AND assignment.survivor_id = candidate.survivor_id AND assignment.until_at IS NULL
    {_FACTS}
    WHERE candidate.provider_id = :provider_id AND candidate.ended_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM flags f WHERE f.provider_id = :provider_id
                      AND f.survivor_id = candidate.survivor_id AND f.resolved_at IS NULL)
      AND (cardinality(tries.at) >= :tries OR looked.at <= :silent_since)
    ORDER BY candidate.survivor_id LIMIT :limit
""")


async def list_candidates(
    tx: Transaction, ladder: Ladder, *, silent_since: datetime, limit: int
) -> list[Candidate]:
    """Enrolled survivors without an open flag to whom a rule may apply, in one statement."""
    rows = await tx.fetch(
        _LIST_CANDIDATES, tries=ladder.tries, silent_since=silent_since, limit=limit
    )
    return [Candidate(row["survivor_id"], row["account_id"], _facts(row)) for row in rows]


_GET_FACTS = sql(f"""
    SELECT candidate.survivor_id, candidate.enrolled_at, assignment.account_id, contact.at AS two_way_at,
           resolved.at AS resolved_at, tries.at AS tries
    FROM (SELECT s.provider_id, s.id AS survivor_id,
                 coalesce(p.enrolled_at, s.registered_at) AS enrolled_at
          FROM survivors s
          LEFT JOIN pathways p ON p.provider_id = :provider_id AND p.survivor_id = s.id
               AND p.ended_at IS NULL
          WHERE s.provider_id = :provider_id AND s.id = :survivor_id) candidate
    LEFT JOIN caseload_assignments assignment ON assignment.provider_id = :provider_id
         AND assignment.survivor_id = candidate.survivor_id AND assignment.until_at IS NULL
    {_FACTS}
""")


async def get_facts(tx: Transaction, survivor_id: UUID) -> Candidate:
    """The facts of one survivor; before enrolment, days count from registration."""
    row = await tx.get_row(_GET_FACTS, survivor_id=survivor_id)
    return Candidate(row["survivor_id"], row["account_id"], _facts(row))


_INSERT_FLAGS = sql("""
    INSERT INTO flags (provider_id, id, survivor_id, rule, evidence_ciphertext, raised_at)
    VALUES (:provider_id, :flag_id, :survivor_id, :rule, :evidence_ciphertext, :now)
    ON CONFLICT (provider_id, survivor_id) WHERE resolved_at IS NULL DO NOTHING
    RETURNING survivor_id, id
""")


async def insert_flags(
    tx: Transaction, raised: Sequence[tuple[Candidate, FlagDecision]], now: datetime
) -> dict[UUID, UUID]:
    """The flags that were inserted, by survivor. Skips survivors whose flag was raised meanwhile, and
    damaged records."""
    keys = await survivor_keys(tx, [candidate.survivor_id for candidate, _ in raised])
    rows = await tx.fetch_many(
        _INSERT_FLAGS,
        [
            _row(keys[one.survivor_id], one, decision, now)
            for one, decision in raised
            if one.survivor_id in keys
        ],
    )
    return {row["survivor_id"]: row["id"] for row in rows}


def _row(
    key: DataKey, candidate: Candidate, decision: FlagDecision, now: datetime
) -> dict[str, object]:
    flag_id = uuid4()
    evidence = key.encrypt_json(EVIDENCE, flag_id, decision.evidence)
    return {
        "flag_id": flag_id,
        "survivor_id": candidate.survivor_id,
        "rule": decision.rule,
        "evidence_ciphertext": evidence,
        "now": now,
    }


_INSERT_FLAG = sql(f"""
    {audit.FOLDED}
    INSERT INTO flags (provider_id, id, survivor_id, rule, evidence_ciphertext, raised_at,
                       raised_by)
    VALUES (:provider_id, :flag_id, :survivor_id, :RAISED_BY_WORKER, :evidence_ciphertext, :now,
        :worker_id)
""")


async def insert_flag(
    tx: Transaction, opened: AuthorisedSurvivor, flag_id: UUID, evidence: Evidence, worker_id: UUID
) -> None:
    """A flag that a person raised.

    Raises:
        Conflict: there is an open one.
    """
    try:
        await tx.execute(
            _INSERT_FLAG,
            **audit.opened_args(tx, opened, "flag.raised", "evidence"),
            flag_id=flag_id,
            survivor_id=opened.survivor_id,
            RAISED_BY_WORKER=FlagRule.RAISED_BY_WORKER,
            evidence_ciphertext=opened.key.encrypt_json(EVIDENCE, flag_id, evidence),
            worker_id=worker_id,
        )
    except asyncpg.UniqueViolationError as error:
        raise Conflict(
            "There is an open flag already. Add what you know when you resolve it."
        ) from (error)


_RESOLVE_FLAG = sql(f"""
    {audit.FOLDED}
    UPDATE flags
    SET resolution = :resolution, safety_ciphertext = :safety_ciphertext, resolved_at = :now,
                     resolved_by = :worker_id
    WHERE provider_id = :provider_id AND id = :flag_id AND survivor_id = :survivor_id
      AND resolved_at IS NULL
    RETURNING true
""")


async def resolve_flag(
    tx: Transaction, opened: AuthorisedSurvivor, flag_id: UUID, new: FlagResolution, worker_id: UUID
) -> None:
    """Close an open flag with what was found out.

    Raises:
        NotFound: not this survivor's.
        Conflict: it was resolved before.
    """
    safety = Safety(new.how, new.by_whom, new.ascertained_on, new.handed_to)
    resolved = await tx.fetch_value(
        _RESOLVE_FLAG,
        **audit.opened_args(tx, opened, "flag.resolved", "safety"),
        flag_id=flag_id,
        survivor_id=opened.survivor_id,
        resolution=new.resolution,
        safety_ciphertext=opened.key.encrypt_json(SAFETY, flag_id, safety),
        worker_id=worker_id,
    )
    if not resolved:
        if any(flag.id == flag_id for flag in await list_flags(tx, opened)):
            raise Conflict("Somebody resolved this flag before you.")
        raise NotFound


_LIST_FLAGS = sql(f"""
    {audit.FOLDED}
    SELECT id, rule, evidence_ciphertext, raised_at, raised_by, resolution,
           safety_ciphertext, resolved_at, resolved_by
    FROM flags WHERE provider_id = :provider_id AND survivor_id = :survivor_id
    ORDER BY raised_at DESC, id DESC LIMIT 100
""")


async def list_flags(tx: Transaction, opened: AuthorisedSurvivor) -> list[Flag]:
    """The newest first, audited in the statement that reads them, without escalation."""
    rows = await tx.fetch(
        _LIST_FLAGS,
        **audit.opened_args(tx, opened, "flag.listed", "evidence", "safety"),
        survivor_id=opened.survivor_id,
    )
    return [_flag(opened.key, row) for row in rows]


def _flag(key: DataKey, row: Row) -> Flag:
    safety = row["safety_ciphertext"]
    return Flag(
        id=row["id"],
        rule=FlagRule(row["rule"]),
        evidence=key.decrypt_json(EVIDENCE, row["id"], row["evidence_ciphertext"], Evidence),
        raised_at=row["raised_at"],
        raised_by=row["raised_by"],
        resolution=Resolution(row["resolution"]) if row["resolution"] else None,
        safety=key.decrypt_json(SAFETY, row["id"], safety, Safety) if safety else None,
        resolved_at=row["resolved_at"],
        resolved_by=row["resolved_by"],
        escalation=None,
    )


def _facts(row: Row) -> ContactFacts:
    return ContactFacts(
        enrolled_at=row["enrolled_at"],
        attempts=tuple(Attempt(at, reached=False) for at in row["tries"]),
        two_way_at=row["two_way_at"],
        resolved_at=row["resolved_at"],
    )
