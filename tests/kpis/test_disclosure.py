"""The disclosure rule, against figures worked out by hand and against a reader who adds up."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.kpis.figures.disclosure import external_view, internal_view
from outcomes.kpis.models import Audience, Cell, Counts, DisplayRow, Kpi, KpiValue, Mark, Shows


def kpi(
    counts: Counts = Counts.PEOPLE,
    shows: Shows = Shows.NUMBER,
    audience: Audience = Audience.ANYBODY,
) -> Kpi:
    return Kpi(
        code="a-figure",
        title="A figure",
        counts=counts,
        shows=shows,
        numerator="those",
        denominator="these",
        breakdown="none",
        period="then",
        empty="no data",
        source="there",
        needs=frozenset({"somewhere"}),
        audience=audience,
        statement="SELECT",
    )


def one(rows: tuple[DisplayRow, ...]) -> DisplayRow:
    (row,) = rows
    return row


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (0, "<10"),
        (9, "<10"),
        (10, 10),
        (12, 10),
        (13, 15),
        (17, 15),
        (18, 20),
        (92, 90),
        (23, 25),
        (1003, 1005),
    ],
)
def test_people_are_rounded_to_5_and_hidden_below_10(exact: int, shown: Cell) -> None:
    assert one(external_view(kpi(), [KpiValue(numerator=exact)])).number == shown


@pytest.mark.parametrize(("exact", "shown"), [(0, 0), (2, 0), (3, 5), (730, 730), (88, 90)])
def test_events_are_rounded_to_5(exact: int, shown: int) -> None:
    assert one(external_view(kpi(Counts.EVENTS), [KpiValue(numerator=exact)])).number == shown


def test_the_city_hearts_figures_from_outside() -> None:
    share = kpi(shows=Shows.SHARE)
    drop_ins = one(external_view(share, [KpiValue(numerator=23, denominator=92)]))
    assert (drop_ins.number, drop_ins.out_of, drop_ins.share) == (25, 90, 28)
    work = one(external_view(share, [KpiValue(numerator=10, denominator=92)]))
    assert (work.number, work.out_of, work.share) == (10, 90, 11)
    calls = kpi(Counts.EVENTS, Shows.SHARE)
    assert one(external_view(calls, [KpiValue(numerator=730, denominator=1000)])).share == 73


def test_27_nationalities_are_a_count_without_a_breakdown() -> None:
    whole = KpiValue(numerator=27, denominator=92)
    parts = [KpiValue(category=f"n{n}", numerator=16 if n == 0 else 3) for n in range(27)]
    row = one(external_view(kpi(Counts.CATEGORIES), [whole, *parts]))
    assert (row.category, row.number) == (None, 27)
    assert len(internal_view(kpi(Counts.CATEGORIES), [whole, *parts])) == 28


def test_a_breakdown_of_large_categories_is_shown_rounded() -> None:
    whole = KpiValue(numerator=2, denominator=33)
    parts = [KpiValue(category="a", numerator=21), KpiValue(category="b", numerator=12)]
    rows = external_view(kpi(Counts.CATEGORIES), [whole, *parts])
    assert [row.number for row in rows] == [2, 20, 10]


@pytest.mark.parametrize(
    ("categories", "people", "shown"),
    [
        (3, 9, "[c]"),  # would say that there are at least 3 of the 0 to 9
        (12, 12, "[c]"),  # 10 people and 12 categories: exactly 12 people
        (10, 12, 10),
        (18, 20, 18),  # 20 is 18 to 22
        (19, 20, "[c]"),
    ],
)
def test_a_count_of_categories_tells_nothing_about_how_many_people(
    categories: int, people: int, shown: Cell
) -> None:
    value = KpiValue(numerator=categories, denominator=people)
    assert one(external_view(kpi(Counts.CATEGORIES), [value])).number == shown


def test_percentages_need_twenty() -> None:
    share = kpi(shows=Shows.SHARE)
    assert one(external_view(share, [KpiValue(numerator=12, denominator=19)])).share is Mark.HIDDEN
    assert one(external_view(share, [KpiValue(numerator=12, denominator=20)])).share == 50
    hidden = one(external_view(share, [KpiValue(numerator=9, denominator=40)]))
    assert (hidden.number, hidden.share) == (Mark.SMALL, Mark.HIDDEN)
    events = kpi(Counts.EVENTS, Shows.SHARE)
    assert one(external_view(events, [KpiValue(numerator=12, denominator=19)])).share is Mark.HIDDEN


def test_means_need_twenty_people() -> None:
    mean = kpi(shows=Shows.MEAN)
    enough = one(external_view(mean, [KpiValue(denominator=20, mean=Decimal("0.25"))]))
    assert (enough.mean, enough.out_of) == (Decimal("0.3"), 20)
    few = one(external_view(mean, [KpiValue(denominator=19, mean=Decimal("0.25"))]))
    assert (few.mean, few.number) == (Mark.HIDDEN, Mark.NOT_APPLICABLE)
    exact = one(internal_view(mean, [KpiValue(denominator=3, mean=Decimal("0.255"))]))
    assert exact.mean == Decimal("0.26")


@pytest.mark.parametrize("shows", list(Shows))
@pytest.mark.parametrize("counts", list(Counts))
def test_no_data_is_never_zero(counts: Counts, shows: Shows) -> None:
    for view in (internal_view, external_view):
        row = one(view(kpi(counts, shows), []))
        figures = {row.number, row.out_of, row.share, row.mean}
        assert figures <= {Mark.NO_DATA, Mark.NOT_APPLICABLE}
        assert Mark.NO_DATA in figures


def test_internal_figures_are_exact() -> None:
    row = one(internal_view(kpi(shows=Shows.SHARE), [KpiValue(numerator=23, denominator=92)]))
    assert (row.number, row.out_of, row.share) == (23, 92, Decimal("25.0"))
    row = one(internal_view(kpi(shows=Shows.SHARE), [KpiValue(numerator=1, denominator=8)]))
    assert row.share == Decimal("12.5")


def test_what_is_for_inside_never_leaves() -> None:
    inside = kpi(audience=Audience.INTERNAL)
    assert external_view(inside, [KpiValue(numerator=50)]) == ()
    assert one(internal_view(inside, [KpiValue(numerator=50)])).number == 50


def shown_parts(total: int, parts: list[int]) -> list[Cell]:
    values = [KpiValue(numerator=total)]
    values += [KpiValue(category=str(n), numerator=count) for n, count in enumerate(parts)]
    return [row.number for row in external_view(kpi(), values)]


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ([40, 30, 20], [90, 40, 30, 20]),
        ([40, 30, 5], [75, 40, "[c]", "[c]"]),  # one small part would be the difference
        ([40, 6, 5], [50, 40, "<10", "<10"]),
        ([40, 0, 0], [40, "[c]", "[c]", "[c]"]),  # both would have to be at most 4
        ([3, 4], ["<10", "<10", "<10"]),
    ],
)
def test_hidden_parts_beside_a_total(parts: list[int], shown: list[Cell]) -> None:
    assert shown_parts(sum(parts), parts) == shown


def readings(cell: Cell) -> range:
    """Every number that a reader, who knows the rule, can think of for a shown cell."""
    if cell == Mark.SMALL:
        return range(10)
    if cell == Mark.HIDDEN:
        return range(51)
    return range(max(10, int(str(cell)) - 2), int(str(cell)) + 3)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 16), min_size=2, max_size=3))
def test_a_reader_who_adds_up_cannot_rule_out_0_to_9(parts: list[int]) -> None:
    """Tries every combination of readings, which shares no thought with the code."""
    total, *shown = shown_parts(sum(parts), parts)
    possible: list[set[int]] = [set() for _ in shown]
    for combination in product(*(readings(cell) for cell in shown)):
        if sum(combination) in readings(total):
            for place, number in enumerate(combination):
                possible[place].add(number)
    for cell, numbers, exact in zip(shown, possible, parts, strict=True):
        assert exact in numbers
        if isinstance(cell, Mark):
            assert numbers >= set(range(10))


def test_independent_shares_of_domains_are_not_a_breakdown_of_a_total() -> None:
    values = [
        KpiValue(category="safety", numerator=40, denominator=60),
        KpiValue(category="social_support", numerator=4, denominator=60),
    ]
    rows = external_view(kpi(shows=Shows.SHARE), values)
    assert [row.number for row in rows] == [40, Mark.SMALL]
