"""The words of enums: complete, in one place each, and reached by templates from there."""

import ast
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from enum import Enum, StrEnum
from pathlib import Path
from types import ModuleType

import grimp
import pytest

import outcomes
from outcomes.app import LABELS, TEMPLATES

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "outcomes"

WORDED_BY_THE_INSTRUMENT = {"assessments.models.NeedLevel", "assessments.models.OverallLevel"}
INTERNAL = {
    "casework.models.ReasonKind": "a reason is worded by its rule, its task or its series",
    "kpis.models.Audience": "the header of a KPI's file",
    "local.handset.faults.Callbacks": "set by tests",
    "local.handset.faults.FaultKind": "set by tests",
    "messaging.gateways.failures.FailureKind": "decides what happens next; a task says it to people",
    "messaging.lifecycle.GatewayStatus": "what the gateway's callbacks say",
    "messaging.lifecycle.MessageEvent": "the lifecycle's own",
    "messaging.models.Channel": "there is one",
    "messaging.models.NumberUse": "which number a message leaves from",
    "messaging.models.RecipientKind": "which producer a message has",
    "messaging.segments.Encoding": "for counting segments",
    "pathways.models.DueState": "a filter of the API",
    "platform.access.models.ActorKind": "the audit",
    "platform.access.models.CaseloadScope": "a predicate in SQL",
    "platform.access.roles.Permission": "what a handler declares",
    "platform.access.scopes.RouteKind": "how a credential is looked up",
    "platform.calendar.UkPart": "an operator types it on the command line",
    "platform.encryption.models.KeyKind": "which keys a role may open",
    "platform.web.requests.authentication.CredentialKind": "cookie or header",
    "prompts.wordings.wording.Purpose": "the file of wordings",
}
"""Enums that nobody reads on a page, in a form or in an export, and why."""


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(outcomes.__path__, "outcomes."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def _enums() -> dict[str, type[StrEnum]]:
    """Every StrEnum of the product, by module and name without `outcomes.`"""
    return {
        f"{module.__name__}.{value.__name__}".removeprefix("outcomes."): value
        for module in _modules()
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, StrEnum)
        and value.__module__ == module.__name__
    }


def _labels() -> dict[str, dict[Enum, str]]:
    """Every dict of a `labels` module whose keys are of an enum, by module and name."""
    return {
        f"{module.__name__}.{name}".removeprefix("outcomes."): value
        for module in _modules()
        if module.__name__.endswith(".labels")
        for name, value in vars(module).items()
        if isinstance(value, dict) and any(isinstance(key, Enum) for key in value)
    }


ENUMS, WORDS = _enums(), _labels()


@pytest.mark.parametrize("name", WORDS)
def test_a_dict_of_labels_is_complete(name: str) -> None:
    [enum] = {type(key) for key in WORDS[name]}
    assert set(WORDS[name]) == set(enum)
    assert all(words.strip() for words in WORDS[name].values())


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_has_labels_or_a_reason_for_none(name: str) -> None:
    labelled = {type(key) for words in WORDS.values() for key in words}
    elsewhere = name in INTERNAL or name in WORDED_BY_THE_INSTRUMENT
    assert (ENUMS[name] in labelled) is not elsewhere, name


def test_no_reason_outlives_its_enum() -> None:
    assert WORDED_BY_THE_INSTRUMENT | set(INTERNAL) <= set(ENUMS)


def test_two_enums_never_share_the_same_words() -> None:
    """The same words for the same members would be one thing, worded in two places."""
    seen = [{str(key): words for key, words in labels.items()} for labels in WORDS.values()]
    assert all(one not in seen[:place] for place, one in enumerate(seen))


def test_templates_have_the_labels_of_every_room() -> None:
    found = {name.split(".")[0]: name.rpartition(".")[0] for name in WORDS}
    assert {room: f"outcomes.{module}" for room, module in found.items()} == {
        room: module.__name__ for room, module in LABELS.items()
    }


def test_labels_know_their_own_room_and_the_platform_only() -> None:
    graph = grimp.build_graph("outcomes")
    for module in LABELS.values():
        room = module.__name__.rpartition(".")[0]
        for imported in graph.find_modules_directly_imported_by(module.__name__):
            assert imported.startswith((f"{room}.", "outcomes.platform.")), (module, imported)


def _templates() -> dict[str, str]:
    return {
        str(path.relative_to(SOURCE)): path.read_text("utf-8")
        for path in sorted(SOURCE.glob("*/templates/*.html"))
    }


@pytest.mark.parametrize("name", _templates())
def test_a_template_reads_the_labels_of_its_own_room_and_of_lower_ones(name: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = [
        layer.strip("()").removeprefix("outcomes.") for layer in contracts["contracts"][0]["layers"]
    ]
    room = name.split("/")[0]
    read = set(re.findall(r"\blabels\.(\w+)", _templates()[name]))
    assert room in TEMPLATES
    assert read <= set(layers[layers.index(room) :])


@pytest.mark.parametrize("name", _templates())
def test_a_template_reads_labels_that_are_there(name: str) -> None:
    for room, label in re.findall(r"\blabels\.(\w+)\.(\w+)", _templates()[name]):
        assert hasattr(LABELS[room], label), f"labels.{room}.{label}"


@pytest.mark.parametrize("name", _templates())
def test_a_template_words_no_enum_itself(name: str) -> None:
    values = {str(member) for words in WORDS.values() for member in words}
    in_tuples = re.findall(r'(?<!\w)\(\s*"([a-z_]+)",\s*"([^"]+)"', _templates()[name])
    in_dicts = re.findall(r'"([a-z_]+)":\s*"([^"]+)"', _templates()[name])
    codes = values | {"good", "soon", "late", "urgent", "paused", "calm"}
    assert {
        one for one, text in in_tuples + in_dicts if one in values and text not in codes
    } == set()


def test_no_page_makes_words_of_a_code() -> None:
    """`code.replace("_", " ")` words an enum in a second place."""
    field_names = SOURCE / "platform/web/requests/names.py"
    for path in {*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")} - {field_names}:
        assert not re.search(r"""replace\(["']_["'],\s*["'] ["']\)""", path.read_text("utf-8")), (
            path
        )


def test_only_labels_modules_word_enums() -> None:
    """A dict from members to sentences or words, written outside them; codes and icons have no space
    and no capital."""
    members = {f"{enum.__name__}.{member.name}" for enum in ENUMS.values() for member in enum}
    for path in SOURCE.rglob("*.py"):
        if path.name == "labels.py" or "local" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Dict) and any(
                key is not None and ast.unparse(key) in members for key in node.keys
            ):
                texts = [v.value for v in node.values if isinstance(v, ast.Constant)]
                worded = [t for t in texts if isinstance(t, str) and re.search(r"^[A-Z][a-z]| ", t)]
                assert worded == [], f"{path}:{node.lineno}"
