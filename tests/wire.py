"""What really reached PostgreSQL, read from the server's own log: statements and their parameters."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from msgspec import Struct

from outcomes.settings import DatabaseUrls

_ENTRY = re.compile(
    r"LOG:  duration: [0-9.]+ ms  (?:statement|execute [^:]*): (?P<sql>.*)", re.DOTALL
)
_PARAMETERS = re.compile(r"DETAIL:  [Pp]arameters: (?P<all>.*)", re.DOTALL)
_ONE = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
_POOL_RESET = ("SELECT pg_advisory_unlock_all()", "RESET ALL")


class Statement(Struct, frozen=True):
    """One statement at the wire, with its parameters as the server prints them (None is NULL)."""

    role: str
    sql: str
    parameters: tuple[str | None, ...]

    @property
    def begins(self) -> bool:
        """BEGIN, which carries the provider."""
        return self.sql.startswith("BEGIN")

    @property
    def ends(self) -> bool:
        """COMMIT or ROLLBACK."""
        return self.sql.startswith(("COMMIT", "ROLLBACK"))

    @property
    def opens_or_closes(self) -> bool:
        """Of a transaction; it reads and writes nothing itself."""
        return self.begins or self.ends


class Wire:
    """A server log that shows every statement of the application's two roles."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._seen = log.stat().st_size

    def mark(self) -> None:
        """Forget what was said until now."""
        self._seen = self._log.stat().st_size

    async def since_mark(self) -> list[Statement]:
        """Every statement since the mark, but for the pool's own reset of a connection."""
        await asyncio.sleep(0.3)
        with self._log.open("rb") as log:
            log.seek(self._seen)
            text = log.read().decode(errors="replace")
        return [
            statement
            for statement in _statements(text)
            if not statement.sql.startswith(_POOL_RESET)
        ]


@asynccontextmanager
async def watched(log: Path, superuser_url: str, database: DatabaseUrls) -> AsyncIterator[Wire]:
    """Let the server log what the app and auth roles send, on connections made from now on."""
    roles = (database.app_role, database.auth_role)
    admin = await asyncpg.connect(superuser_url)
    for role in roles:
        await admin.execute(f'ALTER ROLE "{role}" SET log_min_duration_statement = 0')
        await admin.execute(f'ALTER ROLE "{role}" SET log_parameter_max_length = -1')
        await admin.execute(f"ALTER ROLE \"{role}\" SET log_error_verbosity = 'default'")
    await admin.execute("ALTER SYSTEM SET log_line_prefix = '#%u#'")
    await admin.execute("SELECT pg_reload_conf()")
    try:
        yield Wire(log)
    finally:
        for role in roles:
            await admin.execute(f'ALTER ROLE "{role}" RESET ALL')
        await admin.execute("ALTER SYSTEM RESET log_line_prefix")
        await admin.execute("SELECT pg_reload_conf()")
        await admin.close()


def _statements(text: str) -> list[Statement]:
    """An entry begins with its role; the server puts a tab before each further line of one, and what
    the parameters were into the entry after the statement's."""
    entries = re.split(r"^#(?=[\w\[\]]*#)", text, flags=re.MULTILINE)
    statements: list[Statement] = []
    for entry, following in zip(entries, [*entries[1:], ""], strict=True):
        role, said = _said(entry)
        if executed := _ENTRY.match(said):
            detail = _PARAMETERS.match(_said(following)[1])
            values = _ONE.findall(detail["all"]) if detail else ()
            statements.append(
                Statement(role, executed["sql"], tuple(_value(one) for _, one in values))
            )
    return statements


def _said(entry: str) -> tuple[str, str]:
    role, _, said = entry.rstrip("\n").partition("#")
    return role, said.replace("\n\t", "\n")


def _value(printed: str) -> str | None:
    return None if printed == "NULL" else printed[1:-1].replace("''", "'")
