"""Whom a room's inner files answer to. The import contracts in pyproject.toml check the rest."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
INNER = {"store", "api", "pages", "webhooks"}
ROOMS = {path.parent.name for path in ROOT.glob("src/outcomes/*/models.py")}
MAY_WIRE = {"outcomes.app"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("outcomes", "outcomes_workers")


def test_no_room_reaches_into_another_past_its_service(graph: grimp.ImportGraph) -> None:
    assert {"providers", "survivors"} <= ROOMS
    reaching = []
    for module in graph.modules:
        parts = module.split(".")
        if len(parts) > 2 and parts[1] in ROOMS and parts[-1] in INNER:
            for importer in graph.find_modules_that_directly_import(module):
                if importer.split(".")[:2] != parts[:2] and importer not in MAY_WIRE:
                    reaching.append(f"{importer} -> {module}")
    assert reaching == []


def test_every_import_contract_is_kept() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    asked = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stdout
