"""Changing a campaign's status: only along the table, only once, and recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.sending.models import Campaign
from campaigns.sending.states import PERSONAL_KINDS, TRANSITIONS, CampaignStatus
from portal.activity import record_activity
from portal.errors import Conflict

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_GOES_WRONG = frozenset({CampaignStatus.FAILED, CampaignStatus.PAUSED})


def locked_campaign(campaign_id: int) -> Campaign:
    """The campaign, held against change until the transaction ends. Raises Conflict when it is gone."""
    campaign = Campaign.objects.select_for_update(of=("self",)).filter(pk=campaign_id).first()
    if campaign is None:
        raise Conflict(_("This campaign no longer exists."))
    return campaign


def require_status(campaign: Campaign, *allowed: CampaignStatus, deed: str) -> None:
    """Raise Conflict, in words for the person, unless the campaign has one of the statuses."""
    if campaign.status not in allowed:
        raise Conflict(
            _("“%(name)s” is %(status)s, so it cannot be %(deed)s.")
            % {"name": campaign.name, "status": campaign.get_status_display(), "deed": deed}
        )


def change_status(
    campaign: Campaign, to: CampaignStatus, *, verb: str, actor: User | None, reason: str = "", **changes: Any
) -> None:
    """Move a locked campaign to `to`, save `changes` with it and record the deed."""
    before = CampaignStatus(campaign.status)
    if to not in TRANSITIONS[before]:
        raise Conflict(
            _("“%(name)s” is %(before)s and cannot become %(after)s.")
            % {"name": campaign.name, "before": before.label, "after": to.label}
        )
    campaign.status, campaign.status_reason = to, reason[:500]
    for field, value in changes.items():
        setattr(campaign, field, value)
    campaign.save(update_fields=["status", "status_reason", "updated_at", *changes])
    if campaign.campaign_kind in PERSONAL_KINDS and to not in _GOES_WRONG:
        return  # one for each person who gets one: the log is for the deeds of people
    record_activity(verb, actor=actor, target=campaign, **({"reason": reason} if reason else {}))


def make_due(campaign: Campaign) -> None:
    """Let the plan begin at once, by the database's clock; a second early, because clocks are set back now and then."""
    Campaign.objects.filter(pk=campaign.pk).update(send_after=Now() - timedelta(seconds=1))
