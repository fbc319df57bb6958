"""An installation at work, for the overview: campaigns of two weeks, one live, one paused, one with lost answers."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from campaigns.audience.models import Contact
from campaigns.importing.models import ContactImport
from campaigns.sending.models import Campaign, Chunk, RatePoint
from campaigns.sending.states import CampaignKind, CampaignStatus
from tests.factories.sending import make_account, make_campaign


def make_counted_campaign(
    name: str, *, days_ago: int = 0, status: str = CampaignStatus.COMPLETED, **counts: int
) -> Campaign:
    """A started campaign whose chunk has these counts (`delivered=100`), without delivery rows."""
    started_at = timezone.now() - timedelta(days=days_ago)
    campaign = make_campaign(name, status=status, started_at=started_at)
    Chunk.objects.create(
        campaign=campaign,
        number=0,
        first_delivery_id=1,
        last_delivery_id=1,
        **{f"{state}_count": count for state, count in counts.items()},
    )
    return campaign


def a_busy_installation() -> None:
    """What the pictures show."""
    account = make_account()
    account.sent_24h, account.refreshed_at, account.has_production_access = 61_240, timezone.now(), True
    account.save()
    Contact.objects.create(address="anna.berg@club.example", first_name="Anna", last_name="Berg")
    weekly = (3_010, 5_800, 3_260, 6_040, 3_480, 520, 510, 6_480, 3_990, 6_700, 4_180, 6_940, 540)
    for index, delivered in enumerate(weekly):
        make_counted_campaign(
            f"Newsletter {30 + index}",
            days_ago=13 - index,
            delivered=delivered,
            bounced=delivered // 110,
            complained=delivered // 5000,
            skipped=delivered // 60,
            uncertain=3 if index == 10 else 0,
        )
    make_counted_campaign("Donor thank-you", status=CampaignStatus.PAUSED, delivered=3_640, bounced=32, queued=18_000)
    live = make_counted_campaign(
        "Spring members' letter",
        status=CampaignStatus.IN_PROGRESS,
        delivered=27_654,
        accepted=1_311,
        bounced=232,
        complained=3,
        refused=26,
        skipped=664,
        sending=300,
        queued=18_020,
    )
    now_s = int(timezone.now().timestamp()) // 5 * 5
    RatePoint.objects.bulk_create(
        [RatePoint(campaign=live, span_s=now_s - 5 * back, accepted_count=210) for back in range(1, 20)]
    )
    make_campaign("May invitation")
    make_campaign("[Test] May invitation", campaign_kind=CampaignKind.TEST)
    ContactImport.objects.create(
        file_name="mitglieder-2026.csv", status=ContactImport.Status.CHECKED, source=ContactImport.Source.DROPPED
    )
