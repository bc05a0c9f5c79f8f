"""The shipped instruments say what the design asks for; a wrong file is refused with a remedy."""

from importlib.resources import files

import pytest

from outcomes.assessments.instruments import read_instrument, shipped_instruments
from outcomes.errors import Invalid, NotFound

SHIPPED = files("outcomes.assessments") / "shipped"


def source(name: str) -> str:
    return (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")


def test_six_domains_of_four_items_each() -> None:
    six = shipped_instruments().get_outcomes("six-domains", "1.0")
    assert [domain.title["en"] for domain in six.domains] == [
        "Safety",
        "Legal Protection",
        "Mental Wellbeing",
        "Economic Empowerment and Education",
        "Social Support",
        "Physical Wellbeing",
    ]
    assert [len(domain.items) for domain in six.domains] == [4] * 6
    assert [point.value for point in six.scale] == [1, 2, 3, 4]


def test_eight_areas_three_of_which_are_safeguarding() -> None:
    eight = shipped_instruments().get_needs("needs-eight", "1.0")
    assert len(eight.areas) == 8
    assert {area.code for area in eight.areas if area.safeguarding} == {
        "safety",
        "mental_health",
        "accommodation",
    }
    assert all(area.factors for area in eight.areas)


def test_each_kind_is_found_by_code_and_version_only() -> None:
    shipped = shipped_instruments()
    assert (shipped.offered_outcomes.code, shipped.offered_needs.code) == (
        "six-domains",
        "needs-eight",
    )
    for code, version in [("six-domains", "1.1"), ("needs-eight", "1.0"), ("", "")]:
        with pytest.raises(NotFound):
            shipped.get_outcomes(code, version)
    with pytest.raises(NotFound):
        shipped.get_needs("six-domains", "1.0")


def test_no_name_that_others_own() -> None:
    text = (source("six-domains-1.0") + source("needs-eight-1.0")).lower()
    for name in ("outcomes star", "aso", "victim", "client", "patient"):
        assert f" {name} " not in text


@pytest.mark.parametrize(
    ("name", "old", "new", "field"),
    [
        ("six-domains-1.0", "domains_needed = 5", "domains_needed = 7", "rules.domains_needed"),
        (
            "six-domains-1.0",
            'answered_share = "0.5"',
            'answered_share = "0"',
            "rules.answered_share",
        ),
        ("six-domains-1.0", 'answered_share = "0.5"', 'answered_share = "NaN"', "rules"),
        ("six-domains-1.0", 'stable_domain = "2.0"', 'stable_domain = "5"', "rules.stable_overall"),
        (
            "six-domains-1.0",
            'measurable_change = "0.5"',
            'measurable_change = "1.5"',
            "rules.measurable_change",
        ),
        ("six-domains-1.0", 'code = "hope"', 'code = "rest"', "items"),
        ("six-domains-1.0", 'code = "legal_protection"', 'code = "safety"', "domains"),
        ("six-domains-1.0", "value = 3", "value = 5", "scale"),
        ("six-domains-1.0", 'label.en = "Mostly"', 'label.pl = "Przeważnie"', "instrument"),
        ("six-domains-1.0", "not_applicable = true", "colour = 1", "instrument"),
        ("six-domains-1.0", 'version = "1.0"', 'version = "one"', "instrument"),
        ("six-domains-1.0", 'kind = "outcomes"', 'kind = "stars"', "instrument"),
        ("needs-eight-1.0", 'level = "low"\nlabel', 'level = "high"\nlabel', "levels"),
        ("needs-eight-1.0", 'level = "incomplete"', 'level = "independent"', "consequences"),
        ("needs-eight-1.0", 'code = "money"', 'code = "safety"', "areas"),
        ("needs-eight-1.0", 'code = "trauma"', 'code = "self_harm"', "areas.mental_health.factors"),
    ],
)
def test_a_wrong_file_is_refused_where_it_is_wrong(
    name: str, old: str, new: str, field: str
) -> None:
    text = source(name)
    assert old in text
    with pytest.raises(Invalid) as refused:
        read_instrument(text.replace(old, new, 1).encode())
    assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.parametrize("file", [b"", b"\xff", b"kind = ", b"[[domains]]"])
def test_what_is_no_instrument_is_refused(file: bytes) -> None:
    with pytest.raises(Invalid):
        read_instrument(file)
