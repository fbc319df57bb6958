"""Geometry of the charts, in the units of their SVG view boxes; pure: no Django, no colours, no words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR_WIDTH = 1000.0  # width of a segmented bar's view box
SMALLEST_VISIBLE = 3.0


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a bar: where it begins and how wide it is."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Rect:
    """One box of a column chart; `series` is the index of its value within the column."""

    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the chart at one value."""

    y: float
    value: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Stacked columns: `rects[i]` are the boxes of column i, bottom up; empty values have none."""

    rects: list[list[Rect]]
    ticks: list[Tick]
    slot_width: float


def segment_spans(counts: Sequence[int], *, width: float = BAR_WIDTH) -> list[Span]:
    """Share `width` among `counts`; what is not zero stays visible, and the widths add up to `width`."""
    total = sum(counts)
    if total <= 0:
        return [Span(0.0, 0.0) for _ in counts]
    shown = [max(SMALLEST_VISIBLE, width * count / total) if count > 0 else 0.0 for count in counts]
    largest = max(range(len(shown)), key=lambda index: shown[index])
    shown[largest] -= sum(shown) - width
    starts = [sum(shown[:index]) for index in range(len(shown))]
    return [Span(round(x, 2), round(piece, 2)) for x, piece in zip(starts, shown, strict=True)]


def nice_ceiling(value: float, *, steps: int = 4) -> float:
    """The smallest round number from `value` upwards that `steps` equal whole steps reach."""
    if value <= steps:
        return float(steps)
    step = value / steps
    magnitude = 10.0 ** math.floor(math.log10(step))
    for factor in (1, 2, 2.5, 5, 10):
        rounded = factor * magnitude
        if rounded >= step and rounded == int(rounded):
            return rounded * steps
    return 10 * magnitude * steps


def stack_columns(values: Sequence[Sequence[int]], *, width: float, height: float, fill: float = 0.64) -> Columns:
    """One stacked column for each entry of `values`, in a box of this size; `fill` is a column's share of its slot.

    The five ticks go from 0 at the bottom to a round number at the top.
    """
    ceiling = nice_ceiling(max((sum(column) for column in values), default=0))
    slot = width / max(1, len(values))
    scale = height / ceiling
    rects = []
    for index, column in enumerate(values):
        x = slot * (index + (1 - fill) / 2)
        rects.append(_stack(column, x=x, bottom=height, width=slot * fill, scale=scale))
    ticks = [Tick(round(height * (1 - part / 4), 2), ceiling * part / 4) for part in range(5)]
    return Columns(rects, ticks, round(slot, 2))


def _stack(column: Sequence[int], *, x: float, bottom: float, width: float, scale: float) -> list[Rect]:
    rects = []
    for series, value in enumerate(column):
        if value <= 0:
            continue
        height = max(1.0, value * scale)
        bottom -= height
        rects.append(Rect(series, round(x, 2), round(bottom, 2), round(width, 2), round(height, 2)))
    return rects


def spark_paths(
    values: Sequence[float], *, width: float = 300.0, height: float = 72.0, ceiling: float = 0.0
) -> tuple[str, str]:
    """SVG path data (area, line) of a curve that fills the box; `ceiling` is the value at the top, 0 = the largest."""
    if not values:
        return "", ""
    points = list(values) if len(values) > 1 else [values[0], values[0]]
    top = max(ceiling, *points) or 1.0
    step = width / (len(points) - 1)
    corners = [
        f"{index * step:.1f} {height - 2 - (height - 4) * value / top:.1f}" for index, value in enumerate(points)
    ]
    line = "M" + " L".join(corners)
    return f"{line} L{width:.1f} {height:.1f} L0 {height:.1f} Z", line
