"""The vendored style sheet: what our pages use stays, the rest is left out."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

import outcomes
from outcomes.local.assets import BLOCKS
from outcomes.local.pruning import pruned

_INPUT = frozenset({"govuk-input"})


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        (".govuk-input{a:b}.govuk-tabs{c:d}", ".govuk-input{a:b}"),
        (".govuk-tabs,.govuk-input__wrapper{a:b}", ".govuk-input__wrapper{a:b}"),
        (".govuk-input--error:focus{a:b}", ".govuk-input--error:focus{a:b}"),
        (".govuk-tabs .govuk-input{a:b}", ""),
        (".govuk-input-group{a:b}", ""),
        (".govuk-\\!-margin-0{a:b}", ""),
        (":is(.govuk-tabs,.govuk-input) b,i{a:b}", "i{a:b}"),
        ("@media print{.govuk-tabs{a:b}.govuk-input{c:d}}", "@media print{.govuk-input{c:d}}"),
        ("@media print{@media screen{.govuk-tabs{a:b}}}", ""),
        ('@charset "UTF-8";:root{--a:b}/* words */', '@charset "UTF-8";:root{--a:b}'),
        ("@-moz-document url-prefix(){.govuk-input{a:b}}", ""),
    ],
)
def test_only_rules_for_what_is_used_stay(sheet: str, left: str) -> None:
    assert pruned(sheet, _INPUT) == left


def test_a_torn_sheet_stops_the_build() -> None:
    with pytest.raises(ValueError, match="never closed"):
        pruned("@media print{.a{b:c}", _INPUT)


def test_every_component_of_our_templates_is_kept() -> None:
    templates = Path(outcomes.__file__).parent.glob("**/templates/*.html")
    text = "\n".join(template.read_text() for template in templates)
    classes = set(re.findall(r"govuk-[a-z]+(?:-[a-z]+)*", text)) - {"govuk-frontend"}
    assert "govuk-link" in classes
    components = _with_their_own(set(re.findall(r"components/([a-z-]+)/macro", text)))
    assert "input" in components
    assert classes | {f"govuk-{name}" for name in components} <= BLOCKS


def _with_their_own(components: set[str]) -> set[str]:
    """These components, and those that their templates are made of."""
    folder = files("govuk_frontend_jinja") / "templates/components"
    found: set[str] = set()
    waiting = set(components)
    while waiting:
        found.add(name := waiting.pop())
        inside = (folder / name / "macro.html").read_text()
        waiting |= set(re.findall(r"components/([a-z-]+)/macro", inside)) - found
    return found
