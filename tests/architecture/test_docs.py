"""Documents are true: files, names and commands in them exist, and examples equal their source."""

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
"""The data of a running product, and an address."""
_NAME = re.compile(r"`([A-Za-z]\w*(?:_\w+|[a-z][A-Z]\w*))(?:\([^`]*\))?`")
"""A name from the source: `snake_case` or `CamelCase`, possibly called."""
_LINK = re.compile(r"\]\(([^)#:]+)\)")
_TARGET = re.compile(r"`(?:[A-Z_]+=\S+ )?make ([a-z][a-z-]*)")


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
def test_every_example_equals_its_source(page: Path) -> None:
    for source, _, example in _BLOCK.findall(page.read_text()):
        assert source, example
        text = (ROOT / source).read_text()
        for part in example.strip("\n").split("\n…\n"):
            assert part.strip("\n") in text, (source, part)


@pytest.fixture(scope="module")
def source() -> str:
    """All text of the product: code, SQL, templates, configuration."""
    folders = ("src", "workers", "migrations")
    kinds = (".py", ".sql", ".html", ".toml")
    files = (path for folder in folders for path in (ROOT / folder).rglob("*.*"))
    return "\n".join(path.read_text() for path in files if path.suffix in kinds)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_name_in_a_document_is_in_the_source(page: Path, source: str) -> None:
    words = set(re.findall(r"\w+", source))
    assert sorted(set(_NAME.findall(page.read_text())) - words) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = {link for link in _LINK.findall(page.read_text()) if not link.startswith("http")}
    assert sorted(link for link in links if not (page.parent / link).exists()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(_TARGET.findall(page.read_text()))
    assert named <= targets


def test_the_order_of_the_rooms_is_the_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = [re.sub(r"[()]", "", one) for one in contracts["contracts"][0]["layers"]]
    rooms = [one.split(".")[1] for one in layers if one.removeprefix("outcomes.") in RANKS]
    drawn = re.search(r"`(casework > [^`]*)`", (ROOT / "docs/architecture.md").read_text())
    assert drawn is not None
    assert tuple(reversed(rooms)) == RANKS
    assert re.split(r"\s*>\s*", drawn[1]) == rooms
