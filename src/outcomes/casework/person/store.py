"""The SQL of somebody's page, and of the timeline: one UNION ALL over every room."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from outcomes.casework.models import Entry, EntryKind, Summary, Upcoming
from outcomes.check_ins.models import CheckInDetails
from outcomes.disengagement.models import Evidence, Safety
from outcomes.pathways.models import ReviewDetails
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor
from outcomes.platform.db import Row, Transaction
from outcomes.platform.encryption import Field, Stored
from outcomes.platform.paging import Moment, position_args
from outcomes.platform.sql import sql
from outcomes.platform.zones import evening_offsets, zone_of
from outcomes.survivors.models import SurvivorDetails

NAME = Field("survivor_identities", "name_ciphertext")
DETAILS = Field("survivor_identities", "details_ciphertext")
SHOWN = ("check_ins", "replies", "reviews", "flags", "scores")

_FIRST_YEAR = 2000
"""Of the offsets; whole days older than that stand at the offset which this year began with."""


def _evening(day: str) -> str:
    """SQL for 23:59 of a day where the survivor is: the offsets are those of `evening_offsets`."""
    offset = f"(:offsets::interval[])[1 + width_bucket({day}, :changes_on::date[])]"
    return f"({day} + time '23:59' - {offset}) AT TIME ZONE 'UTC'"


_BRANCHES = (
    """SELECT 'registered' AS kind, s.id, s.registered_at AS at, false AS whole_day,
              s.registered_by AS recorded_by, NULL AS code, NULL AS how, NULL AS reason,
              NULL::numeric AS score, NULL::bytea AS blob
       FROM survivors s WHERE s.provider_id = :provider_id AND s.id = :survivor_id""",
    """SELECT 'enrolled', p.id, p.enrolled_at, false, p.enrolled_by, NULL, NULL, NULL, NULL, NULL
       FROM pathways p WHERE p.provider_id = :provider_id AND p.survivor_id = :survivor_id""",
    """SELECT 'ended', p.id, p.ended_at, false, NULL, NULL, NULL, NULL, NULL, NULL
       FROM pathways p
       WHERE p.provider_id = :provider_id AND p.survivor_id = :survivor_id AND p.ended_at IS NOT NULL""",
    """SELECT 'check_in', c.id, c.occurred_at, false, c.recorded_by, NULL, a.channel,
              CASE WHEN c.corrects_id IS NOT NULL THEN 'correction'
                   WHEN EXISTS (SELECT 1 FROM check_ins later
                                WHERE later.provider_id = :provider_id
                                  AND later.survivor_id = c.survivor_id
                                  AND later.corrects_id = c.id) THEN 'corrected' END,
              NULL, c.details_ciphertext
       FROM check_ins c
       JOIN contact_attempts a ON a.provider_id = :provider_id AND a.id = c.contact_attempt_id
       WHERE c.provider_id = :provider_id AND c.survivor_id = :survivor_id""",
    """SELECT 'attempt', t.id, t.attempted_at, false, t.recorded_by, t.outcome, t.channel, t.reason,
              NULL, NULL
       FROM contact_attempts t
       WHERE t.provider_id = :provider_id AND t.survivor_id = :survivor_id AND t.outcome <> 'reached'""",
    """SELECT 'prompt', m.id, coalesce(m.sent_at, m.due_at), false, p.requested_by, m.state,
              NULL, m.reason, NULL, NULL
       FROM outgoing_messages m
       JOIN prompts p ON p.provider_id = :provider_id AND p.id = m.id
       WHERE m.provider_id = :provider_id AND m.recipient_kind = 'survivor'
         AND m.recipient_id = :survivor_id
         AND m.state <> 'scheduled' AND coalesce(m.sent_at, m.due_at) <= :now""",
    """SELECT 'reply', r.id, r.received_at, false, NULL, r.kind, NULL, r.state, NULL,
              CASE WHEN r.data_key_id = :key_id THEN r.body_ciphertext END
       FROM inbound_messages r
       WHERE r.provider_id = :provider_id AND r.survivor_id = :survivor_id AND r.state <> 'unread'""",
    f"""SELECT 'needs', n.id, least({_evening("n.assessed_on")}, n.recorded_at),
              true, n.recorded_by, n.overall_level,
              n.instrument_code || ' ' || n.instrument_version, NULL, NULL, NULL
       FROM needs_assessments n WHERE n.provider_id = :provider_id AND n.survivor_id = :survivor_id""",
    f"""SELECT 'outcomes', o.id,
              least({_evening("o.assessed_on")}, o.recorded_at), true,
              o.recorded_by, o.stage, o.instrument_code || ' ' || o.instrument_version, NULL,
              o.overall, NULL
       FROM outcome_assessments o WHERE o.provider_id = :provider_id AND o.survivor_id = :survivor_id""",
    f"""SELECT 'review', v.id, least({_evening("v.held_on")}, v.recorded_at),
              true, v.recorded_by, v.decision, NULL, NULL, NULL, v.details_ciphertext
       FROM pathway_reviews v WHERE v.provider_id = :provider_id AND v.survivor_id = :survivor_id""",
    f"""SELECT 'drop_in', d.id, least({_evening("d.attended_on")}, d.recorded_at),
              true, d.recorded_by, NULL, NULL, NULL, NULL, NULL
       FROM drop_ins d WHERE d.provider_id = :provider_id AND d.survivor_id = :survivor_id""",
    f"""SELECT 'activity', w.id,
              least({_evening("w.happened_on")}, w.recorded_at), true,
              w.recorded_by, w.change, w.kind, NULL, NULL, NULL
       FROM activities w WHERE w.provider_id = :provider_id AND w.survivor_id = :survivor_id""",
    """SELECT 'consent', g.id, g.decided_at, false, g.recorded_by, g.decision, g.purpose, NULL,
              NULL, NULL
       FROM consents g WHERE g.provider_id = :provider_id AND g.survivor_id = :survivor_id""",
    """SELECT 'safe_contact', h.id, h.confirmed_at, false, h.recorded_by, h.version::text, NULL,
              NULL, NULL, NULL
       FROM safe_contacts h WHERE h.provider_id = :provider_id AND h.survivor_id = :survivor_id""",
    """SELECT 'flag', f.id, f.raised_at, false, f.raised_by, f.rule, NULL, NULL, NULL,
              f.evidence_ciphertext
       FROM flags f WHERE f.provider_id = :provider_id AND f.survivor_id = :survivor_id""",
    """SELECT 'resolution', e.id, e.resolved_at, false, e.resolved_by, e.resolution, NULL, NULL,
              NULL, e.safety_ciphertext
       FROM flags e
       WHERE e.provider_id = :provider_id AND e.survivor_id = :survivor_id AND e.resolved_at IS NOT NULL""",
)
"""What is known by the day stands at the end of the survivor's day, or when it was written down."""

