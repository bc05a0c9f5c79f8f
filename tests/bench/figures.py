"""How figures are printed: medians of rounds, ratios against a floor of the same run."""

from collections.abc import Iterable
from statistics import median


def say(title: str) -> None:
    """The heading of what follows."""
    print(f"\n{title}")


def say_figure(name: str, figure: str) -> None:
    """One line, its figure aligned."""
    print(f"  {name:<58}{figure:>22}")


def say_ratio(name: str, ratios: Iterable[float], *, aim: float) -> None:
    """The median of the rounds' ratios, their spread and what we aim at."""
    every = sorted(ratios)
    figure = f"{median(every):.2f} ({every[0]:.2f}–{every[-1]:.2f})"
    say_figure(f"{name}, aim ≥ {aim}", figure)


def each_us(rates: Iterable[float]) -> float:
    """Microseconds for each, at the median rate a second."""
    return 1_000_000 / median(rates)
