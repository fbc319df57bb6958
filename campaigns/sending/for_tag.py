"""Sending a campaign again by itself, to the people of one tag: what a bound drop folder does with each file."""

from __future__ import annotations

from django.db import transaction

from campaigns.audience.models import Tag
from campaigns.sending.drafts import copy_campaign
from campaigns.sending.models import Campaign
from campaigns.sending.services import start_campaign


@transaction.atomic
def start_copy_for_tag(campaign_id: int, *, tag_name: str, label: str) -> Campaign:
    """Copy the campaign for the people who carry `tag_name`, keep its exclusions, and start the copy.

    `label` names the copy, e.g. the file. Raises what start_campaign raises.
    """
    copy = copy_campaign(campaign_id, actor=None)
    original = Campaign.objects.get(pk=campaign_id)
    Campaign.objects.filter(pk=copy.pk).update(name=f"{original.name[:80]}: {label}"[:150], is_to_everybody=False)
    copy.include_lists.clear()
    copy.include_segments.clear()
    copy.include_tags.set([Tag.objects.get_or_create(name=tag_name)[0]])
    return start_campaign(copy.pk, actor=None)
