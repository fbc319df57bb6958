"""Five schedulers at once: each schedule and each wave fires once, each question is asked once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.scheduling.fire import start_due_campaigns
from campaigns.scheduling.models import Schedule, Wave
from campaigns.scheduling.waves import open_due_waves
from campaigns.sending import services
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus
from portal.alerts.models import Alert
from portal.models import Activity
from tests.factories.campaign_pages import know_identities
from tests.factories.sending import make_campaign, make_contact

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
SCHEDULERS, CAMPAIGNS = 5, 12


def at_once(act: Callable[[], int]) -> int:
    """Let five threads, each with its own connection, do it at the same moment; the sum of what they say."""
    barrier, said = threading.Barrier(SCHEDULERS), []

    def run() -> None:
        try:
            barrier.wait(30)
            said.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(SCHEDULERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(said) == SCHEDULERS
    return sum(said)


def scheduled(*, late_by: timedelta) -> None:
    know_identities()
    make_contact("anna@club.example")
    for number in range(CAMPAIGNS):
        campaign = make_campaign(f"Letter {number}", is_to_everybody=True)
        services.schedule_campaign(campaign.pk, at=timezone.now() + timedelta(hours=1), actor=None)
    Campaign.objects.update(scheduled_at=timezone.now() - late_by)


def test_each_schedule_fires_once():
    scheduled(late_by=timedelta(seconds=5))
    assert at_once(start_due_campaigns) == CAMPAIGNS
    assert Campaign.objects.filter(status=CampaignStatus.PENDING).count() == CAMPAIGNS
    assert Activity.objects.filter(verb="campaign.started").count() == CAMPAIGNS


def test_each_late_schedule_asks_once():
    scheduled(late_by=timedelta(hours=2))
    assert at_once(start_due_campaigns) == 0
    assert Schedule.objects.filter(state=Schedule.State.ASKING).count() == CAMPAIGNS
    assert Alert.objects.filter(code="campaign.schedule_late").count() == CAMPAIGNS
    assert Activity.objects.filter(verb="campaign.schedule_held").count() == CAMPAIGNS


def test_each_wave_opens_once():
    campaign = make_campaign(status=CampaignStatus.IN_PROGRESS, planned_at=timezone.now())
    due = timezone.now() - timedelta(seconds=5)
    for number in range(CAMPAIGNS):
        Wave.objects.create(campaign=campaign, number=number, starts_at=due, zone_counts={"UTC": 1})
    assert at_once(open_due_waves) == CAMPAIGNS
    assert Wave.objects.filter(state=Wave.State.OPEN).count() == CAMPAIGNS
