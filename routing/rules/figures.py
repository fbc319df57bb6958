"""How often rules decide: a count per rule and day."""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from routing.rules.models import RoutingRule, RuleHit

if TYPE_CHECKING:
    from collections.abc import Mapping


def count_hits(hits: Mapping[tuple[int, int], int]) -> None:
    """Add hits by (rule id, message id); a rule that was deleted meanwhile counts no more."""
    if not hits:
        return
    counts: Counter[int] = Counter()
    newest: dict[int, int] = {}
    for (rule_id, message_id), count in hits.items():
        counts[rule_id] += count
        newest[rule_id] = max(message_id, newest.get(rule_id, 0))
    now = timezone.now()
    day = now.astimezone(UTC).date()
    there = set(RoutingRule.objects.filter(pk__in=counts).values_list("pk", flat=True))
    for rule_id in sorted(there):  # in one order, so that two routers do not wait for each other
        row, _is_new = RuleHit.objects.get_or_create(rule_id=rule_id, day=day, defaults={"last_at": now})
        RuleHit.objects.filter(pk=row.pk).update(
            count=F("count") + counts[rule_id], last_message_id=newest[rule_id], last_at=now
        )
