"""The piece of feedback that campaigns' pages show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from campaigns.feedback.readers import readers_of

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign

register = template.Library()


@register.inclusion_tag("campaigns/feedback/readers_card.html")
def readers_card(campaign: Campaign) -> dict[str, Any]:
    """How many opened and clicked; nothing for a campaign that does not count them."""
    readers = readers_of(campaign)
    return {"readers": readers, "is_shown": campaign.is_tracked or not readers.is_empty}
