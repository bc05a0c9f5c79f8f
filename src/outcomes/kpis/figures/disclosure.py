"""What may be seen of a figure: exactly, inside; through the disclosure rule, outside.

The rule (ours, after the practice of English health statistics):

- a count of people from 0 to 9 is shown as `<10`, zero included: a zero tells about a group too;
- any other count of people, and every count of events, is rounded to the nearest 5. A whole number
  is never half way between two multiples of 5, so there are no ties to settle;
- a percentage is worked out from the rounded counts, and only when at least 20 people or events
  stand behind it; a mean only when at least 20 people do. Halves of a per cent are rounded up;
- where a total stands beside hidden rows, more rows are hidden until each could be any of 0 to 9;
- a breakdown into categories of which one has fewer than 10 people is left out: only the number of
  categories is shown, and only when it tells nothing new about how many people there are.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from outcomes.kpis.models import Audience, Cell, Counts, Kpi, KpiValue, Mark, ShownRow, Shows

SMALLEST_SHOWN = 10
SMALLEST_BASE = 20
STEP = 5
HALF_STEP = 2  # a multiple of 5 stands for itself and the two whole numbers on either side


def internal_view(kpi: Kpi, values: Iterable[KpiValue]) -> tuple[ShownRow, ...]:
    """Exact figures, percentages to one decimal place, means to two. Never for outside."""
    return tuple(_exact(kpi, value) for value in values) or (_exact(kpi, KpiValue()),)


def external_view(kpi: Kpi, values: Iterable[KpiValue]) -> tuple[ShownRow, ...]:
    """What the disclosure rule leaves. Nothing at all of a KPI that is for inside only."""
    if kpi.audience is Audience.INTERNAL:
        return ()
    rows = tuple(values) or (KpiValue(),)
    if kpi.counts is Counts.EVENTS:
        return tuple(_row(kpi, value, _rounded(value.numerator)) for value in rows)
    if kpi.counts is Counts.CATEGORIES:
        return _categories(kpi, rows)
    if kpi.shows is Shows.MEAN:
        return tuple(_row(kpi, value, Mark.NOT_APPLICABLE) for value in rows)
    numbers = _people_numbers(rows)
    return tuple(_row(kpi, value, number) for value, number in zip(rows, numbers, strict=True))


def _exact(kpi: Kpi, value: KpiValue) -> ShownRow:
    number: Cell = _or_no_data(value.numerator)
    share: Cell = Mark.NOT_APPLICABLE
    if kpi.shows is Shows.SHARE:
        share = _share(value.numerator, value.denominator, places=Decimal("0.1"))
    return ShownRow(
        category=value.category,
        number=Mark.NOT_APPLICABLE if kpi.shows is Shows.MEAN else number,
        out_of=_or_no_data(value.denominator) if _has_base(kpi) else Mark.NOT_APPLICABLE,
        share=share,
        mean=_mean(value.mean, places=Decimal("0.01"))
        if kpi.shows is Shows.MEAN
        else Mark.NOT_APPLICABLE,
    )


def _row(kpi: Kpi, value: KpiValue, number: Cell) -> ShownRow:
    """A row for outside, given the number that may be shown in it."""
    base = value.denominator
    out_of = _people(base) if kpi.counts is Counts.PEOPLE else _rounded(base)
    enough = base is not None and base >= SMALLEST_BASE
    share: Cell = Mark.NOT_APPLICABLE
    mean: Cell = Mark.NOT_APPLICABLE
    if kpi.shows is Shows.SHARE:
        share = _external_share(number, out_of) if enough else _unsaid(base)
    if kpi.shows is Shows.MEAN:
        mean = _mean(value.mean, places=Decimal("0.1")) if enough else _unsaid(base)
    return ShownRow(
        category=value.category,
        number=number,
        out_of=out_of if _has_base(kpi) else Mark.NOT_APPLICABLE,
        share=share,
        mean=mean,
    )


def _has_base(kpi: Kpi) -> bool:
    return kpi.shows is not Shows.NUMBER


def _unsaid(base: int | None) -> Mark:
    """Nothing to say because there is nothing, or because too few stand behind it."""
    return Mark.HIDDEN if base else Mark.NO_DATA


def _external_share(number: Cell, out_of: Cell) -> Cell:
    if isinstance(number, int) and isinstance(out_of, int):
        return _share(number, out_of, places=Decimal(1))
    return Mark.NO_DATA if number is Mark.NO_DATA else Mark.HIDDEN


def _share(numerator: int | None, denominator: int | None, *, places: Decimal) -> Cell:
    if numerator is None or not denominator:
        return Mark.NO_DATA
    return (Decimal(100) * numerator / denominator).quantize(places, ROUND_HALF_UP)


def _mean(mean: Decimal | None, *, places: Decimal) -> Cell:
    return Mark.NO_DATA if mean is None else mean.quantize(places, ROUND_HALF_UP)


def _or_no_data(count: int | None) -> Cell:
    return Mark.NO_DATA if count is None else count


def _rounded(count: int | None) -> Cell:
    return Mark.NO_DATA if count is None else (count + HALF_STEP) // STEP * STEP


def _people(count: int | None) -> Cell:
    small = count is not None and count < SMALLEST_SHOWN
    return Mark.SMALL if small else _rounded(count)


def _categories(kpi: Kpi, rows: tuple[KpiValue, ...]) -> tuple[ShownRow, ...]:
    """The number of categories; their breakdown only if no category is small."""
    whole = next((row for row in rows if row.category is None), KpiValue())
    parts = tuple(row for row in rows if row.category is not None)
    number: Cell = Mark.HIDDEN
    if whole.numerator is None:
        number = Mark.NO_DATA
    elif whole.numerator <= _fewest_people(whole.denominator or 0):
        number = whole.numerator
    if any(part.numerator is None or part.numerator < SMALLEST_SHOWN for part in parts):
        parts = ()
    return (
        _row(kpi, whole, number),
        *(_row(kpi, part, _rounded(part.numerator)) for part in parts),
    )


def _fewest_people(people: int) -> int:
    """The fewest people there can be, as a reader of the rounded count knows it."""
    return 0 if people < SMALLEST_SHOWN else max(SMALLEST_SHOWN, _reading(people)[0])


def _people_numbers(rows: tuple[KpiValue, ...]) -> tuple[Cell, ...]:
    """The number shown in each row of a KPI about people, the whole (category None) among them."""
    total = next((row.numerator for row in rows if row.category is None), None)
    parts = {
        index: row.numerator
        for index, row in enumerate(rows)
        if row.category is not None and row.numerator is not None
    }
    hidden, total_too = (set[int](), False) if total is None else rows_to_hide(total, parts)
    one_mark = Mark.SMALL if all(parts[i] < SMALLEST_SHOWN for i in hidden) else Mark.HIDDEN
    return tuple(
        one_mark
        if index in hidden
        else Mark.HIDDEN
        if row.category is None and total_too
        else _people(row.numerator)
        for index, row in enumerate(rows)
    )


def rows_to_hide(total: int, parts: dict[int, int]) -> tuple[set[int], bool]:
    """Which parts to hide beside a total of people, and whether the total must be hidden too.

    Small parts first, then the smallest of the others, until a reader who adds up what is shown
    cannot rule out any of 0 to 9 for a hidden part. Parts hidden for the sake of others bear the
    same mark as those, or the mark would give them away.
    """
    hidden = {index for index, count in parts.items() if count < SMALLEST_SHOWN}
    others = sorted(set(parts) - hidden, key=lambda index: parts[index])
    while hidden and not _safe(total, parts, hidden):
        if not others:
            return hidden, True
        hidden.add(others.pop(0))
    return hidden, False


def _safe(total: int, parts: dict[int, int], hidden: set[int]) -> bool:
    """Could each hidden part be any of 0 to 9, for all a reader knows?

    The reader knows the range behind each rounded figure, so the hidden parts add up to something
    between `least` and `most`; the linear programme over one sum has this closed form.
    """
    if total < SMALLEST_SHOWN:
        return True  # the total is hidden as well, so nothing can be taken away from it
    largest_small = SMALLEST_SHOWN - 1
    shown = [_reading(count) for index, count in parts.items() if index not in hidden]
    low, high = _reading(total)
    least = low - sum(most for _, most in shown)
    most = high - sum(least for least, _ in shown)
    if any(parts[index] >= SMALLEST_SHOWN for index in hidden):
        return len(hidden) > 1 and most >= largest_small
    return len(hidden) > 1 and most >= largest_small and least <= largest_small * (len(hidden) - 1)


def _reading(count: int) -> tuple[int, int]:
    """The fewest and the most that a reader of the rounded count can think of."""
    middle = (count + HALF_STEP) // STEP * STEP
    return max(SMALLEST_SHOWN, middle - HALF_STEP), middle + HALF_STEP
