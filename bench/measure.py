"""Measures variants against each other in one run: interleaved rounds, CPU time (user and system), medians.

Only ratios from one run mean anything; the machine is shared and single figures swing by half.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Variant = Callable[[], int]  # does the work once and returns how many items it did


@dataclass(frozen=True, slots=True)
class Figure:
    """CPU of this process for one item of one variant, over all rounds."""

    cpu_us: float
    lowest_us: float
    highest_us: float


def measure(variants: Mapping[str, Variant], *, rounds: int = 5) -> dict[str, Figure]:
    """Run every variant once per round, in turn, after one round that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(rounds + 1):
        for name, work in variants.items():
            cpu_us = _cpu_us_per_item(work)
            if number:
                taken[name].append(cpu_us)
    return {name: Figure(statistics.median(figures), min(figures), max(figures)) for name, figures in taken.items()}


def _cpu_us_per_item(work: Variant) -> float:
    started = time.process_time()
    items = work()
    return (time.process_time() - started) * 1e6 / items


def print_figures(title: str, figures: Mapping[str, Figure], *, base: str) -> None:
    """Print the figures as a table, each with its ratio to `base`."""
    print(f"{title}\n{'':42}{'CPU us each':>12}{'low - high':>18}{'ratio':>12}")
    for name, figure in figures.items():
        span = f"{figure.lowest_us:.1f} - {figure.highest_us:.1f}"
        print(f"{name:42}{figure.cpu_us:12.1f}{span:>18}{_ratio(figure, figures[base]):>12}")


def _ratio(figure: Figure, base: Figure) -> str:
    ratio = figure.cpu_us / base.cpu_us
    return f"{ratio:.2f}" if ratio >= 0.5 else f"1/{1 / ratio:.0f}"
