"""What the figure tags draw: parts of a whole, and series over days. Views build these; templates show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from portal.charts import segment_spans

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a whole. `code` picks the colour (`fill-<code>`) and is its key in a live page's JSON."""

    code: str
    label: str
    count: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of value in a chart; `code` picks the colour."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class DayChart:
    """Stacked columns, one for each day; `values[i]` holds one number for each series, in their order."""

    label: str
    series: Sequence[Series]
    days: Sequence[date]
    values: Sequence[Sequence[int]] = field(default_factory=list)


class SpanDict(TypedDict):
    """Place of a segment on its bar, for the JSON of a live page."""

    x: float
    width: float
    count: int


def bar_json(segments: Sequence[Segment]) -> dict[str, SpanDict]:
    """The segments as a live page's JSON carries them: {code: {x, width, count}}."""
    spans = segment_spans([segment.count for segment in segments])
    return {
        segment.code: {"x": span.x, "width": span.width, "count": segment.count}
        for segment, span in zip(segments, spans, strict=True)
    }