_TIMELINE = sql(f"""
    {audit.FOLDED}
    SELECT * FROM ({" UNION ALL ".join(_BRANCHES)}) entries
    WHERE :after_at::timestamptz IS NULL OR (at, id) < (:after_at, :after_id::uuid)
    ORDER BY at DESC, id DESC LIMIT :limit
""")


async def list_entries(
    tx: Transaction, opened: AuthorisedSurvivor, *, after: Moment | None, limit: int
) -> list[Entry]:
    """The timeline, newest first, decrypted and audited in the statement that reads it."""
    evenings = evening_offsets(zone_of(opened.zone), _FIRST_YEAR, opened.now.year + 1)
    rows = await tx.fetch(
        _TIMELINE,
        **audit.opened_args(tx, opened, "timeline.viewed", *SHOWN),
        survivor_id=opened.survivor_id,
        changes_on=evenings.changes_on,
        offsets=evenings.offsets,
        limit=limit,
        **position_args(Moment, after),
        key_id=opened.key.id,
    )
    return [_entry(opened, row) for row in rows]


def _entry(opened: AuthorisedSurvivor, row: Row) -> Entry:
    kind = EntryKind(row["kind"])
    read = _TEXTS.get(kind)
    return Entry(
        kind=kind,
        id=row["id"],
        at=row["at"],
        whole_day=row["whole_day"],
        recorded_by=row["recorded_by"],
        code=row["code"],
        how=row["how"],
        reason=row["reason"],
        score=row["score"],
        text=read(opened, row) if read else {},
    )


Kept = TypeVar("Kept", bound=Stored)
Texts = Callable[[AuthorisedSurvivor, Row], dict[str, str]]


def _fields(table: str, column: str, kept: type[Kept], names: tuple[str, ...]) -> Texts:
    """Reads these fields of what is encrypted there, those that hold something."""
    field = Field(table, column)

    def read(opened: AuthorisedSurvivor, row: Row) -> dict[str, str]:
        stored = opened.key.decrypt_json(field, row["id"], row["blob"], kept)
        values = ((name, getattr(stored, name)) for name in names)
        return {name: str(value) for name, value in values if value is not None}

    return read


def _body(opened: AuthorisedSurvivor, row: Row) -> dict[str, str]:
    """Nothing for a text that had lost its key before it was matched: the rest has to be readable."""
    if row["blob"] is None:
        return {}
    field = Field("inbound_messages", "body_ciphertext")
    return {"body": opened.key.decrypt_text(field, row["id"], row["blob"])}


