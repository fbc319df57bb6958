"""What the portal knows about one person beyond their own fields: whether they get mail, and what they got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.urls import reverse

from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.screen import state_tone
from campaigns.sending.states import CampaignKind
from campaigns.suppression.models import Suppression

if TYPE_CHECKING:
    from datetime import datetime

    from campaigns.audience.models import Contact

SHOWN_DELIVERIES = 20


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One mail to the person, as the page shows it."""

    campaign: str
    url: str
    state: str
    tone: str
    reason: str
    changed_at: datetime


def suppression_of(contact: Contact) -> Suppression | None:
    """Why this person gets no mail; None when they do."""
    return Suppression.objects.filter(address_key=contact.address_key).select_related("created_by").first()


def latest_deliveries(contact: Contact) -> list[DeliveryLine]:
    """The newest mails to the person's address. The unique index on address and campaign finds them."""
    names = Prefetch("campaign", queryset=Campaign.objects.only("name", "campaign_kind"))
    rows = Delivery.objects.filter(address_key=contact.address_key).order_by("-campaign_id").prefetch_related(names)
    found = rows[: 2 * SHOWN_DELIVERIES]
    return [_line(row) for row in found if row.campaign.campaign_kind == CampaignKind.CAMPAIGN][:SHOWN_DELIVERIES]


def _line(delivery: Delivery) -> DeliveryLine:
    return DeliveryLine(
        campaign=delivery.campaign.name,
        url=reverse("admin:campaigns_campaign_person", args=[delivery.campaign_id, delivery.pk]),
        state=delivery.get_state_display(),
        tone=state_tone(delivery.state),
        reason=delivery.get_reason_display(),
        changed_at=delivery.changed_at,
    )
