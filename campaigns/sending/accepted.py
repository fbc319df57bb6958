"""Sending although some points are amber: each must have been accepted, and the log says by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.scheduling.services import schedule_by_wish
from campaigns.sending import services
from campaigns.sending.models import Campaign
from campaigns.sending.review import require_accepted
from campaigns.sending.screen import campaign_or_404
from campaigns.sending.states import CampaignStatus
from portal.activity import record_activity
from portal.errors import Conflict
from portal.models import Activity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.contrib.auth.models import User

    from campaigns.scheduling.wish import Wish


_NOT_SENT = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)


def send_accepted(campaign_id: int, *, accepted: Iterable[str], actor: User) -> Campaign:
    """Press Send with the codes of the amber points that the person has accepted.

    Raises InvalidInput when a red point blocks it, Conflict when an amber one was not accepted or somebody was faster.
    """
    try:
        return _record_accepted(campaign_id, accepted, actor, lambda: services.start_campaign(campaign_id, actor=actor))
    except Conflict as error:
        raise Conflict(_who_was_faster(campaign_id) or str(error)) from error


def schedule_accepted(campaign_id: int, *, wish: Wish, accepted: Iterable[str], actor: User) -> Campaign:
    """Schedule, as send_accepted."""
    return _record_accepted(campaign_id, accepted, actor, lambda: schedule_by_wish(campaign_id, wish, actor=actor))


def _record_accepted(campaign_id: int, accepted: Iterable[str], actor: User, act: Callable[[], Campaign]) -> Campaign:
    before = campaign_or_404(campaign_id)
    is_draft = before.status == CampaignStatus.DRAFT
    warnings = require_accepted(before, accepted) if is_draft else []
    campaign = act()
    if warnings:
        points = [point.sentence for point in warnings]
        record_activity("campaign.sent_all_the_same", actor=actor, target=campaign, points=points)
    return campaign


def _who_was_faster(campaign_id: int) -> str:
    if Campaign.objects.filter(pk=campaign_id, status__in=_NOT_SENT).exists():
        return ""  # it was taken back, or put off: something else is the matter
    deeds = Activity.objects.filter(object_type="campaigns.campaign", object_id=str(campaign_id))
    started = deeds.filter(verb="campaign.started").first()
    if started is None:
        return ""
    return _("%s pressed Send already. It is sent once; there is nothing more to do.") % started.actor_name
