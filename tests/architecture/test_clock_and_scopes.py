"""Who may read the clock, and where a scope is made: one place each."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = sorted(
    path for part in ("src", "workers", "migrations") for path in ROOT.glob(f"{part}/**/*.py")
)
SQL = sorted(ROOT.glob("src/**/*.sql"))
TESTS = sorted(set(ROOT.glob("tests/**/*.py")) - {ROOT / "tests/moment.py"})
CLOCK = ROOT / "src/outcomes/platform/clock.py"
SCOPES = ROOT / "src/outcomes/platform/access/scopes.py"

_IN_SQL = re.compile(
    r"transaction_timestamp|statement_timestamp|clock_timestamp|timeofday"
    r"|\bnow\s*\(\s*\)|\b(current|local)_?(date|timestamp|time)\b",
    re.IGNORECASE,
)
_CALLS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}


def test_no_test_reads_the_hosts_clock_but_through_the_moment() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in TESTS
        if re.search(
            r"\b(datetime\.(now|today|utcnow)|date\.today|time\.time(_ns)?)\(", path.read_text()
        )
    ]
    assert found == []


def test_only_the_clock_reads_the_time_in_sql() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, text in _texts()
        if path != CLOCK
        for match in _IN_SQL.finditer(text)
    ]

    assert found == []
    assert len(_IN_SQL.findall('NOW_SQL = "transaction_timestamp()"')) == 1
    for planted in ("due_at < now()", "DEFAULT now()", "CURRENT_DATE", "clock_timestamp()"):
        assert _IN_SQL.search(planted), planted
    assert [one for one in _strings(CLOCK) if _IN_SQL.fullmatch(one.removesuffix("()"))] == [
        "transaction_timestamp()"
    ]


def test_nothing_reads_the_hosts_clock() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and _called(node.func) in _CALLS
    ]

    assert found == []


def test_a_scope_is_made_in_one_module_only() -> None:
    makers = {
        path
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and (_called(node.func) or ("", ""))[1] == "ProviderScope"
    }

    assert makers == {SCOPES}


def test_a_scope_is_asked_for_where_the_design_says_and_nowhere_else() -> None:
    asked = {
        (node.attr, str(path.relative_to(ROOT)).removeprefix("src/outcomes/"))
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("scopes")
        if node.attr in {"signed_in", "session", "api_token", "sign_in_link", "worker"}
        or node.attr in {"own_number", "operator"}
    }

    assert asked == {
        ("signed_in", "platform/access/sessions.py"),
        ("session", "app.py"),
        ("session", "providers/sign_in/pages.py"),
        ("api_token", "app.py"),
        ("sign_in_link", "providers/accounts/links.py"),
        ("worker", "workers/outcomes_workers/scheduler.py"),
        ("own_number", "messaging/statuses/webhooks.py"),
        ("own_number", "prompts/inbox/webhooks.py"),
        ("operator", "providers/service.py"),
        ("operator", "operations/commands.py"),
        ("session", "local/demo/staff.py"),
        ("worker", "local/demo/seed.py"),
        ("own_number", "local/demo/seed.py"),
    }


def _texts() -> Iterator[tuple[Path, str]]:
    """Every string of every module, docstrings too, and every `.sql` file."""
    for path in PYTHON:
        for text in _strings(path):
            yield path, text
    for path in SQL:
        yield path, path.read_text()


def _strings(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _called(function: ast.expr) -> tuple[str, str] | None:
    """`datetime.now` as ("datetime", "now"); a bare name has an empty first part."""
    match function:
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return module, name
        case ast.Attribute(value=ast.Attribute(attr=module), attr=name):
            return module, name
        case ast.Name(id=name):
            return "", name
    return None
