"""Moving uncertain deliveries: to be sent again, taken as sent, or left; counters and campaign go with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from campaigns.sending.counts import Tally, apply_tally
from campaigns.sending.lanes import publish_lanes
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from portal.activity import record_activity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.sending.counts import Position

CANCELLED = (DeliveryState.CANCELLED, Reason.CANCELLED_BY_PERSON)
UNDECIDED = frozenset({Reason.WORKER_DIED, Reason.ANSWER_LOST})


@transaction.atomic
def move_uncertain(chunk_id: int, delivery_ids: Sequence[int], after: tuple[DeliveryState, Reason]) -> int:
    """Move those of the deliveries that are still uncertain; returns how many. Their chunk opens when they wait again.

    What would be sent once more in a cancelled campaign becomes cancelled.
    """
    chunk = Chunk.objects.select_for_update().get(pk=chunk_id)
    rows = Delivery.objects.filter(
        pk__in=delivery_ids,
        pk__gte=chunk.first_delivery_id,
        pk__lte=chunk.last_delivery_id,
        campaign_id=chunk.campaign_id,
        state=DeliveryState.UNCERTAIN,
    )
    found = list(rows.select_for_update().order_by("pk").values_list("pk", "reason"))
    if not found:
        return 0
    if after[0] is DeliveryState.DEFERRED:
        after = _reopened(chunk, after)
    _write(chunk, found, after)
    return len(found)


def _write(chunk: Chunk, found: list[tuple[int, int]], after: Position) -> None:
    tally = Tally()
    for _pk, reason in found:
        tally.move((DeliveryState.UNCERTAIN, reason), after)
    ids = [pk for pk, _reason in found]
    Delivery.objects.filter(pk__in=ids).update(state=after[0], reason=after[1], changed_at=timezone.now())
    apply_tally(chunk, tally)


def _reopened(chunk: Chunk, after: tuple[DeliveryState, Reason]) -> tuple[DeliveryState, Reason]:
    """Let the chunk be sent once more, and its campaign when it was completed; where they end up in a cancelled one."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=chunk.campaign_id)
    if campaign.status == CampaignStatus.CANCELLED:
        return CANCELLED
    Chunk.objects.filter(pk=chunk.pk).update(is_open=True, retry_at=None)
    if campaign.status == CampaignStatus.COMPLETED:
        # Not along the table of statuses: it was completed as far as anybody knew.
        changes = {"status": CampaignStatus.IN_PROGRESS, "finished_at": None, "updated_at": timezone.now()}
        Campaign.objects.filter(pk=campaign.pk).update(**changes)
        record_activity("campaign.reopened", actor=None, target=campaign)
        campaign.status = CampaignStatus.IN_PROGRESS
    if campaign.status == CampaignStatus.IN_PROGRESS:
        publish_lanes(campaign)
    return after
