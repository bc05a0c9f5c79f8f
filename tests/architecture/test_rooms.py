"""Who may import whom, over every import of the tree, and by planting imports that are refused."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from outcomes.platform.sql import Statement
from tests.architecture import test_sql
from tests.architecture.imports import Edge, impure, parts, refused
from tests.architecture.tables import RANKS

ROOT = Path(__file__).parents[2]
PURE = {
    "outcomes.assessments.scoring",
    "outcomes.disengagement.rules",
    "outcomes.kpis.figures.disclosure",
    "outcomes.messaging.delivery.timing",
    "outcomes.messaging.lifecycle",
    "outcomes.messaging.reply_words",
    "outcomes.messaging.segments",
    "outcomes.pathways.schedule.cadence",
    "outcomes.pathways.schedule.planning",
    "outcomes.platform.calendar",
    "outcomes.prompts.gate",
    "outcomes.prompts.inbox.replies",
    "outcomes.survivors.safe_contact.safety",
    "outcomes.tasks.deadlines",
}
"""Where decisions are made: on plain data, without a database."""


def _edges() -> list[Edge]:
    graph = grimp.build_graph("outcomes", "outcomes_workers", include_external_packages=True)
    return [
        (module, imported)
        for module in graph.modules
        if not graph.is_module_squashed(module)
        for imported in graph.find_modules_directly_imported_by(module)
    ]


EDGES = _edges()
REACHING = impure(EDGES)
WITH_SQL = {
    module.__name__
    for module in test_sql.modules()
    if any(isinstance(value, Statement) for value in vars(module).values())
}


def test_no_import_is_refused() -> None:
    assert {parts(importer)[0] for importer, _ in EDGES} >= set(RANKS)
    found = [
        f"{edge[0]} -> {edge[1]}: {why}"
        for edge in EDGES
        if (why := refused(edge, reaching=REACHING, with_sql=WITH_SQL))
    ]
    assert found == []


def test_decisions_stay_pure() -> None:
    assert set() == PURE & REACHING
    assert {importer for importer, _ in EDGES} | {imported for _, imported in EDGES} >= PURE


@pytest.mark.parametrize(
    "edge",
    [
        ("outcomes.casework.service", "outcomes.survivors.contact_store"),
        ("outcomes.casework.service", "outcomes.survivors.safe_contact.store"),
        ("outcomes.prompts.service", "outcomes.pathways.pages"),
        ("outcomes.survivors.store", "outcomes.survivors.service"),
        ("outcomes.prompts.store_inbox", "outcomes.prompts.inbox.service"),
        ("outcomes.survivors.numbers.store", "outcomes.survivors.pages"),
        ("outcomes.check_ins.pages", "outcomes.check_ins.store"),
        ("outcomes.check_ins.api", "outcomes.check_ins.person_store"),
        ("outcomes.messaging.service", "outcomes.tasks.service"),
        ("outcomes.prompts.inbox.service", "outcomes.prompts.inbox.webhooks"),
        ("outcomes.disengagement.rules", "litestar"),
        ("outcomes.survivors.models", "outcomes.prompts.models"),
        ("outcomes.prompts.service", "twilio.rest"),
        ("outcomes.tasks.alerts", "arq"),
        ("outcomes.pathways.store", "litestar"),
        ("outcomes.pathways.service", "litestar.response"),
    ],
)
def test_a_planted_import_is_refused(edge: Edge) -> None:
    planted = REACHING | {edge[1]} if edge[1].endswith("store") else REACHING
    assert refused(edge, reaching=planted, with_sql=WITH_SQL)


def test_every_import_contract_is_kept() -> None:
    asked = _lint(ROOT)
    assert asked.returncode == 0, asked.stdout


@pytest.mark.parametrize(
    ("path", "line", "broken"),
    [
        ("survivors/numbers/newest.py", "import outcomes.casework.service", "downwards"),
        ("casework/newest.py", "import outcomes_workers.tick", "nothing imports the entry points"),
        ("prompts/newest.py", "import twilio", "gateways only"),
        ("prompts/newest.py", "import outcomes.settings", "settings"),
        ("tasks/newest.py", "import arq", "arq is for workers only"),
    ],
)
def test_a_planted_import_breaks_its_contract(
    tmp_path: Path, path: str, line: str, broken: str
) -> None:
    for name in ("src", "workers", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "src/outcomes" / path).write_text(f"{line}\n")
    asked = _lint(tmp_path)
    assert asked.returncode == 1, asked.stdout
    contracts = re.findall(r"(?:KEPT|BROKEN|-{9,}) ([^-]+?) BROKEN", " ".join(asked.stdout.split()))
    assert any(broken in contract for contract in contracts), asked.stdout


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    source = f"{folder / 'src'}:{folder / 'workers'}"
    return subprocess.run(
        ["env", f"PYTHONPATH={source}", command, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def reexports(text: str) -> list[str]:
    """Names that a module hands on from another by assignment."""
    tree = ast.parse(text)
    modules = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.islower()
    }
    return [
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Attribute)
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id in modules
    ]


def test_no_module_hands_on_what_another_defines() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {one}"
        for folder in ("src", "workers")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for one in reexports(path.read_text())
    ]
    assert found == []
    assert reexports("from outcomes.prompts import store\nreceive = store.receive\n")


def test_no_source_file_is_longer_than_300_lines() -> None:
    paths = [p for f in ("src", "workers") for p in (ROOT / f).rglob("*.py")]
    assert {p.name: n for p in paths if (n := len(p.read_text().splitlines())) > 300} == {}


def test_a_folder_of_a_room_has_at_most_ten_files() -> None:
    """More are divided by topic; the room's `__init__` is not counted."""
    crowded = {
        str(folder.relative_to(ROOT)): count
        for room in RANKS
        for folder in [ROOT / "src/outcomes" / room, *(ROOT / "src/outcomes" / room).rglob("*/")]
        if (count := len([p for p in folder.glob("*.py") if p.name != "__init__.py"])) > 10
    }
    assert crowded == {}
