"""Every statement keeps to one provider, in forms that a distributed engine takes.

Read as the product runs it: whatever `sql()` made when the modules were imported.
"""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import outcomes
import outcomes_workers
from outcomes.kpis.figures.sql_files import catalogue
from outcomes.pathways.schedule.store import _upsert
from outcomes.platform.sql import Statement, sql

ROOT = Path(__file__).parents[2]
TABLES = sorted(
    {
        name
        for path in ROOT.glob("migrations/*/versions/*.py")
        for name in re.findall(r"CREATE TABLE (\w+)", path.read_text())
    }
    - {
        name
        for path in ROOT.glob("migrations/*/versions/*.py")
        for name in re.findall(r"DROP TABLE (\w+)", path.read_text())
    }
)
_KEYWORDS = (
    "ON|WHERE|SET|JOIN|LEFT|GROUP|ORDER|CROSS|UNION|VALUES|LIMIT|FOR|INNER|FULL|HAVING|RETURNING|AS"
)
_REFERENCE = re.compile(
    rf"\b(FROM|JOIN|UPDATE|INTO|USING)\s+({'|'.join(TABLES)})\b"
    rf"(?:\s+(?:AS\s+)?(?!(?:{_KEYWORDS})\b)([a-z_]+)\b)?"
)
_ALL_ROUTES_OR_REGISTRY = {"access_routes", "provider_registry"}
"""The two global tables: the auth role reads all routes, the worker's loop the whole registry."""


def _literals(path: Path) -> Iterator[str]:
    """String literals; an f-string as one text, with `{…}` where a value stands."""
    tree = ast.parse(path.read_text())
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(value) for value in node.values}
            yield "".join(
                str(value.value) if isinstance(value, ast.Constant) else "{…}"
                for value in node.values
            )
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inside
        ):
            yield node.value


def modules() -> Iterator[ModuleType]:
    for package in (outcomes, outcomes_workers):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def _named(statement: Statement) -> str:
    """Its text with the names of its parameters, without comments."""
    text = re.sub(r"--[^\n]*", "", statement.text)
    return re.sub(r"\$(\d+)", lambda number: f":{statement.names[int(number[1]) - 1]}", text)


def _statements() -> Iterator[tuple[str, str]]:
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, Statement):
                yield f"{module.__name__}.{name}", _named(value)
    yield "outcomes.pathways.schedule.store._upsert", _named(_upsert(2))
    for kpi in catalogue():
        yield f"{kpi.code}.sql", _named(sql(kpi.statement))


STATEMENTS = list(_statements())


def unscoped(text: str) -> list[str]:
    """The tenant tables of a statement whose rows are not bound to the transaction's provider."""
    references = _REFERENCE.findall(text)
    if len(references) == 1 and references[0][1] in _ALL_ROUTES_OR_REGISTRY:
        return []
    found = []
    for keyword, table, alias in references:
        if keyword == "INTO":
            if not re.search(rf"INTO {table}( AS \w+)?\s*\(\s*provider_id\b", text):
                found.append(table)
            continue
        name = alias or table
        same = sum((other or its) == name for word, its, other in references if word != "INTO")
        bound = re.findall(rf"\b{name}\.provider_id = :provider_id\b", text)
        if not alias:
            bound += re.findall(r"(?<![.\w])provider_id = :provider_id\b", text)
        if len(bound) < same:
            found.append(table)
    return found


_AGGREGATE = re.compile(r"\b(max|min|count|sum|array_agg)\(")


def _values(rest: str) -> str:
    """What stands in the brackets after VALUES, one row or several."""
    depth = 0
    for at, sign in enumerate(rest):
        depth += (sign == "(") - (sign == ")")
        if depth < 0 or (depth == 0 and sign not in "(), \n"):
            return rest[:at]
    return rest


def bad_insert(text: str) -> str | None:
    """What an INSERT does that row-level security or a distributed engine refuses."""
    for found in re.finditer(r"INSERT INTO (\w+)(?: AS \w+)?\s*\([^)]*\)\s*(\S+)", text):
        table, form, rest = found[1], found[2], text[found.end() :]
        if table not in TABLES:
            continue
        if form == "VALUES":
            if re.search(r"\(\s*SELECT\b", _values(rest)):
                return "a sub-select in VALUES"
        elif form == "SELECT":
            source = re.search(r"\bFROM (\w+)", rest)
            if (
                source is None
                or source[1] not in TABLES
                or _AGGREGATE.search(rest)
                or "provider_id = :provider_id" not in rest
            ):
                return "INSERT … SELECT from anything but the provider's own tables"
        else:
            return f"INSERT … {form}"
    return None


