"""What the Feedback page shows: whether news comes, how late it is, and what came that could not be used."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from campaigns.feedback.causes import Cause
from campaigns.feedback.models import FeedbackCount, WaitingNotification
from campaigns.sending.models import DeliveryEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

MEASURED_EVENTS = 1_000
SHOWN_DAYS = 14
MAX_LAG = timedelta(days=1)  # what is older was played in by hand, not late


@dataclass(frozen=True, slots=True)
class EventLag:
    """How long the newest events took from SES to the ledger."""

    last_at: datetime | None  # when the last event came
    p50_s: float
    p99_s: float
    measured: int


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One cause: how often in all shown days, day by day (oldest first), and its last example."""

    cause: Cause
    total: int
    by_day: list[int]
    last_at: datetime
    example: str
    is_harmless: bool


HARMLESS = frozenset({Cause.REPEATED, Cause.NOT_OURS, Cause.UNMATCHED, Cause.ERASED})


def event_lag() -> EventLag:
    """Measured on the newest events; opens and clicks happen when they happen."""
    newest = DeliveryEvent.objects.order_by("-pk").values_list("event_type", "happened_at", "received_at")
    rows = list(newest[:MEASURED_EVENTS])
    lags = sorted(
        max(0.0, (received_at - happened_at).total_seconds())
        for event_type, happened_at, received_at in rows
        if event_type not in {"open", "click"} and received_at - happened_at < MAX_LAG
    )
    return EventLag(rows[0][2] if rows else None, _share_of(lags, 0.5), _share_of(lags, 0.99), len(lags))


def _share_of(ordered: Sequence[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else 0.0


def shown_days() -> list[date]:
    """The days (UTC) of the table, oldest first."""
    today = timezone.now().astimezone(UTC).date()
    return [today - timedelta(days=back) for back in reversed(range(SHOWN_DAYS))]


def cause_lines() -> list[CauseLine]:
    """Every cause that came up, the most serious and frequent first."""
    days = shown_days()
    found: defaultdict[str, dict[date, FeedbackCount]] = defaultdict(dict)
    for row in FeedbackCount.objects.filter(day__gte=days[0]):
        found[row.cause][row.day] = row
    lines = [_line(Cause(cause), rows, days) for cause, rows in found.items()]
    return sorted(lines, key=lambda line: (line.is_harmless, -line.total))


def _line(cause: Cause, rows: dict[date, FeedbackCount], days: list[date]) -> CauseLine:
    newest = max(rows.values(), key=lambda row: row.last_at)
    example = next((rows[day].example for day in sorted(rows, reverse=True) if rows[day].example), "")
    by_day = [rows[day].count if day in rows else 0 for day in days]
    return CauseLine(cause, sum(by_day), by_day, newest.last_at, example, cause in HARMLESS)


def waiting_count() -> int:
    """Notifications that wait for their receipt; counted up to a bound."""
    return WaitingNotification.objects.all()[:10_000].count()
