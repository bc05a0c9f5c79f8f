"""What the documents name exists, and what they quote is in the files that they quote."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tables import RANKS

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("docs/*.md"), *(ROOT / f"{n}.md" for n in ("README", "CONTRIBUTING", "SECURITY"))]
)
SOURCES = (
    "",
    "src/outcomes",
    "workers/outcomes_workers",
    "migrations/outcomes_migrations",
    "docs",
    "tests",
)
_QUOTED = re.compile(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:py|sql|html|toml|md|js|css))`")
_BLOCK = re.compile(r"(?:<!-- from (\S+) -->\n)?```(python|html|sql)\n(.*?)```", re.DOTALL)
_IN_EACH_ROOM = {
    *("api.py", "labels.py", "models.py", "pages.py", "service.py", "store.py", "webhooks.py"),
    "templates/",
}
_NOT_FILES = (".outcomes/", "PUBLIC_URL/")
"""What a running product makes, and an address."""


def exists(name: str) -> bool:
    """Whether a path or file that a document names is there, from one of the roots."""
    if any((ROOT / source / name).exists() for source in SOURCES):
        return True
    room, _, template = name.partition("/")
    folders = (ROOT / "src/outcomes" / room, ROOT / "src/outcomes/platform" / room)
    return any((folder / "templates" / template).is_file() for folder in folders)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_document_names_exists(page: Path) -> None:
    names = {
        name
        for name in _QUOTED.findall(page.read_text())
        if not name.startswith(("/", *_NOT_FILES))
    }
    assert sorted(name for name in names - _IN_EACH_ROOM if not exists(name)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_stands_in_the_file_that_it_is_from(page: Path) -> None:
    for source, _, example in _BLOCK.findall(page.read_text()):
        assert source, example
        text = (ROOT / source).read_text()
        for part in example.strip("\n").split("\n…\n"):
            assert part.strip("\n") in text, (source, part)


def test_the_order_of_the_rooms_is_the_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = [re.sub(r"[()]", "", one) for one in contracts["contracts"][0]["layers"]]
    rooms = [one.split(".")[1] for one in layers if one.removeprefix("outcomes.") in RANKS]
    drawn = re.search(r"`(casework > [^`]*)`", (ROOT / "docs/architecture.md").read_text())
    assert drawn is not None
    assert tuple(reversed(rooms)) == RANKS
    assert re.split(r"\s*>\s*", drawn[1]) == rooms
