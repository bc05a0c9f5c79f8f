"""Labels never overlap, keep their order and stay as near as any arrangement could."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from outcomes.platform.web.pages.charts import (
    Slope,
    TrendPoint,
    by_change,
    place_labels,
    slope_chart,
    sparkline,
    trend_chart,
)

TARGETS = st.lists(st.integers(0, 300), min_size=1, max_size=10)


def test_labels_that_do_not_touch_stay_where_they_are() -> None:
    assert place_labels([10, 50, 90], [16, 16, 16], 0, 100) == (10, 50, 90)


def test_two_labels_at_one_place_part_by_half_each() -> None:
    assert place_labels([50, 50], [16, 16], 0, 100) == (42, 58)


def test_labels_of_unlike_height_part_by_half_the_sum() -> None:
    # middles 50 and 52, heights 20 and 40: 30 apart, around their common mean 51
    assert place_labels([50, 52], [20, 40], 0, 200) == (36, 66)


def test_labels_stay_inside() -> None:
    assert place_labels([0, 2, 99], [10, 10, 10], 0, 100) == (5, 15, 95)


def test_labels_come_back_in_the_order_given() -> None:
    assert place_labels([90, 10], [16, 16], 0, 100) == (90, 10)


@given(TARGETS, st.integers(5, 40))
def test_no_overlap_and_no_change_of_order(targets: list[int], height: int) -> None:
    placed = place_labels(targets, [height] * len(targets), 0, 1000)
    inner = sorted(placed)
    assert all(b - a >= height - 0.11 for a, b in pairwise(inner))  # places are rounded to 0.1
    assert inner[0] >= height / 2 - 0.1
    assert inner[-1] <= 1000 - height / 2 + 0.1
    by_target = sorted(range(len(targets)), key=lambda i: targets[i])
    assert [placed[i] for i in by_target] == inner


@given(TARGETS, st.integers(5, 40))
def test_no_label_could_be_nearer(targets: list[int], height: int) -> None:
    """The Karush-Kuhn-Tucker conditions, which only the least squares solution meets: no group of
    last labels would gain by moving on, and those free to move either way gain by neither."""
    placed = place_labels(targets, [height] * len(targets), -5000, 5000)
    order = sorted(range(len(targets)), key=lambda i: targets[i])
    for start in range(len(order)):
        pull = sum(placed[i] - targets[i] for i in order[start:])
        rounding = 0.051 * (len(order) - start)
        assert pull >= -rounding
        if start == 0 or placed[order[start]] - placed[order[start - 1]] > height + 0.2:
            assert pull <= rounding


def test_slopes_are_sorted_by_change_and_the_unknown_come_last() -> None:
    slopes = [Slope("a", 2, 1.5), Slope("b", None, 3), Slope("c", 1, 3), Slope("d", 2, 2)]
    assert [slope.label for slope in by_change(slopes)] == ["c", "d", "a", "b"]
    assert [slope.direction for slope in by_change(slopes)[:3]] == ["up", "same", "down"]


def test_a_change_is_the_difference_of_what_is_shown() -> None:
    slope = Slope("a", 2.004, 2.006)  # shown as 2.00 and 2.01
    assert slope.change is not None
    assert round(slope.change, 2) == 0.01
    assert slope.direction == "up"


def test_a_slope_chart_puts_the_scale_on_its_ends() -> None:
    chart = slope_chart([Slope("Safety", 1, 4), Slope("Work", None, 4)], low=1, high=4)
    (line,) = chart.lines
    assert (line.y_first, line.y_last) == (chart.bottom, chart.top)
    assert chart.first_labels[0][0] == 1


def test_long_names_take_two_lines_and_their_room() -> None:
    names = ["Economic Empowerment and Education", "Safety"]
    chart = slope_chart([Slope(name, 2, 3) for name in names], low=1, high=4)
    assert [line.name for line in chart.lines] == [
        ("Economic Empowerment", "and Education"),
        ("Safety",),
    ]
    above, below = sorted(line.label_y for line in chart.lines)
    assert below - above >= (17 * 2 + 8 + 17 + 8) / 2 - 0.1


def test_a_trend_breaks_where_nothing_is_known_and_keeps_to_the_calendar() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 21), date(2026, 1, 31)]
    points = [TrendPoint(d, v) for d, v in zip(days, (1.0, None, 2.5, 4.0), strict=True)]
    chart = trend_chart(points, low=1, high=4)
    assert [[p.point.value for p in stretch] for stretch in chart.stretches] == [[1.0], [2.5, 4.0]]
    (first,), (middle, last) = chart.stretches
    third = (chart.right - chart.left) / 3
    assert (first.x, last.x) == (chart.left, chart.right)
    assert abs(middle.x - chart.left - 2 * third) < 0.1
    assert abs(chart.gaps_x[0] - chart.left - third) < 0.1
    assert (first.y, last.y, middle.y) == (chart.bottom, chart.top, (chart.top + chart.bottom) / 2)


def test_no_values_draw_nothing() -> None:
    assert sparkline([None, None], 96, 28) == ()
    assert trend_chart([], 1, 4).stretches == ()
    assert slope_chart([], 1, 4).lines == ()


def test_a_sparkline_spans_its_box() -> None:
    assert sparkline([0, 10, None, 5], 96, 28) == ("2.0,25.0 32.7,3.0", "94.0,14.0")
