"""Sending a campaign again by itself, to the people of one tag: what a bound drop folder does with each file."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.approval.gate import ApprovalNeeded
from campaigns.approval.services import request_approval
from campaigns.audience.models import Tag
from campaigns.sending.drafts import copy_campaign
from campaigns.sending.models import Campaign
from campaigns.sending.services import start_campaign
from campaigns.sending.states import OriginKind


@transaction.atomic
def start_copy_for_tag(campaign_id: int, *, tag_name: str, label: str) -> Campaign:
    """Copy the campaign for the people who carry `tag_name`, keep its exclusions, and start the copy.

    `label` names the copy, e.g. the file. A copy that needs a second person stays a draft, and that person is asked.
    Raises what start_campaign raises otherwise.
    """
    copy = copy_campaign(campaign_id, actor=None)
    original = Campaign.objects.get(pk=campaign_id)
    # For these people alone, also where the original followed another campaign.
    Campaign.objects.filter(pk=copy.pk).update(
        name=f"{original.name[:80]}: {label}"[:150], is_to_everybody=False, origin=None, origin_kind=OriginKind.NONE,
        origin_causes=[],
    )  # fmt: skip
    copy.include_lists.clear()
    copy.include_segments.clear()
    copy.include_tags.set([Tag.objects.get_or_create(name=tag_name)[0]])
    try:
        return start_campaign(copy.pk, actor=None)
    except ApprovalNeeded:
        note = _("From the drop folder of “%(name)s”: %(file)s") % {"name": original.name, "file": label}
        return request_approval(copy.pk, note=note, wish=None, actor=None).campaign
