"""The geometry of charts: pure numbers in, coordinates for the macros of `web/charts.html` out.

Charts are drawn for a width of 340 units, which is a small phone; SVG scales them to any other.
"""

from collections.abc import Sequence
from datetime import date
from itertools import accumulate, pairwise
from textwrap import wrap

from msgspec import Struct

WIDTH = 340
LINE_HEIGHT = 17
_LABEL_GAP = 8
_NAME_LENGTH = 20  # characters that fit beside a slope
_SLOPE_TOP, _SLOPE_LEFT, _SLOPE_RIGHT = 40, 44, 125
_TREND_HEIGHT, _TREND_TOP, _TREND_LEFT, _TREND_RIGHT = 196, 32, 34, 316


class Slope(Struct, frozen=True):
    """One line of a slope chart: a value then and now, None where there is none."""

    label: str
    first: float | None
    last: float | None

    @property
    def change(self) -> float | None:
        """Now less then, to two decimals as shown; None unless both exist."""
        if self.first is None or self.last is None:
            return None
        return round(self.last, 2) - round(self.first, 2)

    @property
    def direction(self) -> str:
        """`up`, `down` or `same`, by the change that is shown."""
        shown = round(self.change or 0.0, 2)
        return "up" if shown > 0 else "down" if shown < 0 else "same"


class PlacedSlope(Struct, frozen=True):
    """A slope with both ends and the middle of its label, whose name takes one or two lines."""

    slope: Slope
    y_first: float
    y_last: float
    label_y: float
    name: tuple[str, ...]


class SlopeChart(Struct, frozen=True):
    """A drawn slope chart. `first_labels` are the distinct values on the left: (value, y)."""

    height: float
    x_first: float
    x_last: float
    top: float
    bottom: float
    lines: tuple[PlacedSlope, ...]
    first_labels: tuple[tuple[float, float], ...]


class TrendPoint(Struct, frozen=True):
    """A value on a day; None where it was not assessed."""

    on: date
    value: float | None


class PlacedPoint(Struct, frozen=True):
    """A point of a trend in the drawing."""

    point: TrendPoint
    x: float
    y: float


class TrendChart(Struct, frozen=True):
    """A drawn trend: unbroken stretches of points, and where nothing is known."""

    height: float
    left: float
    right: float
    top: float
    bottom: float
    stretches: tuple[tuple[PlacedPoint, ...], ...]
    gaps_x: tuple[float, ...]


def by_change(slopes: Sequence[Slope]) -> list[Slope]:
    """Greatest gain first, greatest loss last, then those without a change."""
    return sorted(slopes, key=lambda s: (s.change is None, -(s.change or 0.0), s.label))


def slope_chart(slopes: Sequence[Slope], low: float, high: float) -> SlopeChart:
    """The slopes that have both ends, on a scale from `low` (bottom) to `high` (top)."""
    drawn = [slope for slope in by_change(slopes) if slope.change is not None]
    names = [tuple(wrap(slope.label, _NAME_LENGTH)) or ("",) for slope in drawn]
    heights = [LINE_HEIGHT * len(name) + _LABEL_GAP for name in names]
    bottom = _SLOPE_TOP + max(180.0, sum(heights))

    def y(value: float | None) -> float:
        share = ((value if value is not None else low) - low) / (high - low)
        return round(bottom - share * (bottom - _SLOPE_TOP), 1)

    room = _LABEL_GAP / 2  # labels may stand a little above and below the scale
    label_ys = place_labels(
        [y(slope.last) for slope in drawn], heights, _SLOPE_TOP - room, bottom + room
    )
    firsts = sorted({round(s.first, 2) for s in drawn if s.first is not None}, reverse=True)
    first_ys = place_labels(
        [y(value) for value in firsts],
        [LINE_HEIGHT] * len(firsts),
        _SLOPE_TOP - room,
        bottom + room,
    )
    return SlopeChart(
        height=bottom + 16,
        x_first=_SLOPE_LEFT,
        x_last=_SLOPE_RIGHT,
        top=_SLOPE_TOP,
        bottom=bottom,
        lines=tuple(
            PlacedSlope(slope, y(slope.first), y(slope.last), label_y, name)
            for slope, label_y, name in zip(drawn, label_ys, names, strict=True)
        ),
        first_labels=tuple(zip(firsts, first_ys, strict=True)),
    )


