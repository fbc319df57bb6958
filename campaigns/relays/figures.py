"""How a relay served: sums of what workers noted, by day and for one campaign."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from campaigns.relays.models import RelayUse
from campaigns.relays.use import no_answers, share_ms

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.relays.models import Relay

SHOWN_DAYS = 14
_COLUMNS = (
    "connection_count", "failed_connection_count", "failed_login_count", "message_count", "answer_ms_sum",
    "attachment_bytes_sum",
)  # fmt: skip


@dataclass(slots=True)
class UseFigures:
    """Sums over some notes; times in ms, sizes in bytes."""

    day: date | None = None
    connection_count: int = 0
    failed_connection_count: int = 0
    failed_login_count: int = 0
    message_count: int = 0
    answer_ms_sum: int = 0
    attachment_bytes_sum: int = 0
    attachment_bytes_max: int = 0
    answer_counts: list[int] = field(default_factory=no_answers)
    last_error: str = ""

    @property
    def mean_ms(self) -> int:
        return round(self.answer_ms_sum / self.message_count) if self.message_count else 0

    @property
    def p95_ms(self) -> int:
        """Nineteen of twenty answers came within it."""
        return share_ms(self.answer_counts, 0.95)

    @property
    def attachment_bytes_mean(self) -> int:
        return round(self.attachment_bytes_sum / self.message_count) if self.message_count else 0

    def add(self, use: RelayUse) -> None:
        for name in _COLUMNS:
            setattr(self, name, getattr(self, name) + getattr(use, name))
        self.attachment_bytes_max = max(self.attachment_bytes_max, use.attachment_bytes_max)
        if use.answer_counts:
            pairs = zip(self.answer_counts, use.answer_counts, strict=False)
            self.answer_counts = [own + other for own, other in pairs]
        self.last_error = use.error or self.last_error


def figures_of_campaign(campaign_id: int) -> UseFigures:
    """What workers met while they sent the campaign."""
    return _summed(RelayUse.objects.filter(campaign_id=campaign_id))


def figures_of_relay(relay: Relay, *, hours: int = 24) -> UseFigures:
    """The last hours."""
    return _summed(relay.uses.filter(noted_at__gte=timezone.now() - timedelta(hours=hours)))


def figures_by_day(relay: Relay) -> list[UseFigures]:
    """The days with any use within SHOWN_DAYS, the latest first, in the reader's zone."""
    days: dict[date, UseFigures] = {}
    since = timezone.now() - timedelta(days=SHOWN_DAYS)
    for use in relay.uses.filter(noted_at__gte=since).order_by("noted_at").iterator():
        day = timezone.localdate(use.noted_at)
        days.setdefault(day, UseFigures(day=day)).add(use)
    return sorted(days.values(), key=lambda figures: figures.day or date.min, reverse=True)


def _summed(uses: QuerySet[RelayUse]) -> UseFigures:
    figures = UseFigures()
    for use in uses.order_by("noted_at").iterator():
        figures.add(use)
    return figures
