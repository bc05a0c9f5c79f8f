"""Scores worked out by hand, and what holds of every set of answers."""

from decimal import Decimal
from fractions import Fraction
from statistics import fmean
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.assessments.instruments import shipped_instruments
from outcomes.assessments.models import (
    Answer,
    AreaAnswer,
    Improvement,
    NeedLevel,
    OutcomeScores,
    OverallLevel,
)
from outcomes.assessments.scoring import (
    check_area_answers,
    check_outcome_answers,
    consequence_of,
    formatted,
    overall_level,
    progress,
    score_outcomes,
    stored,
)
from outcomes.errors import Invalid
from outcomes.providers.models import Responsible

SIX = shipped_instruments().get_outcomes("six-domains", "1.0")
EIGHT = shipped_instruments().get_needs("needs-eight", "1.0")
DOMAINS = [domain.code for domain in SIX.domains]
ITEMS = {domain.code: [item.code for item in domain.items] for domain in SIX.domains}
AREAS = [
    "accommodation",
    "physical_health",
    "mental_health",
    "legal_and_immigration",
    "money",
    "work_and_learning",
    "relationships_and_social_support",
    "safety",
]
NA: Final = "not_applicable"


def answer(*rows: str) -> dict[str, Answer]:
    """Six rows of four marks: 1–4 a value, `x` not applicable, `.` given as not answered."""
    marks: dict[str, Answer] = {"x": "not_applicable", ".": None}
    return {
        item: marks[mark] if mark in marks else int(mark)
        for code, row in zip(DOMAINS, rows, strict=True)
        for item, mark in zip(ITEMS[code], row, strict=True)
    }


def score(*rows: str) -> OutcomeScores:
    return score_outcomes(SIX, answer(*rows))


class TestDomainScores:
    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ("1234", Fraction(5, 2)),
            ("4444", Fraction(4)),
            ("123.", Fraction(2)),
            ("122.", Fraction(5, 3)),
            ("14..", Fraction(5, 2)),  # half answered is enough
            ("14xx", Fraction(5, 2)),  # not applicable is not an answer
            ("4...", None),
            ("4xxx", None),
            ("xxxx", None),
            ("....", None),
        ],
    )
    def test_the_mean_of_at_least_half(self, row: str, expected: Fraction | None) -> None:
        assert score(row, *["3333"] * 5).domains["safety"] == expected

    def test_an_item_left_out_is_not_answered(self) -> None:
        scores = score_outcomes(SIX, {"safe_home": 2, "gets_help": 3})
        assert scores.domains == {"safety": Fraction(5, 2)} | dict.fromkeys(DOMAINS[1:])
        assert (scores.overall, scores.stable) == (None, None)


class TestOverall:
    def test_the_mean_of_domain_scores_not_of_items(self) -> None:
        """1.5 (two items), 4, 4, 4, 4, 4 (four each): 21.5 / 6; all items would give 83 / 22."""
        assert score("12..", *["4444"] * 5).overall == Fraction(43, 12)

    def test_five_domains_are_enough_and_four_are_not(self) -> None:
        five = score("....", "3333", "3333", "3333", "3333", "2222")
        assert five.overall == Fraction(14, 5)
        assert score("....", "1...", "3333", "3333", "3333", "3333").overall is None

    @pytest.mark.parametrize(
        ("rows", "stable"),
        [
            (("3333",) * 6, True),
            (("3333", "3333", "3333", "3333", "3333", "3332"), False),  # 2.958
            (("2222", "3333", "3333", "3333", "3333", "4444"), True),  # the least that will do
            (("2221", "4444", "4444", "4444", "4444", "4444"), False),  # a domain at 1.75
            (("223.", "322.", "4444", "4444", "223.", "4443"), True),  # 7/3 three times, 3.75
            (("....", "3333", "3333", "3333", "3333", "3333"), True),  # not assessed is not low
            (("....", "....", "3333", "3333", "3333", "3333"), None),
        ],
    )
    def test_stable(self, rows: tuple[str, ...], stable: bool | None) -> None:
        assert score(*rows).stable is stable

    def test_thirds_meet_a_threshold_exactly(self) -> None:
        """8/3, 8/3, 8/3, 10/3, 10/3, 10/3: 3 exactly, which binary floats do not always reach."""
        scores = score("233.", "323.", "332.", "334.", "343.", "433.")
        assert (scores.overall, scores.stable) == (Fraction(3), True)


items = st.sampled_from([item for codes in ITEMS.values() for item in codes])
answers = st.dictionaries(items, st.one_of(st.none(), st.just(NA), st.integers(1, 4)))


