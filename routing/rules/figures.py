"""How often rules decided, and what no rule took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Sum
from django.utils import timezone

from routing.inbound.models import InboundDelivery
from routing.rules.models import RuleHit

SHOWN_DAYS = 30
UNMATCHED_DAYS = 7
UNMATCHED_SHOWN = 20
COUNTED_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Hits:
    """How many messages a rule decided in SHOWN_DAYS, and when it last did (further back, too)."""

    count: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A recipient that no rule was made for."""

    recipient: str
    count: int
    last_at: datetime


def hits_of(rule_ids: Sequence[int]) -> dict[int, Hits]:
    """By rule; those that never decided are left out."""
    since = timezone.now().date() - timedelta(days=SHOWN_DAYS)
    rows = RuleHit.objects.filter(rule_id__in=rule_ids).values("rule_id").order_by()
    last = dict(rows.annotate(at=Max("last_at")).values_list("rule_id", "at"))
    recent = rows.filter(day__gt=since).annotate(total=Sum("count"))
    counts: dict[int, int] = dict(recent.values_list("rule_id", "total"))
    return {rule_id: Hits(counts.get(rule_id, 0), at) for rule_id, at in last.items()}


def default_hits() -> Hits:
    """How many deliveries the last row made in SHOWN_DAYS, counted up to COUNTED_AT_MOST."""
    since = timezone.now() - timedelta(days=SHOWN_DAYS)
    found = InboundDelivery.objects.filter(rule_key="", created_at__gte=since, message__is_canary=False)
    last = found.order_by("-pk").values_list("created_at", flat=True).first()
    return Hits(found.order_by()[:COUNTED_AT_MOST].count(), last)


def unmatched_recipients(*, most: int = UNMATCHED_SHOWN) -> list[Unmatched]:
    """Recipients of the last UNMATCHED_DAYS that only the last row took, the most frequent first."""
    since = timezone.now() - timedelta(days=UNMATCHED_DAYS)
    rows = InboundDelivery.objects.filter(rule_key="", created_at__gte=since, message__is_canary=False)
    grouped = rows.values("recipient").order_by()
    counted = grouped.annotate(total=Count("message_id", distinct=True), at=Max("created_at"))
    shown = counted.order_by("-total", "recipient")[:most]
    return [Unmatched(row["recipient"], row["total"], row["at"]) for row in shown]
