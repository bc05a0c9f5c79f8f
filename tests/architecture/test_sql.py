"""Every statement in the source keeps to one provider, in forms that a distributed engine takes.

Read out of the string literals of the source: what stands in braces in an f-string is a fragment
that is linted where it is written.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLES = sorted(
    {
        name
        for path in ROOT.glob("migrations/*/versions/*.py")
        for name in re.findall(r"CREATE TABLE (\w+)", path.read_text())
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


def _statements() -> Iterator[tuple[str, str]]:
    for path in sorted([*ROOT.glob("src/**/*.py"), *ROOT.glob("workers/**/*.py")]):
        for text in _literals(path):
            if _REFERENCE.search(text):
                yield str(path.relative_to(ROOT)), text
    for path in sorted(ROOT.glob("src/**/*.sql")):
        yield str(path.relative_to(ROOT)), re.sub(r"--[^\n]*", "", path.read_text())


STATEMENTS = list(_statements())


def unscoped(text: str) -> list[str]:
    """The tenant tables of a statement whose rows are not tied to a provider."""
    references = _REFERENCE.findall(text)
    found = []
    for keyword, table, alias in references:
        if table in _ALL_ROUTES_OR_REGISTRY and len(references) == 1:
            continue
        if keyword == "INTO":
            tied = bool(re.search(rf"INTO {table}( AS \w+)?\s*\(\s*provider_id\b", text))
        else:
            named = rf"\b({alias or table}|{table})\.provider_id\b"
            alone = len(references) == 1 or not alias
            bare = r"(?<![.\w])provider_id = (:provider_id\b|\w+\.provider_id)"
            tied = bool(re.search(named, text) or (alone and re.search(bare, text)))
        if not tied:
            found.append(table)
    return found


def bad_insert(text: str) -> str | None:
    """What an INSERT does that row-level security or a distributed engine refuses."""
    for found in re.finditer(r"INSERT INTO (\w+)(?: AS \w+)?\s*\(([^)]*)\)\s*(\S+)([\s\S]*)", text):
        table, _, form, rest = found.groups()
        if table not in TABLES:
            continue
        if form == "VALUES":
            if re.match(r"\s*\([^;]*\(\s*SELECT\b", rest.split("ON CONFLICT")[0]):
                return "a sub-select in VALUES"
        elif form == "SELECT":
            source = re.search(r"\bFROM (\w+)", rest)
            if (
                source is None
                or source[1] not in TABLES
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


def test_every_table_in_a_statement_is_tied_to_the_provider() -> None:
    """KPIs only read, and leave the provider to row-level security, so that analysts can sign off
    a file that says nothing but the figure."""
    of_code = [(path, text) for path, text in STATEMENTS if not path.endswith(".sql")]
    found = [(path, unscoped(text), text) for path, text in of_code if unscoped(text)]

    assert found == []


def test_figures_only_read() -> None:
    of_figures = [text for path, text in STATEMENTS if path.endswith(".sql")]

    assert len(of_figures) > 20
    assert not any(re.search(r"\b(INSERT|UPDATE|DELETE|TRUNCATE)\b", text) for text in of_figures)


def test_every_insert_has_a_form_that_works_everywhere() -> None:
    found = [(path, why) for path, text in STATEMENTS if (why := bad_insert(text))]

    assert found == []


def test_nothing_copies_in_or_sets_the_provider_by_a_function() -> None:
    forbidden = re.compile(r"\bCOPY\s+\w+.*\bFROM\b|set_config\s*\(|\bcopy_(records_)?to_table\b")
    found = [path for path, text in STATEMENTS if forbidden.search(text)]
    calls = [
        str(path)
        for path in ROOT.glob("src/**/*.py")
        if re.search(r"copy_(records_)?to_table|set_config", path.read_text())
    ]

    assert (found, calls) == ([], [])


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
    ],
)
def test_the_lint_finds_an_insert_in_another_form(text: str) -> None:
    assert bad_insert(text)