@given(answers)
def test_scores_against_plain_means(given_answers: dict[str, Answer]) -> None:
    scores = score_outcomes(SIX, given_answers)
    means = []
    for code in DOMAINS:
        numbers = [
            value for item in ITEMS[code] if isinstance(value := given_answers.get(item), int)
        ]
        if len(numbers) >= 2:
            means.append(fmean(numbers))
            exact = scores.domains[code]
            assert exact is not None
            assert float(exact) == pytest.approx(means[-1])
        else:
            assert scores.domains[code] is None
    assert (scores.overall is None) == (len(means) < 5)
    assert (scores.stable is None) == (scores.overall is None)
    if scores.overall is not None:
        assert float(scores.overall) == pytest.approx(fmean(means))


class TestProgress:
    def test_since_the_last_and_since_the_first(self) -> None:
        first, last = score(*["1111"] * 6), score(*["2222"] * 6)
        current = score("3322", "2224", "2222", "2111", "....", "3333")
        result = progress(SIX, current, [first, last])
        assert result.since_last is not None
        assert result.since_baseline is not None
        got = [
            change and (change.difference, change.improvement)
            for change in result.since_last.domains.values()
        ]
        assert got == [
            (Fraction(1, 2), Improvement.MEASURABLE),
            (Fraction(1, 2), Improvement.MEASURABLE),
            (Fraction(0), Improvement.NONE),
            (Fraction(-3, 4), Improvement.NONE),
            None,
            (Fraction(1), Improvement.SUBSTANTIAL),
        ]
        baseline = result.since_baseline.domains["safety"]
        assert baseline is not None
        assert (baseline.difference, baseline.improvement) == (
            Fraction(3, 2),
            Improvement.SUBSTANTIAL,
        )
        overall = result.since_last.overall
        assert overall is not None
        assert overall.difference == Fraction(1, 4)  # 2.5, 2.5, 2, 1.25 and 3 make 2.25

    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            ("223.", "233.", Improvement.NONE),  # a third
            ("122.", "1323", Improvement.MEASURABLE),  # 5/3 to 9/4
            ("2211", "2222", Improvement.MEASURABLE),  # a half exactly
            ("2221", "3233", Improvement.SUBSTANTIAL),  # one exactly
            ("112.", "2332", Improvement.SUBSTANTIAL),
            ("2222", "2333", Improvement.MEASURABLE),
        ],
    )
    def test_thresholds(self, before: str, after: str, expected: Improvement) -> None:
        rest = ["3333"] * 5
        result = progress(SIX, score(after, *rest), [score(before, *rest)])
        assert result.since_last is not None
        change = result.since_last.domains["safety"]
        assert change is not None
        assert change.improvement is expected

    def test_only_within_one_instrument_and_version(self) -> None:
        current = score(*["3333"] * 6)
        other = OutcomeScores("six-domains", "2.0", current.domains, Fraction(1), False)
        foreign = OutcomeScores("another", "1.0", {"x": Fraction(1)}, Fraction(1), False)
        assert progress(SIX, current, [other, foreign]).since_last is None
        assert progress(SIX, current, []).since_baseline is None
        mixed = progress(SIX, current, [foreign, score(*["2222"] * 6), other])
        assert mixed.since_last == mixed.since_baseline
        assert mixed.since_last is not None


