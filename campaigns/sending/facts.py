"""Facts of a finished campaign beyond its figures: who started it, how long it took, why people unsubscribed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from campaigns.preferences.figures import reasons_of, unsubscribed_count
from portal.models import Activity

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign


@dataclass(frozen=True, slots=True)
class Facts:
    """What the report says besides its figures; `duration_s` None while it is not finished."""

    started_by: str
    began_at: datetime | None
    duration_s: float | None
    unsubscribed_count: int
    unsubscribe_reasons: list[tuple[str, int]]


def read_facts(campaign: Campaign) -> Facts:
    """The facts; their cost does not grow with the campaign."""
    duration_s = None
    if campaign.planned_at and campaign.finished_at:
        duration_s = max(0.0, (campaign.finished_at - campaign.planned_at).total_seconds())
    return Facts(
        _started_by(campaign),
        campaign.planned_at,
        duration_s,
        unsubscribed_count(campaign.pk),
        reasons_of(campaign.pk),
    )


def _started_by(campaign: Campaign) -> str:
    deeds = Activity.objects.filter(object_type="campaigns.campaign", object_id=str(campaign.pk))
    started = deeds.filter(verb="campaign.started").first()
    return started.actor_name if started else ""
