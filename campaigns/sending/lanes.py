"""Waking the workers for a campaign: one hint per lane; a worker that ends a chunk publishes the next hint itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from campaigns.splits.parts import open_chunks
from portal import leases
from portal.leases import is_due
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign

STALE_AFTER_S = 600  # longer than any chunk takes


def publish_lanes(campaign: Campaign) -> int:
    """Publish as many hints as lanes are free and chunks due; returns how many."""
    chunks = open_chunks(campaign.pk, campaign.status)
    busy = chunks.filter(Q(lease_until__gte=Now())).count()
    due = chunks.filter(is_due()).values("pk")[: settings.SEND_PARALLELISM].count()
    lanes = max(0, min(due, settings.SEND_PARALLELISM - busy))
    for _lane in range(lanes):
        publish_lane(campaign.pk, is_priority=campaign.is_priority)
    return lanes


def publish_lane(campaign_id: int, *, is_priority: bool, delay_s: int = 0) -> None:
    """Publish one hint for the campaign's next chunk, with the moment on the database's clock."""
    task = TaskName.SEND_PRIORITY_CHUNK if is_priority else TaskName.SEND_CHUNK
    publish(task, delay_s=delay_s, campaign_id=campaign_id, at_s=int(leases.database_now().timestamp()))


def is_stale(at_s: int) -> bool:
    """Whether a hint waited so long that the sweep has published others since.

    While all workers are busy the sweep adds hints each minute, and each would go on as a lane of its own: without an
    end to their life they pile up, and a campaign that starts later waits behind all of them.
    """
    return leases.database_now().timestamp() - at_s > STALE_AFTER_S
