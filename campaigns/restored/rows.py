"""What a restored database would send by itself: the campaigns, and how many people of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Max, Q, Sum

from campaigns.sending.models import Attempt, Campaign, Chunk, Delivery
from campaigns.sending.states import CampaignKind, CampaignStatus
from portal.models import Activity

if TYPE_CHECKING:
    from django.db.models import QuerySet

WAITING = F("queued_count") + F("deferred_count") + F("sending_count")
STARTED = (CampaignStatus.IN_PROGRESS, CampaignStatus.PAUSED)
ABOUT_TO_START = (CampaignStatus.SCHEDULED, CampaignStatus.PENDING)


@dataclass(frozen=True, slots=True)
class WouldSend:
    """One campaign that was not final when the backup was made; `waiting` people, 0 when they are not known yet."""

    campaign: Campaign
    waiting: int


def campaigns_that_would_send() -> list[WouldSend]:
    """Those that people know by name; tests and sign-up mails are counted by `other_waiting`."""
    rows = _unfinished(Q(campaign_kind=CampaignKind.CAMPAIGN)).order_by("-pk")
    found = list(rows.defer("body", "text_body")[:100])
    waiting = _waiting_of([campaign.pk for campaign in found])
    return [WouldSend(campaign, waiting.get(campaign.pk, 0)) for campaign in found]


def other_waiting() -> int:
    """Tests and sign-up mails that were on their way."""
    return _unfinished(~Q(campaign_kind=CampaignKind.CAMPAIGN)).count()


def last_deed() -> Activity | None:
    """The last thing that was done before the backup was made; what the hold itself wrote does not count."""
    return Activity.objects.exclude(verb__startswith="installation.").order_by("-pk").first()


def highest_ids() -> dict[str, int]:
    """The highest ids of what SES knows by our tags."""
    return {
        "delivery_id": Delivery.objects.aggregate(highest=Max("pk"))["highest"] or 0,
        "attempt_id": Attempt.objects.aggregate(highest=Max("pk"))["highest"] or 0,
    }


def _unfinished(kind: Q) -> QuerySet[Campaign]:
    open_ids = Chunk.objects.filter(is_open=True).values("campaign_id")
    started = Q(status__in=STARTED, pk__in=open_ids) | Q(status=CampaignStatus.IN_PROGRESS, planned_at=None)
    return Campaign.objects.filter(kind).filter(Q(status__in=ABOUT_TO_START) | started)


def _waiting_of(campaign_ids: list[int]) -> dict[int, int]:
    chunks = Chunk.objects.filter(campaign_id__in=campaign_ids, is_open=True).values("campaign_id")
    return {row["campaign_id"]: row["waiting"] for row in chunks.annotate(waiting=Sum(WAITING))}
