"""The table in docs/data-protection.md against the running database: every column stands in it once."""

import ast
from pathlib import Path

import asyncpg
import pytest

ROOT = Path(__file__).parents[2]
HOW = ("ciphertext", "token", "plain")

UNLIMITED_TEXT = {
    # words of our own source
    "api_tokens.permissions",
    "audit_events.fields",
    "audit_events.purpose",
    "audit_events.role",
    "audit_events.subject_kind",
    "idempotency_keys.route",
    "tasks.kind",
    "tasks.subject_kind",
    # of wordings that ship
    "wording_acceptances.language",
    "wording_acceptances.wording_code",
    "wording_acceptances.wording_version",
    # an IANA name, checked against the list
    "survivors.zone",
}
"""Text in the open that no CHECK limits to a list or a pattern: each is argued for here."""
ONE_WAY_TEXT = {"credentials.password_hash"}


def _documented() -> dict[str, str]:
    """`table.column` → how it is stored, as the page says. A column named twice is an error."""
    lines = (ROOT / "docs/data-protection.md").read_text().splitlines()
    start = lines.index("| table | ciphertext | keyed token or one-way | plain |")
    found: dict[str, str] = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        for how, cell in zip(HOW, cells, strict=True):
            for column in cell.split(", ") if cell != "–" else []:
                assert f"{table}.{column}" not in found
                found[f"{table}.{column}"] = how
    return found


@pytest.fixture
async def columns(superuser_url: str) -> dict[str, tuple[str, bool]]:
    """`table.column` → its type, and whether CHECK limits it to a list or pattern."""
    conn = await asyncpg.connect(superuser_url)
    rows = await conn.fetch("""
        SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
               EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'
                       AND k.conkey = ARRAY[a.attnum]) AS limited
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
          AND NOT a.attisdropped AND a.attname <> 'provider_id' AND c.relname <> 'alembic_version'""")
    await conn.close()
    return {row["name"]: (row["type"], row["limited"]) for row in rows}


async def test_every_column_is_documented_and_exists(
    columns: dict[str, tuple[str, bool]],
) -> None:
    documented = _documented()

    assert len(columns) > 250
    assert documented.keys() - columns.keys() == set()
    assert columns.keys() - documented.keys() == set()


async def test_the_type_of_a_column_fits_how_it_is_said_to_be_stored(
    columns: dict[str, tuple[str, bool]],
) -> None:
    for name, how in _documented().items():
        type_, _ = columns[name]
        if how == "ciphertext":
            assert type_ == "bytea", name
            assert name.endswith("_ciphertext") or name == "data_keys.wrapped", name
        elif how == "token":
            assert type_ == "bytea" or name in ONE_WAY_TEXT, name
            assert "ciphertext" not in name, name
        else:
            assert type_ not in ("bytea", "json", "jsonb", "xml"), name


async def test_no_free_text_is_plain(columns: dict[str, tuple[str, bool]]) -> None:
    free = {
        name
        for name, how in _documented().items()
        if how == "plain" and columns[name][0].startswith("text") and not columns[name][1]
    }

    assert free == UNLIMITED_TEXT


def _fields_of_the_source() -> set[str]:
    """Every `Field("table", "column")` under which something is encrypted."""
    found = set()
    for path in ROOT.glob("src/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Name(id="Field"),
                    args=[ast.Constant(value=str(table)), ast.Constant(value=str(column))],
                ):
                    found.add(f"{table}.{column}")
    return found


def test_what_the_source_encrypts_is_what_the_page_calls_ciphertext() -> None:
    encrypted = {name for name, how in _documented().items() if how == "ciphertext"}

    assert _fields_of_the_source() == encrypted - {"data_keys.wrapped"}
