"""Who got single messages, found by the id range of each message's chunk: no index knows the campaign of a delivery."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Q

from campaigns.sending.models import Chunk, Delivery
from campaigns.sending.states import CampaignKind
from campaigns.transactional.models import TransactionalMessage
from portal.fields import prefix_range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

FOUND_MOST = 1_000


def deliveries_by_campaign(campaign_ids: Iterable[int]) -> dict[int, list[Delivery]]:
    """The deliveries of these messages' campaign rows, in their order; two queries for a page of them."""
    wanted = Q(pk=None)
    chunks = Chunk.objects.filter(campaign_id__in=list(campaign_ids))
    for campaign_id, first, last in chunks.values_list("campaign_id", "first_delivery_id", "last_delivery_id"):
        wanted |= Q(campaign_id=campaign_id, pk__gte=first, pk__lte=last)
    found: defaultdict[int, list[Delivery]] = defaultdict(list)
    for delivery in Delivery.objects.filter(wanted).order_by("pk"):
        found[delivery.campaign_id].append(delivery)
    return dict(found)


def messages_to(prefix: str) -> QuerySet[TransactionalMessage]:
    """Messages to addresses that begin like this; of very many, the newest."""
    low, high = prefix_range(prefix.lower())
    rows = Delivery.objects.filter(address_key__gte=low, address_key__lt=high)
    rows = rows.filter(campaign__campaign_kind=CampaignKind.MESSAGE).order_by("-pk")
    return TransactionalMessage.objects.filter(
        campaign_id__in=list(rows.values_list("campaign_id", flat=True)[:FOUND_MOST])
    )
