"""Outcomes in the database: scores worked out by hand, change, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from outcomes.assessments import service
from outcomes.assessments.instruments import shipped_instruments
from outcomes.assessments.models import (
    AssessmentStage,
    Improvement,
    NewOutcomeAssessment,
)
from outcomes.assessments.records import ScoreProgress
from outcomes.errors import Conflict, Invalid
from outcomes.platform.paging import RecordedDay
from tests.assessments.factories import a_survivor, assess, outcomes
from tests.support import Product, new_key


class TestOutcomes:
    async def test_scores_by_hand(self, product: Product) -> None:
        """2 2 3 4 is 2.75; 3 and 3 of two answered is 3; 1 2 2 of three is 5/3; one of four is not
        enough; all 4 is 4; 1 to 4 is 2.5. Five of six: (2.75 + 3 + 5/3 + 4 + 2.5) / 5 = 2.78333."""
        worker, survivor_id = await a_survivor(product)
        new = outcomes("2234", "33.x", "122.", "4...", "4444", "1234")
        assessment_id = await assess(product, worker, survivor_id, new)
        found = await service.get_outcomes(product.db, worker, survivor_id, assessment_id)
        assert found.domains == {
            "safety": Decimal("2.7500"),
            "legal_protection": Decimal("3.0000"),
            "mental_wellbeing": Decimal("1.6667"),
            "economic_empowerment_and_education": None,
            "social_support": Decimal("4.0000"),
            "physical_wellbeing": Decimal("2.5000"),
        }
        assert (found.overall, found.stable) == (Decimal("2.7833"), False)
        assert (found.answers, found.note) == (new.answers, new.note)

    async def test_too_few_domains_have_no_overall(self, product: Product) -> None:
        worker, survivor_id = await a_survivor(product)
        new = outcomes("3333", "3333", "3333", "3333", "....", "....")
        assessment_id = await assess(product, worker, survivor_id, new)
        found = await service.get_outcomes(product.db, worker, survivor_id, assessment_id)
        assert (found.overall, found.stable) == (None, None)

    async def test_progress_since_last_and_since_baseline(self, product: Product) -> None:
        """Safety 1.5, 2, 3; social support 3, not assessed, 2.75; overall 2.25, 2, 2.9583."""
        worker, survivor_id = await a_survivor(product)
        rows = (
            (outcomes("1212", "2222", "2222", "2222", "3333", "3333", on=date(2026, 1, 5))),
            (outcomes("2222", "2222", "2222", "2222", "....", "2222", on=date(2026, 7, 5))),
            (outcomes("3333", "3333", "3333", "3333", "2333", "3333", on=date(2026, 11, 5))),
        )
        for new in (rows[1], rows[2], rows[0]):  # what was written down late still comes first
            await assess(product, worker, survivor_id, new)
        progress = (
            await service.get_progress(
                product.db, worker, survivor_id, instruments=shipped_instruments()
            )
        ).outcomes
        assert progress is not None
        assert [str(one.assessed_on) for one in progress.history] == [
            "2026-01-05",
            "2026-07-05",
            "2026-11-05",
        ]
        lines = {line.code: line for line in (*progress.domains, progress.overall)}
        assert changes(lines["safety"]) == ("1.5000", "2.0000", "3.0000", 1.0, 1.5)
        assert changes(lines["social_support"]) == ("3.0000", None, "2.7500", None, -0.25)
        assert changes(lines["overall"]) == ("2.2500", "2.0000", "2.9583", 0.9583, 0.7083)
        since_last = lines["safety"].since_last
        assert since_last is not None
        assert since_last.improvement is Improvement.SUBSTANTIAL
        assert progress.latest.stable is False

    async def test_without_an_assessment_there_is_no_progress(self, product: Product) -> None:
        worker, survivor_id = await a_survivor(product)
        progress = await service.get_progress(
            product.db, worker, survivor_id, instruments=shipped_instruments()
        )
        assert (progress.outcomes, progress.needs) == (None, ())

    async def test_newest_first_page_by_page(self, product: Product) -> None:
        worker, survivor_id = await a_survivor(product)
        for day in (3, 5, 4, 5, 1):
            await assess(
                product, worker, survivor_id, outcomes(*["3333"] * 6, on=date(2026, 3, day))
            )
        first = await service.list_outcomes(product.db, worker, survivor_id, limit=2)
        after = RecordedDay(first[-1].assessed_on, first[-1].recorded_at, first[-1].id)
        rest = await service.list_outcomes(product.db, worker, survivor_id, after=after)
        assert [one.assessed_on.day for one in (*first, *rest)] == [5, 5, 4, 3, 1]

    async def test_sent_twice_it_is_one(self, product: Product) -> None:
        worker, survivor_id = await a_survivor(product)
        new = outcomes(*["3333"] * 6)
        creation = new_key(worker, new)
        for _ in range(2):
            await service.record_outcomes(
                product.db, worker, survivor_id, creation, new, instruments=shipped_instruments()
            )
        assert len(await service.list_outcomes(product.db, worker, survivor_id)) == 1
        other = outcomes(*["4444"] * 6)
        changed = new_key(worker, other)
        with pytest.raises(Conflict):
            await service.record_outcomes(
                product.db,
                worker,
                survivor_id,
                type(changed)(creation.key, changed.route, changed.body_mac),
                other,
                instruments=shipped_instruments(),
            )

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"instrument": "seven-domains"}, "instrument"),
            ({"version": "9.9"}, "instrument"),
            ({"answers": {"safe_hom": 3}}, "answers.safe_hom"),
            ({"answers": {"safe_home": 5}}, "answers.safe_home"),
            ({"answers": {"safe_home": None}}, "answers"),
            ({"assessed_on": date(9999, 1, 1)}, "assessed_on"),
        ],
    )
    async def test_invalid_input_is_refused(
        self, product: Product, changed: dict[str, Any], field: str
    ) -> None:
        worker, survivor_id = await a_survivor(product)
        fields: dict[str, Any] = {
            "instrument": "six-domains",
            "version": "1.0",
            "stage": AssessmentStage.ENTRY,
            "assessed_on": date(2026, 3, 2),
            "answers": {"safe_home": 3},
        }
        new = NewOutcomeAssessment(**(fields | changed))
        with pytest.raises(Invalid) as refused:
            await assess(product, worker, survivor_id, new)
        assert [problem.field for problem in refused.value.problems] == [field]


def changes(line: ScoreProgress) -> tuple[str | None, str | None, str | None, object, object]:
    """Baseline, previous and latest, and the two differences to four decimals."""
    scores = [None if s is None else str(s) for s in (line.baseline, line.previous, line.latest)]
    differences = [
        None if change is None else round(float(change.difference), 4)
        for change in (line.since_last, line.since_baseline)
    ]
    return scores[0], scores[1], scores[2], differences[0], differences[1]
