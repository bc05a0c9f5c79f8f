"""Which room owns each table, and who else may read it.

A room writes its own tables only. `casework` and `kpis` may read every table of a room; another room reads
a table of another only where it is a reader here. No reader is above or beside its rank: a lower room never
reads an upper room's table.
"""

import re
from collections.abc import Iterator

from outcomes.platform.access import audit

RANKS = (
    "providers",
    "messaging",
    "tasks",
    "survivors",
    "assessments",
    "pathways",
    "check_ins",
    "prompts",
    "disengagement",
    "kpis",
    "casework",
)
"""The rooms, each above those before it."""

READ_ALL = {"casework", "kpis"}

TABLES: dict[str, tuple[str, set[str]]] = {
    "access_grants": ("providers", {"platform"}),
    "access_routes": ("platform", set()),
    "accounts": ("providers", {"platform", "survivors", "pathways", "check_ins", "prompts"}),
    "activities": ("check_ins", set()),
    "api_tokens": ("platform", set()),
    "audit_events": ("platform", set()),
    "caseload_assignments": (
        "survivors",
        {"platform", "pathways", "check_ins", "prompts", "disengagement"},
    ),
    "check_ins": ("check_ins", {"disengagement"}),
    "consents": ("survivors", set()),
    "contact_attempts": ("check_ins", {"disengagement"}),
    "contact_methods": ("survivors", {"prompts"}),
    "covers": ("providers", {"platform", "survivors", "pathways", "check_ins", "prompts"}),
    "credentials": ("platform", set()),
    "data_keys": ("platform", set()),
    "domain_scores": ("assessments", set()),
    "drop_ins": ("check_ins", set()),
    "flags": ("disengagement", set()),
    "idempotency_keys": ("platform", set()),
    "inbound_messages": ("prompts", set()),
    "kpi_exports": ("kpis", set()),
    "message_statuses": ("messaging", set()),
    "need_levels": ("assessments", set()),
    "needs_assessments": ("assessments", set()),
    "opt_outs": ("survivors", set()),
    "outcome_assessments": ("assessments", set()),
    "outgoing_messages": ("messaging", {"prompts"}),
    "pathway_reviews": ("pathways", set()),
    "pathways": ("pathways", {"prompts", "disengagement"}),
    "planned_contacts": ("pathways", {"check_ins", "prompts"}),
    "prompts": ("prompts", set()),
    "provider_registry": ("providers", set()),
    "providers": ("providers", {"prompts"}),
    "safe_contacts": ("survivors", {"pathways", "prompts"}),
    "sender_numbers": ("providers", {"messaging", "prompts"}),
    "sessions": ("platform", set()),
    "sign_in_links": ("providers", {"platform"}),
    "staff_alerts": ("tasks", set()),
    "survivor_identities": ("survivors", set()),
    "survivors": ("survivors", {"platform", "pathways", "check_ins", "prompts", "disengagement"}),
    "tasks": ("tasks", set()),
    "teams": ("providers", set()),
    "wording_acceptances": ("prompts", set()),
}
"""Table → owner, readers. The platform owns what access needs, and reads by name what decides on it."""

FOLDED = re.sub(r"\s+", " ", re.sub(r"^WITH audited AS \(|\)$", "", audit.FOLDED))
"""The one write of the platform inside other rooms' statements: the audit event."""

_WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|TRUNCATE)\s+(\w+)")
_READS = re.compile(r"\b(?:FROM|JOIN|USING)\s+(\w+)|,\s*(\w+)\s+(?:AS\s+)?\w+\s*(?=WHERE)")
_LOCKS = re.compile(r"\bFOR (?:NO KEY )?UPDATE(?: OF (\w+))?")


def room_of(module: str) -> str:
    """`survivors` for `outcomes.survivors.safe_contact.store`; `workers` for the workers'."""
    first, *rest = module.split(".")
    return "workers" if first == "outcomes_workers" else rest[0] if rest else first


def uses(text: str) -> Iterator[tuple[str, str]]:
    """(verb, table) for every table that a statement names; the verb is `read`, `write` or `lock`."""
    plain = re.sub(r"'[^']*'", "''", text)
    written = [(found[2], found.span()) for found in _WRITES.finditer(plain)]
    for table, _ in written:
        if table in TABLES:
            yield "write", table
    rest = re.sub(r"(?<!FOR )(?<!KEY )\b(INSERT INTO|DELETE FROM|UPDATE)\s+\w+", "", plain)
    read = [one for found in _READS.findall(rest) for one in found if one in TABLES]
    for table in read:
        yield "read", table
    if lock := _LOCKS.search(rest):
        aliases = dict(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)\s+(?:AS\s+)?(\w+)", rest))
        by_alias = {alias: table for table, alias in aliases.items()}
        locked = [by_alias.get(lock[1], lock[1])] if lock[1] else read[:1]
        for table in locked:
            if table in TABLES:
                yield "lock", table


def refused(module: str, text: str) -> list[str]:
    """What a statement of this module does to tables that its room may not do."""
    room = room_of(module)
    found = []
    for verb, table in uses(text):
        owner, readers = TABLES[table]
        if room == owner:
            continue
        if table == "audit_events" and FOLDED in re.sub(r"\s+", " ", text):
            continue
        if verb == "read" and (room in readers or room in READ_ALL):
            continue
        if verb == "lock" and (room, table) in LOCKERS:
            continue
        found.append(f"{module}: {verb} {table}, which is of {owner}")
    return found


LOCKERS = {("prompts", "outgoing_messages")}
"""Who locks rows of another room: the sweep of stale prompts, so that no worker claims one meanwhile."""
