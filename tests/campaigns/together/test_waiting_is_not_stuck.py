from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.scheduling.models import Wave
from campaigns.scheduling.waves import open_due_waves
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState
from campaigns.sending.watch import watch_stuck_work
from campaigns.splits.assignment import REST
from campaigns.splits.models import SplitTest
from campaigns.uncertain.moves import move_uncertain
from campaigns.uncertain.settle import NOT_ACCEPTED
from tests.factories.sending import make_campaign, plan_people
from tests.factories.splits import a_started_test
from tests.factories.uncertain import LOST

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_grace(settings):
    settings.SEND_GRACE_S = 0


def test_a_campaign_whose_rest_waits_for_the_winner_is_not_stuck():
    campaign = a_started_test()
    long_ago = timezone.now() - timedelta(hours=1)
    Campaign.objects.filter(pk=campaign.pk).update(updated_at=long_ago, planned_at=long_ago)
    assert watch_stuck_work() == 1
    Chunk.objects.filter(campaign=campaign).exclude(part=REST).update(is_open=False)
    assert watch_stuck_work() == 0
    SplitTest.objects.update(winner_number=1, decided_at=timezone.now())
    assert watch_stuck_work() == 0
    SplitTest.objects.update(decided_at=timezone.now() - timedelta(minutes=20))
    assert watch_stuck_work() == 1


def test_a_wave_that_the_sweep_has_just_opened_is_not_stuck():
    campaign = long_under_way([DeliveryState.QUEUED] * 3)
    moment = timezone.now() - timedelta(seconds=1)
    Chunk.objects.filter(campaign=campaign).update(not_before=moment)
    Wave.objects.create(campaign=campaign, number=0, starts_at=moment, is_planned=True)
    assert open_due_waves() == 1
    assert watch_stuck_work() == 0
    Wave.objects.update(opened_at=timezone.now() - timedelta(minutes=20))
    assert watch_stuck_work() == 1


def test_what_was_to_be_tried_later_is_not_stuck_the_moment_it_is_due():
    campaign = long_under_way([DeliveryState.QUEUED] * 3)
    Chunk.objects.filter(campaign=campaign).update(retry_at=timezone.now() - timedelta(seconds=5))
    assert watch_stuck_work() == 0
    Chunk.objects.filter(campaign=campaign).update(retry_at=timezone.now() - timedelta(minutes=20))
    assert watch_stuck_work() == 1


def test_a_campaign_that_goes_on_for_the_uncertain_is_not_stuck_at_once():
    campaign = long_under_way([LOST])
    Campaign.objects.update(status=CampaignStatus.COMPLETED)
    [row] = Delivery.objects.all()
    assert move_uncertain(Chunk.objects.get(campaign=campaign).pk, [row.pk], NOT_ACCEPTED) == 1
    assert watch_stuck_work() == 0


def long_under_way(states) -> Campaign:
    long_ago = timezone.now() - timedelta(hours=1)
    campaign = make_campaign(status=CampaignStatus.IN_PROGRESS, planned_at=long_ago)
    plan_people(campaign, states)
    Campaign.objects.filter(pk=campaign.pk).update(updated_at=long_ago)
    return campaign
