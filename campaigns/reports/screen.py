"""Figures as the pages show them: charts, rows, the words of ranges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.privacy.anonymous import ANONYMOUS_DOMAIN
from campaigns.reports.figures import Line, Sums
from campaigns.reports.over_time import MOST_DAYS, Range
from portal.figures import DayChart, Series
from portal.mail.address import display_address
from portal.wording import format_count, format_percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import QueryDict

    from campaigns.sending.models import Campaign

CHOICES = (7, 30, 90, 365)
DEFAULT_DAYS = 30
SHOWN_DOMAINS = 25
_DAY_COLUMNS = 100
_WEEK_COLUMNS_DAYS = 700
_COLUMNS = ("sent", "delivered", "bounced", "complained", "opened", "clicked", "unsubscribed")
_READING = ("opened", "clicked")


@dataclass(frozen=True, slots=True)
class Cell:
    """A count and its share of those sent, "" where there is none; a dash where nothing was counted."""

    count: str
    share: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of figures."""

    label: str
    cells: list[Cell]
    url: str = ""
    note: str = ""


def column_labels() -> list[str]:
    """Heads of the columns, in the order of the cells."""
    return [
        _("Sent"), _("Delivered"), _("Bounced"), _("Complained"), _("Opened"), _("Clicked"), _("Unsubscribed"),
    ]  # fmt: skip


def uncounted_of(campaigns: Iterable[Campaign]) -> tuple[str, ...]:
    """The columns that nobody counted: opens and clicks, where no campaign asked SES for them."""
    return () if any(campaign.is_tracked for campaign in campaigns) else _READING


def row_of(label: str, sums: Sums, *, url: str = "", note: str = "", uncounted: tuple[str, ...] = ()) -> Row:
    """A line of a table."""
    cells = [Cell("–", note=_("not counted")) if name in uncounted else _cell(sums, name) for name in _COLUMNS]
    return Row(label, cells, url, note)


def tiles_of(sums: Sums, *, uncounted: tuple[str, ...] = ()) -> list[tuple[str, Cell]]:
    """The sums, each below its label."""
    return list(zip(column_labels(), row_of("", sums, uncounted=uncounted).cells, strict=True))


def domain_rows(lines: Sequence[Line], others: Sums, *, uncounted: tuple[str, ...] = ()) -> list[Row]:
    """The largest domains, and what is left of all mail."""
    shown = lines[:SHOWN_DOMAINS]
    rest = others + sum((line.sums for line in lines[SHOWN_DOMAINS:]), Sums())
    rows = [row_of(domain_words(line.key), line.sums, uncounted=uncounted) for line in shown]
    return [*rows, row_of(_("all others"), rest, uncounted=uncounted)] if rest.sent else rows


def domain_words(domain: str) -> str:
    """The domain as it is shown."""
    if domain == ANONYMOUS_DOMAIN:
        return _("people who were forgotten")
    return display_address(f"@{domain}").removeprefix("@")


def chart_of(lines: Sequence[Line]) -> DayChart:
    """Columns by day; by week or by month where days would be too many to tell apart."""
    grouped: dict[date, Sums] = {}
    for line in lines:
        start = _column_of(date.fromisoformat(line.key), len(lines))
        grouped[start] = grouped.get(start, Sums()) + line.sums
    return DayChart(
        label=_chart_label(len(lines)),
        series=[
            Series("delivered", _("delivered")),
            Series("accepted", _("no answer yet")),
            Series("bounced", _("bounced")),
            Series("complained", _("complained")),
        ],
        days=list(grouped),
        values=[
            [sums.delivered - sums.complained, sums.unanswered, sums.bounced, sums.complained]
            for sums in grouped.values()
        ],
    )


def read_range(query: QueryDict) -> tuple[Range, str]:
    """The range that the address names, and what was wrong with it, "" if nothing was."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    usual = Range(today - timedelta(days=DEFAULT_DAYS - 1), today)
    if query.get("days", ""):
        days = str(query["days"])
        if not days.isdecimal() or len(days) > len(str(MOST_DAYS)) or not 1 <= int(days) <= MOST_DAYS:
            return usual, _("“%(days)s” is not a number of days from 1 to %(most)s; here are the last %(usual)s.") % {
                "days": days[:20], "most": format_count(MOST_DAYS), "usual": DEFAULT_DAYS,
            }  # fmt: skip
        return Range(today - timedelta(days=int(days) - 1), today), ""
    if not query.get("from") and not query.get("to"):
        return usual, ""
    return _named_range(query, usual)


def _named_range(query: QueryDict, usual: Range) -> tuple[Range, str]:
    try:
        first = date.fromisoformat(query.get("from") or usual.first.isoformat())
        last = date.fromisoformat(query.get("to") or usual.last.isoformat())
    except ValueError:
        return usual, _("These are not two days, each written as 2026-05-31; here are the last %s.") % DEFAULT_DAYS
    if first > last:
        first, last = last, first
    if (last - first).days >= MOST_DAYS:
        first = last - timedelta(days=MOST_DAYS - 1)
        return Range(first, last), _("At most %s days at once; here are the last of those.") % format_count(MOST_DAYS)
    return Range(first, last), ""


def range_words(wanted: Range) -> str:
    """E.g. 1 May 2026 to 31 May 2026."""
    ends = {"first": date_format(wanted.first, "DATE_FORMAT"), "last": date_format(wanted.last, "DATE_FORMAT")}
    return _("%(first)s to %(last)s") % ends


def _cell(sums: Sums, name: str) -> Cell:
    share = sums.share(name) if name != "sent" else None
    digits = 2 if name == "complained" else 1
    return Cell(format_count(getattr(sums, name)), format_percent(share, digits=digits) if share else "")


def _column_of(day: date, day_count: int) -> date:
    if day_count <= _DAY_COLUMNS:
        return day
    if day_count <= _WEEK_COLUMNS_DAYS:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1)


def _chart_label(day_count: int) -> str:
    if day_count <= _DAY_COLUMNS:
        return _("Messages per day")
    return _("Messages per week") if day_count <= _WEEK_COLUMNS_DAYS else _("Messages per month")
