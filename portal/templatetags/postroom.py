"""Tags and filters of the portal's pages; docs/development-screens.md shows each one in use."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from portal import wording
from portal.charts import segment_spans, spark_paths, stack_columns
from portal.mail.address import display_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.figures import DayChart, Segment

register = template.Library()

TONES = frozenset({"accent", "good", "warn", "bad"})
_CHART_WIDTH = 700
_CHART_HEIGHT = 200


@register.simple_tag
def icon(name: str, *, label: str = "", size: str = "") -> SafeString:
    """An icon of the sprite; without a label it is decoration and hidden from screen readers."""
    link = f"{static('postroom/icons/icons.svg')}#{name}"
    classes = "icon icon-small" if size == "small" else "icon"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', classes, label, link
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, link)


@register.simple_tag
def badge(text: object, *, tone: str = "") -> SafeString:
    """A small pill; tone is accent, good, warn, bad or nothing."""
    return format_html('<span class="badge{}">{}</span>', f" badge-{tone}" if tone in TONES else "", text)


@register.simple_tag
def local_time(moment: datetime | None, style: str = "DATETIME_FORMAT") -> SafeString:
    """A moment in the portal's zone; shell.js turns it into the reader's, the title keeps UTC. A dash for None."""
    if moment is None:
        return mark_safe("–")
    local = timezone.localtime(moment)
    utc = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC" data-style="{}">{}</time>',
        utc.isoformat(timespec="seconds"),
        utc.strftime("%Y-%m-%d %H:%M"),
        {"DATE_FORMAT": "date", "TIME_FORMAT": "time"}.get(style, "moment"),
        date_format(local, style),
    )


@register.inclusion_tag("postroom/stat_tile.html")
def stat_tile(label: str, value: object, **extra: Any) -> dict[str, Any]:
    """A card with one number. Extra: note, href, live (path), meter (0..1), tone, meter_label."""
    return {"label": label, "value": value, **extra}


@register.inclusion_tag("postroom/meter.html")
def meter(share: float, *, label: str, tone: str = "accent", live: str = "") -> dict[str, Any]:
    """A bar filled to `share` (0..1); `live` is the path of the share's width (0..100) in a live page's JSON."""
    percent = round(min(1.0, max(0.0, share)) * 100, 1)
    return {"percent": percent, "label": label, "tone": tone, "live": live}


@register.inclusion_tag("postroom/segmented_bar.html")
def segmented_bar(segments: Sequence[Segment], *, label: str, live: str = "", thin: bool = False) -> dict[str, Any]:
    """Parts of a whole in one bar; `live` is the path of `bar_json(...)` in a live page's JSON."""
    spans = segment_spans([segment.count for segment in segments])
    parts = [
        {"segment": segment, "x": str(span.x), "width": str(span.width)}
        for segment, span in zip(segments, spans, strict=True)
    ]
    return {"parts": parts, "label": label, "live": live, "thin": thin}


@register.inclusion_tag("postroom/segment_legend.html")
def segment_legend(segments: Sequence[Segment], *, live: str = "") -> dict[str, Any]:
    """The counts of a segmented bar, each with its colour and a link to its people."""
    return {"segments": segments, "live": live}


@register.inclusion_tag("postroom/day_chart.html")
def bar_chart(chart: DayChart) -> dict[str, Any]:
    """Stacked columns by day with titles, and the same numbers as a table below."""
    columns = stack_columns(chart.values, width=_CHART_WIDTH, height=_CHART_HEIGHT)
    every = max(1, len(chart.days) // 7)
    days = [
        {
            "day": day,
            "x": str(round(columns.slot_width * index, 2)),
            "is_labelled": (len(chart.days) - 1 - index) % every == 0,
            "rects": [
                {name: str(getattr(rect, name)) for name in ("x", "y", "width", "height")}
                | {"code": chart.series[rect.series].code}
                for rect in columns.rects[index]
            ],
            "values": list(zip(chart.series, chart.values[index], strict=True)),
        }
        for index, day in enumerate(chart.days)
    ]
    ticks = [{"y": str(tick.y), "label": wording.format_count(tick.value)} for tick in reversed(columns.ticks)]
    return {
        "chart": chart,
        "days": days,
        "ticks": ticks,
        "width": str(_CHART_WIDTH),
        "height": str(_CHART_HEIGHT),
        "slot_width": str(columns.slot_width),
    }


@register.inclusion_tag("postroom/sparkline.html")
def sparkline(values: Sequence[float], *, label: str, ceiling: float = 0.0, live: str = "") -> dict[str, Any]:
    """A small curve; `live` is the path of {"area": ..., "line": ...} (charts.spark_paths) in a live page's JSON."""
    area, line = spark_paths(values, ceiling=ceiling)
    return {"area": area, "line": line, "label": label, "live": live}


@register.filter
def count(value: float | None) -> str:
    """{{ 48210|count }}: 48,210."""
    return wording.format_count(value)


@register.filter
def percent(share: float | None, digits: int = 1) -> str:
    """{{ 0.987|percent }}: 98.7 %."""
    return wording.format_percent(share, digits=digits)


@register.filter
def duration(seconds: float | None) -> str:
    """{{ 425|duration }}: 7 min."""
    return wording.format_duration(seconds)


@register.filter(name="address")
def shown_address(address: str) -> str:
    """{{ "anna@xn--mnchen-3ya.example"|address }}: anna@münchen.example."""
    return display_address(address)


@register.filter
def rate(per_s: float | None) -> str:
    """{{ 42.3|rate }}: 42."""
    return wording.format_rate(per_s)