def test_the_lint_reads_what_there_is() -> None:
    assert len(TABLES) > 35
    assert len(STATEMENTS) > 120
    written = {table for _, text in STATEMENTS for _, table, _ in _REFERENCE.findall(text)}
    assert written == set(TABLES), "a table that nothing uses, or a statement that is not read"


def test_every_table_of_a_statement_is_bound_to_the_provider() -> None:
    """With a parameter, not by a join: a distributed engine then asks one node."""
    found = [(name, unscoped(text)) for name, text in STATEMENTS if unscoped(text)]

    assert found == []


def test_figures_only_read() -> None:
    of_figures = [text for path, text in STATEMENTS if path.endswith(".sql")]

    assert len(of_figures) > 20
    assert not any(re.search(r"\b(INSERT|UPDATE|DELETE|TRUNCATE)\b", text) for text in of_figures)


def test_every_insert_has_a_form_that_works_everywhere() -> None:
    found = [(path, why) for path, text in STATEMENTS if (why := bad_insert(text))]

    assert found == []


_CASE_OF = re.compile(r"\bCASE\s+(?!\s|WHEN\b)")


def test_every_case_compares_in_its_branches() -> None:
    """`CASE a WHEN 'x'` comes back wrong from a distributed engine in an UPDATE."""
    found = [name for name, text in STATEMENTS if _CASE_OF.search(text)]

    assert found == []
    assert _CASE_OF.search("UPDATE tasks SET kind = CASE kind WHEN 'a' THEN 'b' END")


_COPIES_OR_SETS = re.compile(r"\bCOPY\s+\w+.*\bFROM\b|set_config\s*\(|\bcopy_(records_)?to_table\b")


def test_nothing_copies_in_or_sets_the_provider_by_a_function() -> None:
    found = [path for path, text in STATEMENTS if _COPIES_OR_SETS.search(text)]
    calls = [
        str(path)
        for path in ROOT.glob("src/**/*.py")
        if re.search(r"copy_(records_)?to_table|set_config", path.read_text())
    ]

    assert (found, calls) == ([], [])
    assert _COPIES_OR_SETS.search("COPY teams (id) FROM STDIN")
    assert _COPIES_OR_SETS.search("SELECT set_config('app.provider_id', :id, true)")


def test_the_provider_is_set_in_one_place_from_a_uuid() -> None:
    setting = [
        str(path.relative_to(ROOT))
        for path in sorted(ROOT.glob("src/**/*.py"))
        for text in _literals(path)
        if re.search(r"SET LOCAL app\.provider_id", text)
    ]

    assert setting == ["src/outcomes/platform/db.py"]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT name_ciphertext FROM survivor_identities WHERE survivor_id = :id",
        "SELECT 1 FROM survivors s JOIN consents c ON c.survivor_id = s.id"
        " WHERE s.provider_id = :provider_id",
        "UPDATE accounts SET role = :role WHERE id = :id",
        "INSERT INTO teams (id, provider_id, name_ciphertext) VALUES (:id, :provider_id, :name)",
        "DELETE FROM idempotency_keys WHERE created_at < :before",
        "SELECT 1 FROM flags f JOIN consents c ON c.provider_id = f.provider_id"
        " WHERE f.provider_id = :provider_id",
        "SELECT (SELECT max(f.id) FROM flags f WHERE f.provider_id = :provider_id) FROM flags f",
    ],
)
def test_the_lint_finds_a_statement_that_is_not_tied(text: str) -> None:
    assert unscoped(text)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO teams (provider_id, id) SELECT :provider_id, unnest(:ids::uuid[])",
        "INSERT INTO teams (provider_id, id) SELECT * FROM jsonb_to_recordset(:rows)",
        "INSERT INTO teams (provider_id, id) VALUES (:provider_id, (SELECT id FROM teams LIMIT 1))",
        "INSERT INTO teams (provider_id, id) SELECT provider_id, id FROM accounts",
        "INSERT INTO safe_contacts (provider_id, version) SELECT provider_id, max(version)"
        " FROM safe_contacts WHERE provider_id = :provider_id",
        "WITH audited AS (INSERT INTO audit_events (provider_id, id) VALUES (:provider_id, :id))"
        " INSERT INTO teams (provider_id, id) VALUES (:provider_id, (SELECT id FROM teams))",
    ],
)
def test_the_lint_finds_an_insert_in_another_form(text: str) -> None:
    assert bad_insert(text)
