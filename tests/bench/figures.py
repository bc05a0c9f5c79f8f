"""How figures are printed: medians of rounds, ratios against a floor of the same run."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from tests.bench.compare import Measured


def say(title: str) -> None:
    """The heading of what follows."""
    print(f"\n{title}")


def say_figure(name: str, figure: str) -> None:
    """One line, its figure aligned."""
    print(f"  {name:<58}{figure:>22}")


def say_rates(name: str, rates: Iterable[float]) -> None:
    """The median of the rounds' rates."""
    say_figure(name, f"{median(rates):,.0f}/s")


def say_ratio(name: str, ratios: Iterable[float], *, aim: float | None) -> None:
    """The median of the rounds' ratios, their spread and, if there is one, what we aim at."""
    every = sorted(ratios)
    figure = f"{median(every):.2f} ({every[0]:.2f}–{every[-1]:.2f})"
    say_figure(f"{name}, aim ≥ {aim}" if aim else name, figure)


def each_us(rates: Iterable[float]) -> float:
    """Microseconds for each, at the median rate a second."""
    return 1_000_000 / median(rates)


def say_throughput(measured: Measured, *, aim: float | None = None) -> None:
    """The product and its SQL, and how they compare."""
    product = [one.product for one in measured.rounds]
    bare = [one.bare for one in measured.rounds]
    say_figure("product", f"{median(one.a_second for one in product):,.0f}/s")
    say_figure("  half within", f"{median(one.p50_ms for one in product):.0f} ms")
    say_figure("  99 of 100 within", f"{median(one.p99_ms for one in product):.0f} ms")
    say_figure("its SQL, bare", f"{median(one.a_second for one in bare):,.0f}/s")
    ratios = (one.a_second / floor.a_second for one, floor in zip(product, bare, strict=True))
    say_ratio("product against its SQL", ratios, aim=aim)
    used = median(one.product_cpu_us for one in measured.rounds)
    floor_used = median(one.cpu_us for one in bare)
    say_figure("  by processor time of the process alone", f"{floor_used / used:.2f}")


def say_layers(names: Sequence[str], measured: Measured) -> None:
    """What each layer adds: time at full load, and processor time of the process in it."""
    sql = [*measured.beginnings, [one.bare for one in measured.rounds]]
    us = [0.0, *(each_us(one.a_second for one in layer) for layer in sql)]
    us.append(each_us(one.product.a_second for one in measured.rounds))
    cpu = [0.0, *(median(one.cpu_us for one in layer) for layer in sql)]
    cpu.append(median(one.product_cpu_us for one in measured.rounds))
    say("  each layer adds, in microseconds of time at full load (of the process's processor time)")
    for name, (before, after), (idle, used) in zip(names, pairwise(us), pairwise(cpu), strict=True):
        say_figure(name, f"{after - before:,.0f} ({used - idle:,.0f})")
