"""Failed campaigns and refused deliveries by cause; read from chunks' counters, never by counting people."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.sending.advice import what_next
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.screen import home_of
from campaigns.sending.states import CampaignKind, CampaignStatus, DeliveryState, Reason
from portal.failures.sources import FailureSource, RowCause, register_source

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN_FOR = timedelta(days=30)
MOST_ROWS = 2_000  # newest first
_REFUSED = f"{DeliveryState.REFUSED.value}:"


def failed_campaigns() -> Iterator[RowCause]:
    """Each for itself: its reason is its own, and only a person can say whether it may still go out."""
    since = timezone.now() - SHOWN_FOR
    rows = Campaign.objects.filter(
        campaign_kind=CampaignKind.CAMPAIGN, status=CampaignStatus.FAILED, updated_at__gte=since
    ).defer("body", "text_body")
    for campaign in rows.order_by("-pk")[:100]:
        text = f"{campaign.name}: {campaign.status_reason or _('It stopped before everybody was written to.')}"
        cure = _("Mend what the reason says. Then send to those it did not reach, from its page.")
        at = campaign.finished_at or campaign.updated_at
        yield RowCause(str(campaign.pk), text, cure, 1, home_of(campaign), at, at, can_try=False)


def refused_deliveries() -> Iterator[RowCause]:
    """People to whom a campaign could not be sent, by campaign and reason."""
    since = timezone.now() - SHOWN_FOR
    chunks = Chunk.objects.filter(refused_count__gt=0, campaign__created_at__gte=since).order_by("-pk")
    people: Counter[tuple[int, int]] = Counter()
    for campaign_id, causes in chunks.values_list("campaign_id", "cause_counts")[:MOST_ROWS]:
        for code, count in causes.items():
            if code.startswith(_REFUSED):
                people[campaign_id, int(code.removeprefix(_REFUSED))] += count
    campaigns = Campaign.objects.defer("body", "text_body").in_bulk({campaign_id for campaign_id, _reason in people})
    for (campaign_id, reason), count in people.most_common():
        campaign = campaigns[campaign_id]
        url = f"{reverse('admin:campaigns_campaign_people', args=[campaign_id])}?state=refused&reason={reason}"
        text = f"{campaign.name}: {Reason(reason).label}"
        cure = what_next(DeliveryState.REFUSED, Reason(reason))
        yield RowCause(
            f"{campaign_id}:{reason}", text, cure, count, url, campaign.started_at, campaign.finished_at, can_try=False
        )


def register_mail_sources() -> None:
    """Tell the failures page of them."""
    view = "campaigns.view_campaign"
    register_source(FailureSource("campaigns", gettext_lazy("Campaigns"), "send", view, failed_campaigns))
    register_source(FailureSource("deliveries", gettext_lazy("Refused messages"), "mail", view, refused_deliveries))
