"""Reading may cross rooms downwards, writing never: every statement against the table of owners."""

from collections import defaultdict

import pytest

from outcomes.platform.access import audit
from tests.architecture import test_sql
from tests.architecture.tables import RANKS, TABLES, refused, room_of, uses


def _statements() -> list[tuple[str, str]]:
    """(module, statement): a KPI's file is of `kpis`."""
    return [
        ("outcomes.kpis.sql" if name.endswith(".sql") else name.rpartition(".")[0], text)
        for name, text in test_sql.STATEMENTS
    ]


def test_every_table_has_an_owner() -> None:
    assert set(TABLES) == set(test_sql.TABLES)


def test_no_statement_does_what_its_room_may_not() -> None:
    assert [why for module, text in _statements() for why in refused(module, text)] == []


def test_no_reader_or_owner_is_there_in_vain() -> None:
    used = defaultdict(set)
    for module, text in _statements():
        for verb, table in uses(text):
            used[table].add((verb == "read", room_of(module)))
    assert {
        table: sorted(readers - {room for reads, room in used[table] if reads})
        for table, (_, readers) in TABLES.items()
        if readers - {room for reads, room in used[table] if reads}
    } == {}
    assert [t for t, (owner, _) in TABLES.items() if (False, owner) not in used[t]] == []


def test_no_room_reads_a_table_of_a_room_above_it() -> None:
    upwards = [
        (table, owner, reader)
        for table, (owner, readers) in TABLES.items()
        for reader in readers & set(RANKS)
        if owner in RANKS and RANKS.index(reader) < RANKS.index(owner)
    ]
    assert upwards == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("outcomes.casework.person.store", "UPDATE flags SET resolved_at = :now WHERE id = :id"),
        ("outcomes.casework.person_store", "DELETE FROM tasks WHERE provider_id = :provider_id"),
        ("outcomes.kpis.store", "INSERT INTO pathways (provider_id) VALUES (:provider_id)"),
        ("outcomes.survivors.people.store", "SELECT 1 FROM flags f WHERE f.id = :id"),
        ("outcomes.survivors.store", "SELECT EXISTS (SELECT 1 FROM inbound_messages m)"),
        ("outcomes.messaging.store", "SELECT p.id FROM outgoing_messages o JOIN prompts p ON true"),
        ("outcomes.platform.access.caseload", "SELECT 1 FROM tasks WHERE id = :id"),
        (
            "outcomes.prompts.store",
            "WITH done AS (UPDATE planned_contacts SET state = 'done' RETURNING id) SELECT 1 FROM done",
        ),
        ("outcomes.pathways.store", "SELECT 1 FROM survivors WHERE id = :id FOR UPDATE"),
        (
            "outcomes.check_ins.store",
            "SELECT 1 FROM survivors s JOIN accounts a ON true FOR UPDATE OF a",
        ),
        (
            "outcomes.casework.store",
            "INSERT INTO audit_events (provider_id, action) VALUES (:provider_id, 'none')",
        ),
        (
            "outcomes.pathways.store",
            "SELECT c.id FROM planned_contacts c, flags f, tasks t WHERE f.id = t.subject_id",
        ),
        ("outcomes.casework.store", "SELECT password_hash FROM credentials"),
        (
            "outcomes.casework.store",
            f"{audit.FOLDED} DELETE FROM audit_events WHERE provider_id = :provider_id",
        ),
        ("outcomes_workers.tick", "SELECT next_due_at FROM provider_registry"),
    ],
)
def test_a_planted_statement_is_refused(module: str, text: str) -> None:
    assert refused(module, text)