def place_labels(
    targets: Sequence[float], heights: Sequence[float], top: float, bottom: float
) -> tuple[float, ...]:
    """Middles of labels that do not overlap, keep their order and stay as near as possible.

    The sum of squared distances from `targets` is the least possible: isotonic regression by
    pooling adjacent violators, after taking away the least distances between neighbours. All
    labels lie between `top` and `bottom` where their heights allow it, else start at `top`.
    """
    if not targets:
        return ()
    order = sorted(range(len(targets)), key=lambda i: targets[i])
    tall = [heights[i] for i in order]
    offsets = list(accumulate(((a + b) / 2 for a, b in pairwise(tall)), initial=0.0))
    level = _pooled([targets[i] - offset for i, offset in zip(order, offsets, strict=True)])
    highest = top + tall[0] / 2
    lowest = max(highest, bottom - tall[-1] / 2 - offsets[-1])
    placed = dict.fromkeys(order, 0.0)
    for i, z, offset in zip(order, level, offsets, strict=True):
        placed[i] = round(min(max(z, highest), lowest) + offset, 1)
    return tuple(placed[i] for i in range(len(targets)))


def trend_chart(points: Sequence[TrendPoint], low: float, high: float) -> TrendChart:
    """Points by day on a scale from `low` to `high`; a missing value breaks the line."""
    ordered = sorted(points, key=lambda point: point.on)
    days = [(point.on - ordered[0].on).days for point in ordered]
    span = max(days[-1], 1) if days else 1
    bottom = _TREND_HEIGHT - 34
    stretches: list[list[PlacedPoint]] = [[]]
    gaps: list[float] = []
    for point, day in zip(ordered, days, strict=True):
        x = round(_TREND_LEFT + (_TREND_RIGHT - _TREND_LEFT) * day / span, 1)
        if point.value is None:
            gaps.append(x)
            stretches.append([])
        else:
            share = (point.value - low) / (high - low)
            y = round(bottom - share * (bottom - _TREND_TOP), 1)
            stretches[-1].append(PlacedPoint(point, x, y))
    return TrendChart(
        height=_TREND_HEIGHT,
        left=_TREND_LEFT,
        right=_TREND_RIGHT,
        top=_TREND_TOP,
        bottom=bottom,
        stretches=tuple(tuple(stretch) for stretch in stretches if stretch),
        gaps_x=tuple(gaps),
    )


def sparkline(values: Sequence[float | None], width: float, height: float) -> tuple[str, ...]:
    """Unbroken stretches as `points` of SVG polylines, from their own lowest to highest value."""
    known = [value for value in values if value is not None]
    if not known:
        return ()
    low, spread = min(known), (max(known) - min(known)) or 1.0
    step = (width - 4) / max(len(values) - 1, 1)
    stretches: list[list[str]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            stretches.append([])
            continue
        y = height - 3 - (value - low) / spread * (height - 6)
        stretches[-1].append(f"{2 + index * step:.1f},{y:.1f}")
    return tuple(" ".join(stretch) for stretch in stretches if stretch)


def _pooled(values: Sequence[float]) -> list[float]:
    """The nearest non-decreasing sequence, by least squares (pool adjacent violators)."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        mean, count = value, 1
        while blocks and blocks[-1][0] > mean:
            before, size = blocks.pop()
            mean = (mean * count + before * size) / (count + size)
            count += size
        blocks.append((mean, count))
    return [mean for mean, count in blocks for _ in range(count)]
