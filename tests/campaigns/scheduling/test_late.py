"""A schedule that was missed while nothing ran: late, and after an hour it asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.scheduling.fire import start_due_campaigns
from campaigns.scheduling.models import Schedule
from campaigns.scheduling.wish import Wish
from campaigns.sending import services
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus
from portal.alerts.models import Alert
from portal.errors import InvalidInput
from portal.models import Activity
from tests.factories.campaign_pages import a_draft

pytestmark = pytest.mark.django_db


def scheduled(*, late_by: timedelta) -> Campaign:
    draft = a_draft()
    at = timezone.now() + timedelta(hours=1)
    services.schedule_campaign(draft.pk, at=at, actor=None)
    Campaign.objects.filter(pk=draft.pk).update(scheduled_at=timezone.now() - late_by)
    return draft


def fresh(campaign: Campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


def open_alerts() -> int:
    return Alert.objects.filter(code="campaign.schedule_late", cleared_at=None).count()


@pytest.mark.parametrize(("late", "starts"), [(1, True), (3500, True), (3700, False), (90_000, False)])
def test_only_over_an_hour_late_it_asks_before_it_sends(late, starts):
    campaign = scheduled(late_by=timedelta(seconds=late))
    assert start_due_campaigns() == starts
    assert fresh(campaign).status == (CampaignStatus.PENDING if starts else CampaignStatus.SCHEDULED)
    schedule = Schedule.objects.get()
    assert schedule.state == (Schedule.State.FIRED if starts else Schedule.State.ASKING)
    assert schedule.late_s == pytest.approx(late, abs=30)
    assert open_alerts() == (not starts)


def test_it_asks_once(django_assert_max_num_queries):
    scheduled(late_by=timedelta(hours=2))
    for _sweep in range(5):
        assert start_due_campaigns() == 0
    assert Alert.objects.count() == 1
    assert Activity.objects.filter(verb="campaign.schedule_held").count() == 1


def test_after_asking_it_can_be_sent_now():
    campaign = scheduled(late_by=timedelta(hours=2))
    start_due_campaigns()
    services.start_campaign(campaign.pk, actor=User.objects.create_user("robin"))
    assert fresh(campaign).status == CampaignStatus.PENDING
    assert open_alerts() == 0


def test_after_asking_it_can_be_put_off():
    campaign = scheduled(late_by=timedelta(hours=2))
    start_due_campaigns()
    at = timezone.now() + timedelta(hours=5)
    services.schedule_campaign(campaign.pk, at=at, actor=User.objects.create_user("robin"))
    assert fresh(campaign).scheduled_at == at
    assert Schedule.objects.get().state == Schedule.State.WAITING
    assert open_alerts() == 0
    assert Activity.objects.filter(verb="campaign.rescheduled").count() == 1


def test_after_asking_it_can_be_taken_back():
    campaign = scheduled(late_by=timedelta(hours=2))
    start_due_campaigns()
    services.take_back(campaign.pk, actor=User.objects.create_user("robin"))
    assert fresh(campaign).status == CampaignStatus.DRAFT
    assert not Schedule.objects.exists()
    assert open_alerts() == 0


def test_how_late_is_too_late_can_be_set(settings):
    settings.SCHEDULE_ASK_AFTER_S = 4 * 3600
    scheduled(late_by=timedelta(hours=2))
    assert start_due_campaigns() == 1


def test_the_past_cannot_be_scheduled():
    draft = a_draft()
    with pytest.raises(InvalidInput, match="has passed"):
        services.schedule_campaign(draft.pk, at=timezone.now() - timedelta(minutes=1), actor=None)


def test_the_wish_is_kept_in_the_zone_of_who_scheduled():
    draft = a_draft()
    with timezone.override("Asia/Tokyo"):
        services.schedule_campaign(draft.pk, at=timezone.now() + timedelta(hours=1), actor=None)
    schedule = Schedule.objects.get()
    assert schedule.zone == "Asia/Tokyo"
    wish = Wish(schedule.local_time, schedule.zone)
    assert abs(wish.resolved().moment - fresh(draft).scheduled_at) < timedelta(minutes=1)
