"""What campaigns know of the mail of a sending domain, for its page."""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from campaigns.breakers.figures import sum_figures
from campaigns.sending.identities import CACHE_KEY
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.states import CampaignKind
from credentials.sending_domains import figures
from credentials.sending_domains.figures import FIGURES_DAYS, SenderFigures


def register_domain_figures() -> None:
    """Let the pages of sending domains know, and forget who was verified when that changes."""
    figures.SOURCES.append(domain_figures)
    figures.AFTER_CHANGED.append(_forget_identities)


def domain_figures(domain: str) -> SenderFigures:
    """Campaigns of the last FIGURES_DAYS from addresses of the domain, or of domains below it."""
    own = Q(from_address__iendswith=f"@{domain}") | Q(from_address__iendswith=f".{domain}")
    since = timezone.now() - timedelta(days=FIGURES_DAYS)
    campaigns = Campaign.objects.filter(own, campaign_kind=CampaignKind.CAMPAIGN, planned_at__gte=since)
    ids = list(campaigns.values_list("pk", flat=True))
    found = sum_figures(Chunk.objects.filter(campaign_id__in=ids))
    return SenderFigures(len(ids), found.answered, found.complained)


def _forget_identities() -> None:
    cache.delete(CACHE_KEY)
