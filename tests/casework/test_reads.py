"""Reading may cross rooms, writing never: what the SQL of this room touches, read from its source."""

import re
from importlib import resources
from pathlib import Path

import pytest

MAY_READ = {
    "accounts",
    "activities",
    "caseload_assignments",
    "check_ins",
    "consents",
    "contact_attempts",
    "covers",
    "drop_ins",
    "flags",
    "inbound_messages",
    "needs_assessments",
    "outcome_assessments",
    "pathway_reviews",
    "pathways",
    "outgoing_messages",
    "planned_contacts",
    "prompts",
    "safe_contacts",
    "staff_alerts",
    "survivor_identities",
    "survivors",
    "tasks",
}
OWN_NAMES = {"mine", "due", "entries"}
"""Names that a statement gives to a part of itself."""

ROOM = Path(str(resources.files("outcomes.casework")))
FILES = sorted(ROOM.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOM)))
def test_nothing_but_the_audit_is_written(file: Path) -> None:
    writes = re.findall(
        r"\b(?:INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|TRUNCATE|MERGE|COPY)\b",
        file.read_text(),
    )
    assert writes == []


def test_only_declared_tables_are_read() -> None:
    text = "\n".join(file.read_text() for file in FILES if "store" in file.name)
    read = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", text))
    assert read - OWN_NAMES == MAY_READ
