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

LOCKERS = {("prompts", "outgoing_messages")}
"""Who locks rows of another room: the sweep of stale prompts, so that no worker claims one meanwhile."""

_AUDIT_EVENT = re.sub(r"\s+", " ", audit.FOLDED.removeprefix("WITH audited AS (").removesuffix(")"))
"""The one write of the platform inside other rooms' statements."""

_WRITES = re.compile(
    r"(?<!FOR )(?<!KEY )\b(?:INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|TRUNCATE) (\w+)"
)
_NAMES = re.compile(rf"(?<![\w.:])(?<!AS )({'|'.join(TABLES)})\b(?![.(]| AS \()")
_LOCKS = re.compile(r"\bFOR (?:NO KEY )?(?:UPDATE|SHARE)(?: OF (\w+))?")
_ALIASES = re.compile(r"\b(?:FROM|JOIN) (\w+) (?:AS )?(\w+)")


def room_of(module: str) -> str:
    """`survivors` for `outcomes.survivors.safe_contact.store`; `workers` for the workers'."""
    first, *rest = module.split(".")
    return "workers" if first == "outcomes_workers" else rest[0] if rest else first


def uses(text: str) -> Iterator[tuple[str, str]]:
    """(verb, table) for every table that a statement names; the verb is `read`, `write` or `lock`.

    Any table's name counts as read unless it is written there, a column or an alias: a join by comma too.
    """
    plain = re.sub(r"\s+", " ", re.sub(r"'[^']*'", "''", text))
    yield from (("write", table) for table in _WRITES.findall(plain) if table in TABLES)
    rest = _WRITES.sub("", plain)
    read = _NAMES.findall(rest)
    yield from (("read", table) for table in read)
    if lock := _LOCKS.search(rest):
        by_alias = {alias: table for table, alias in _ALIASES.findall(rest)}
        locked = [by_alias.get(lock[1], lock[1])] if lock[1] else read[:1]
        yield from (("lock", table) for table in locked if table in TABLES)


def refused(module: str, text: str) -> list[str]:
    """What a statement of this module does to tables that its room may not do."""
    room = room_of(module)
    found = []
    for verb, table in uses(re.sub(r"\s+", " ", text).replace(_AUDIT_EVENT, "")):
        owner, readers = TABLES[table]
        may_read = room in readers or (room in READ_ALL and owner in RANKS)
        may = {"read": may_read, "lock": (room, table) in LOCKERS, "write": False}
        if room != owner and not may[verb]:
            found.append(f"{module}: {verb} {table}, which is of {owner}")
    return found
