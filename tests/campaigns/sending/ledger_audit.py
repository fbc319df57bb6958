"""The auditor: a chunk's counters must be what its rows say."""

from __future__ import annotations

from collections import Counter

from campaigns.sending.counts import cause_key, count_column
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.states import DeliveryState


def assert_counters_agree(campaign: Campaign) -> None:
    for chunk in Chunk.objects.filter(campaign=campaign):
        rows = Delivery.objects.filter(
            campaign=campaign, pk__gte=chunk.first_delivery_id, pk__lte=chunk.last_delivery_id
        )
        positions = list(rows.values_list("state", "reason"))
        states = Counter(state for state, _reason in positions)
        causes = Counter(cause_key(state, reason) for state, reason in positions if reason)
        counted = {int(state): getattr(chunk, count_column(state)) for state in DeliveryState}
        assert counted == {int(state): states[state] for state in DeliveryState}
        assert chunk.cause_counts == dict(causes)
