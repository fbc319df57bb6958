"""The sweep: every minute, a hint for all that is due and that no worker holds. Losing any hint costs a minute."""

from __future__ import annotations

import logging

from django.db.models import Q
from django.db.models.functions import Now

from campaigns.approval.voiding import void_outdated
from campaigns.scheduling.fire import start_due_campaigns
from campaigns.scheduling.leaving_out import leave_out_waves
from campaigns.scheduling.waves import open_due_waves
from campaigns.sending.finish import complete_if_done, settle_paused
from campaigns.sending.lanes import publish_lanes
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.speed import sum_up_old_points
from campaigns.sending.states import CampaignStatus
from campaigns.splits.services import settle_splits
from portal.generation.services import is_held
from portal.leases import is_due
from portal.publish import publish
from portal.queues import TaskName

logger = logging.getLogger(__name__)


def sweep_campaigns() -> dict[str, int]:
    """Publish what is due; returns what was found, by kind. Nothing while a restored database is held."""
    if is_held():
        return {"held": 1}
    found = {"started": start_due_campaigns(), "plans": _publish_plans(), "waves": open_due_waves()}
    found |= {"left_out": leave_out_waves(), "winners": settle_splits(), "lanes": 0, "completed": 0}
    found["named_uncertain"] = settle_paused()
    for campaign in _with_open_chunks():
        found["lanes"] += publish_lanes(campaign)
    for campaign_id in Campaign.objects.filter(status=CampaignStatus.IN_PROGRESS, planned_at__isnull=False).values_list(
        "pk", flat=True
    ):
        found["completed"] += complete_if_done(campaign_id)
    void_outdated()
    sum_up_old_points()
    return found


def _publish_plans() -> int:
    due = Campaign.objects.filter(Q(send_after__lte=Now()), status=CampaignStatus.PENDING).filter(is_due())
    ids = list(due.values_list("pk", flat=True))
    for campaign_id in ids:
        publish(TaskName.PLAN_CAMPAIGN, campaign_id=campaign_id)
    return len(ids)


def _with_open_chunks() -> list[Campaign]:
    open_ids = Chunk.objects.filter(is_open=True).values("campaign_id")
    moving = (CampaignStatus.IN_PROGRESS, CampaignStatus.CANCELLED)
    return list(Campaign.objects.filter(status__in=moving, pk__in=open_ids))