_TEXTS: dict[EntryKind, Texts] = {
    EntryKind.CHECK_IN: _fields(
        "check_ins", "details_ciphertext", CheckInDetails, ("wellbeing", "worry", "note")
    ),
    EntryKind.REPLY: _body,
    EntryKind.REVIEW: _fields(
        "pathway_reviews", "details_ciphertext", ReviewDetails, ("what_changed", "goals")
    ),
    EntryKind.FLAG: _fields("flags", "evidence_ciphertext", Evidence, ("note",)),
    EntryKind.RESOLUTION: _fields("flags", "safety_ciphertext", Safety, ("how", "by_whom")),
}


_GET_SUMMARY = sql(f"""
    {audit.FOLDED}
    SELECT s.id AS survivor_id, s.reference, i.name_ciphertext, i.details_ciphertext, s.zone,
           s.exit_on, s.registered_at, p.enrolled_at, p.planned_until,
           (SELECT max(e.ended_at) FROM pathways e WHERE e.provider_id = :provider_id
            AND e.survivor_id = s.id) AS ended_at,
           assigned.account_id AS worker_id,
           n.overall_level AS needs_level, n.instrument AS needs_instrument,
           n.assessed_on AS needs_on, last.overall,
           last.instrument_code || ' ' || last.instrument_version AS overall_instrument,
           last.assessed_on AS overall_on,
           base.overall AS baseline, base.assessed_on AS baseline_on,
           f.id AS flag_id, f.rule AS flag_rule, f.raised_at AS flag_raised_at
    FROM survivors s
    JOIN survivor_identities i ON i.provider_id = :provider_id AND i.survivor_id = s.id
    LEFT JOIN pathways p ON p.provider_id = :provider_id AND p.survivor_id = s.id
         AND p.ended_at IS NULL
    LEFT JOIN caseload_assignments assigned ON assigned.provider_id = :provider_id
         AND assigned.survivor_id = s.id AND assigned.until_at IS NULL
    LEFT JOIN flags f ON f.provider_id = :provider_id AND f.survivor_id = s.id
         AND f.resolved_at IS NULL
    LEFT JOIN LATERAL (
        SELECT q.overall_level, q.assessed_on,
               q.instrument_code || ' ' || q.instrument_version AS instrument
        FROM needs_assessments q
        WHERE q.provider_id = :provider_id AND q.survivor_id = s.id
        ORDER BY q.assessed_on DESC, q.recorded_at DESC LIMIT 1) n ON true
    LEFT JOIN LATERAL (
        SELECT q.overall, q.assessed_on, q.instrument_code, q.instrument_version
        FROM outcome_assessments q
        WHERE q.provider_id = :provider_id AND q.survivor_id = s.id
        ORDER BY q.assessed_on DESC, q.recorded_at DESC LIMIT 1) last ON true
    LEFT JOIN LATERAL (
        SELECT q.overall, q.assessed_on FROM outcome_assessments q
        WHERE q.provider_id = :provider_id AND q.survivor_id = s.id
          AND q.instrument_code = last.instrument_code
          AND q.instrument_version = last.instrument_version
        ORDER BY q.assessed_on, q.recorded_at LIMIT 1) base ON true
    WHERE s.provider_id = :provider_id AND s.id = :survivor_id
""")


async def get_summary(tx: Transaction, opened: AuthorisedSurvivor) -> Summary:
    """The head of the record, audited in the statement that reads it."""
    row = await tx.get_row(
        _GET_SUMMARY,
        **audit.opened_args(tx, opened, "survivor.viewed", "name", "preferences", "scores"),
        survivor_id=opened.survivor_id,
    )
    fields = dict(row)
    details = opened.key.decrypt_json(
        DETAILS, opened.survivor_id, fields.pop("details_ciphertext"), SurvivorDetails
    )
    name = opened.key.decrypt_text(NAME, opened.survivor_id, fields.pop("name_ciphertext"))
    return Summary(name=name, preferences=details.preferences, **fields)


_LIST_UPCOMING = sql("""
    SELECT id, series, stage, held_on, due_at, closes_at FROM planned_contacts
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id AND state = 'planned'
      AND (series <> 'prompt' OR closes_at > :now)
    ORDER BY held_on, due_at, series LIMIT :limit
""")


async def list_upcoming(
    tx: Transaction, survivor_id: UUID, now: datetime, *, limit: int
) -> list[Upcoming]:
    """What is planned and still open, late ones first; a text whose time has passed is no more."""
    return await tx.fetch_as(
        Upcoming, _LIST_UPCOMING, survivor_id=survivor_id, now=now, limit=limit
    )