class TestNeeds:
    @pytest.mark.parametrize(
        ("levels", "expected"),
        [
            ("none " * 8, OverallLevel.INDEPENDENT),
            ("none " * 7 + "low", OverallLevel.LOW),
            ("low " * 8, OverallLevel.LOW),
            ("none " * 7 + "medium", OverallLevel.MEDIUM),
            ("medium medium " + "low " * 6, OverallLevel.MEDIUM),
            ("medium medium medium " + "none " * 5, OverallLevel.HIGH),
            ("none high " + "none " * 6, OverallLevel.HIGH),
            ("none urgent " + "none " * 6, OverallLevel.URGENT_RESPONSE),
            ("none none none urgent " + "high " * 4, OverallLevel.URGENT_RESPONSE),
            ("urgent " + "none " * 7, OverallLevel.SAFEGUARDING_INTERVENTION),
            ("none none urgent " + "none " * 5, OverallLevel.SAFEGUARDING_INTERVENTION),
            ("none " * 7 + "urgent", OverallLevel.SAFEGUARDING_INTERVENTION),
            ("none urgent none none none none none urgent", OverallLevel.SAFEGUARDING_INTERVENTION),
            # with areas missing (-)
            ("- " * 8, OverallLevel.INCOMPLETE),
            ("none " * 7 + "-", OverallLevel.INCOMPLETE),
            ("medium medium " + "low " * 5 + "-", OverallLevel.INCOMPLETE),
            ("medium medium medium " + "- " * 5, OverallLevel.HIGH),
            ("- high " + "- " * 6, OverallLevel.HIGH),
            ("- - - - urgent - - -", OverallLevel.URGENT_RESPONSE),
            ("- " * 7 + "urgent", OverallLevel.SAFEGUARDING_INTERVENTION),
        ],
    )
    def test_overall_level(self, levels: str, expected: OverallLevel) -> None:
        areas = {
            area: NeedLevel(level)
            for area, level in zip(AREAS, levels.split(), strict=True)
            if level != "-"
        }
        assert overall_level(EIGHT, areas) is expected

    @given(
        st.dictionaries(st.sampled_from(AREAS), st.sampled_from(NeedLevel)),
        st.sampled_from(AREAS),
    )
    def test_a_graver_need_never_lowers_the_level(
        self, areas: dict[str, NeedLevel], area: str
    ) -> None:
        order = [OverallLevel.INCOMPLETE, *list(OverallLevel)[:-1]]
        before = order.index(overall_level(EIGHT, areas))
        after = order.index(overall_level(EIGHT, areas | {area: NeedLevel.URGENT}))
        assert after >= before
        assert after >= order.index(OverallLevel.URGENT_RESPONSE)

    @pytest.mark.parametrize(
        ("level", "who", "within"),
        [
            (
                OverallLevel.SAFEGUARDING_INTERVENTION,
                Responsible.SAFEGUARDING_LEAD,
                "2 working_hours",
            ),
            (OverallLevel.URGENT_RESPONSE, Responsible.TEAM_LEAD, "2 working_hours"),
            (OverallLevel.HIGH, Responsible.SUPPORT_WORKER, "2 working_days"),
        ],
    )
    def test_each_level_says_what_follows(
        self, level: OverallLevel, who: Responsible, within: str
    ) -> None:
        consequence = consequence_of(EIGHT, level)
        assert (consequence.who, f"{consequence.within} {consequence.unit}") == (who, within)


class TestAnswersThatDoNotFit:
    def test_each_wrong_answer_is_named(self) -> None:
        wrong: dict[str, Answer] = {
            "safe_home": 5,
            "hope": 0,
            "unknown": 3,
            "rest": 4,
            "belonging": NA,
        }
        with pytest.raises(Invalid) as refused:
            check_outcome_answers(SIX, wrong)
        assert [problem.field for problem in refused.value.problems] == [
            "answers.safe_home",
            "answers.hope",
            "answers.unknown",
        ]

    def test_areas_and_their_own_factors(self) -> None:
        check_area_answers(EIGHT, {"money": AreaAnswer(NeedLevel.LOW, factors=("debt",))})
        with pytest.raises(Invalid) as refused:
            check_area_answers(
                EIGHT,
                {
                    "money": AreaAnswer(NeedLevel.LOW, factors=("debt", "trauma")),
                    "weather": AreaAnswer(NeedLevel.LOW),
                    "safety": AreaAnswer(NeedLevel.NONE),
                },
            )
        assert [problem.field for problem in refused.value.problems] == [
            "areas.money",
            "areas.weather",
        ]

    @given(answers)
    def test_what_the_form_offers_is_accepted(self, given_answers: dict[str, Answer]) -> None:
        check_outcome_answers(SIX, given_answers)


class TestRounding:
    @pytest.mark.parametrize(
        ("exact", "as_shown", "as_stored"),
        [
            (Fraction(8, 3), "2.67", "2.6667"),
            (Fraction(17, 8), "2.13", "2.1250"),
            (Fraction(-17, 8), "-2.13", "-2.1250"),
            (Fraction(215, 72), "2.99", "2.9861"),  # the closest to 3.0 that is not stable
            (Fraction(-1, 1000), "0.00", "-0.0010"),
            (Fraction(3), "3.00", "3.0000"),
        ],
    )
    def test_half_away_from_zero(self, exact: Fraction, as_shown: str, as_stored: str) -> None:
        assert (formatted(exact), stored(exact)) == (as_shown, Decimal(as_stored))

    @given(st.integers(60, 240), st.integers(72, 288))
    def test_stored_scores_keep_their_side_of_a_threshold(self, over60: int, over72: int) -> None:
        one, other = Fraction(over60, 60), Fraction(over72, 72)
        difference = round(stored(other) - stored(one), 3)
        for threshold in (Decimal("0.5"), Decimal("1.0")):
            assert (difference >= threshold) == (other - one >= Fraction(threshold))
