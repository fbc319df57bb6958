"""Campaigns with mailboxes that answered, and trips."""

from __future__ import annotations

from django.utils import timezone

from campaigns.breakers.models import BreakerLimits, BreakerTrip
from campaigns.breakers.services import check_accounts, check_campaigns
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from tests.factories.sending import make_account, make_campaign, plan_people

HARD = (DeliveryState.BOUNCED, Reason.MAILBOX_UNKNOWN)
COMPLAINT = (DeliveryState.COMPLAINED, Reason.COMPLAINED)


def make_answered(
    *,
    delivered: int = 0,
    bounced: int = 0,
    complained: int = 0,
    status: CampaignStatus = CampaignStatus.IN_PROGRESS,
    **fields,
) -> Campaign:
    """A campaign that was planned now, some of whose people's mailboxes answered."""
    campaign = make_campaign(status=status, planned_at=timezone.now(), **fields)
    answer(campaign, delivered=delivered, bounced=bounced, complained=complained)
    return campaign


def answer(campaign: Campaign, *, delivered: int = 0, bounced: int = 0, complained: int = 0) -> None:
    """Further people of the campaign, whose mailboxes answered."""
    states = [DeliveryState.DELIVERED] * delivered + [HARD] * bounced + [COMPLAINT] * complained
    if states:
        prefix = f"c{campaign.pk}-{campaign.chunks.count()}-"
        plan_people(campaign, states, chunk_size=max(1, len(states)), prefix=prefix)


def make_trip(campaign: Campaign, **fields) -> BreakerTrip:
    """A campaign that stands still because of 15 bounces of 214."""
    fields = {"measure": "bounces", "answered_count": 214, "hit_count": 15, "limit_pct": 5.0} | fields
    return BreakerTrip.objects.create(account=campaign.account, campaign=campaign, **fields)


def a_stopped_campaign() -> Campaign:
    """A campaign that the breaker stopped a moment ago, with people still waiting."""
    campaign = make_answered(delivered=189, bounced=11, name="Spring members' letter")
    plan_people(campaign, [DeliveryState.QUEUED] * 40, prefix="waiting", chunk_size=40)
    check_campaigns([campaign.pk])
    return campaign


def breakers_at_work() -> BreakerTrip:
    """An account that starts nothing, one that is well with limits of its own, and what was stopped before."""
    stopped = a_stopped_campaign()
    make_answered(delivered=600, bounced=70, complained=3, name="Winter letter", status=CampaignStatus.COMPLETED)
    check_accounts()
    well = make_account(name="Second account")
    BreakerLimits.objects.create(account=well, bounce_pct=2.5)
    over = CampaignStatus.COMPLETED
    summer = make_answered(delivered=900, bounced=3, account=well, name="Summer letter", status=over)
    make_trip(summer, ended_at=timezone.now(), ended_by_name="robin", why="An old list of one club.")
    return BreakerTrip.objects.get(campaign=stopped)
