"""Whether a campaign's rows are still those that were counted, told from its counters alone.

Every change of a delivery is counted in its chunk in the same transaction, and a delivery only moves on, never round in
a circle; so equal sums mean equal rows.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Sum
from django.utils import timezone

from campaigns.preferences.models import Unsubscription
from campaigns.sending.counts import count_column
from campaigns.sending.event_sql import TRACKING_COLUMNS
from campaigns.sending.models import Chunk
from campaigns.sending.states import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Collection

_COLUMNS = (*(count_column(state) for state in DeliveryState), *TRACKING_COLUMNS)


def signs_of(campaign_ids: Collection[int]) -> dict[int, str]:
    """The sign of each campaign that has deliveries, in two queries."""
    facts: defaultdict[int, list[object]] = defaultdict(list)
    chunks = Chunk.objects.order_by().filter(campaign_id__in=campaign_ids).values("campaign_id")
    for row in chunks.annotate(last=Max("last_delivery_id"), **{f"sum_{name}": Sum(name) for name in _COLUMNS}):
        facts[row["campaign_id"]] += [row["last"], *(row[f"sum_{name}"] for name in _COLUMNS)]
    left = Unsubscription.objects.order_by().filter(campaign_id__in=campaign_ids).values_list("campaign_id")
    for campaign_id, *sums in left.annotate(Count("pk"), Count("undone_at"), Max("pk")):
        facts[campaign_id] += sums
    return {campaign_id: _hashed(found) for campaign_id, found in facts.items()}


def _hashed(facts: list[object]) -> str:
    text = json.dumps([timezone.get_default_timezone_name(), *facts])
    return hashlib.sha256(text.encode()).hexdigest()
