from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.breakers.figures import campaign_figures
from campaigns.breakers.models import BreakerLimits, BreakerTrip
from campaigns.breakers.rates import Figures
from campaigns.breakers.services import check_campaigns, resume_stopped, sweep_breakers
from campaigns.sending.events import apply_events
from campaigns.sending.models import Campaign
from campaigns.sending.services import cancel_campaign, resume_campaign
from campaigns.sending.states import CampaignKind, CampaignStatus, DeliveryState, Reason
from portal.alerts.models import Alert
from portal.errors import Conflict, InvalidInput
from portal.models import Activity
from tests.campaigns.sending.test_events import hard_bounce
from tests.factories.breakers import answer, make_answered
from tests.factories.sending import plan_people

pytestmark = pytest.mark.django_db


def status_of(campaign: Campaign) -> str:
    campaign.refresh_from_db()
    return campaign.status


def test_bounces_over_the_limit_pause_and_say_why():
    campaign = make_answered(delivered=189, bounced=11)
    assert check_campaigns([campaign.pk]) == 1
    assert status_of(campaign) == CampaignStatus.PAUSED
    assert "11 of 200 mailboxes" in campaign.status_reason
    assert "5.5 %" in campaign.status_reason
    assert "The limit is 5 %." in campaign.status_reason
    assert Activity.objects.get(verb="campaign.stopped").details["reason"] == campaign.status_reason
    assert campaign.stops.count() == 1, "what was on its way is said on the page"
    assert Alert.objects.get().url == reverse("admin:campaigns_campaign_progress", args=[campaign.pk])


def test_complaints_over_the_limit_pause():
    campaign = make_answered(delivered=20, complained=3)
    check_campaigns([campaign.pk])
    assert status_of(campaign) == CampaignStatus.PAUSED
    assert BreakerTrip.objects.get().measure == "complaints"


def test_campaign_within_its_limits_goes_on():
    campaign = make_answered(delivered=190, bounced=10)
    assert check_campaigns([campaign.pk]) == 0
    assert status_of(campaign) == CampaignStatus.IN_PROGRESS
    assert not Alert.objects.exists()


def test_full_mailboxes_and_the_list_of_ses_are_answers_but_no_hits():
    campaign = make_answered(delivered=2)
    passing = [(DeliveryState.BOUNCED, Reason.MAILBOX_FULL)] * 20
    on_list = [(DeliveryState.BOUNCED, Reason.SES_SUPPRESSED)] * 20
    plan_people(campaign, [*passing, *on_list], prefix="soft")
    assert campaign_figures(campaign.pk) == Figures(42, 0, 0)
    assert check_campaigns([campaign.pk]) == 0


def test_second_look_stops_nothing_twice():
    campaign = make_answered(bounced=11)
    assert [check_campaigns([campaign.pk]) for _ in range(3)] == [1, 0, 0]
    assert BreakerTrip.objects.count() == 1
    assert Activity.objects.filter(verb="campaign.stopped").count() == 1


@pytest.mark.parametrize("status", [CampaignStatus.PAUSED, CampaignStatus.COMPLETED, CampaignStatus.CANCELLED])
def test_only_what_is_sending_is_stopped(status):
    campaign = make_answered(bounced=50, status=status)
    assert check_campaigns([campaign.pk]) == 0
    assert status_of(campaign) == status


def test_tests_are_not_measured():
    campaign = make_answered(bounced=50, campaign_kind=CampaignKind.TEST)
    assert check_campaigns([campaign.pk]) == 0


def test_own_limits_of_an_account_go_before_those_of_the_installation():
    campaign = make_answered(delivered=90, bounced=10)
    BreakerLimits.objects.create(bounce_pct=1, bounce_sample=10)
    BreakerLimits.objects.create(account=campaign.account, bounce_pct=20, bounce_sample=10)
    assert check_campaigns([campaign.pk]) == 0
    BreakerLimits.objects.filter(account=campaign.account).delete()
    assert check_campaigns([campaign.pk]) == 1


def test_batch_of_events_stops_the_campaign_it_is_about():
    campaign = make_answered()
    rows = plan_people(campaign, [DeliveryState.ACCEPTED] * 12)
    apply_events([hard_bounce(row.pk) for row in rows[:10]])
    assert status_of(campaign) == CampaignStatus.IN_PROGRESS
    apply_events([hard_bounce(row.pk) for row in rows[10:]])
    assert status_of(campaign) == CampaignStatus.PAUSED


def test_sweep_finds_what_no_event_led_to():
    campaign = make_answered(bounced=11)
    assert sweep_breakers()["stopped"] == 1
    assert status_of(campaign) == CampaignStatus.PAUSED


def test_stopped_campaign_does_not_go_on_without_a_reason(admin_user):
    campaign = make_answered(bounced=11)
    check_campaigns([campaign.pk])
    with pytest.raises(Conflict, match="Say on its page why"):
        resume_campaign(campaign.pk, actor=admin_user)
    with pytest.raises(InvalidInput, match="why it should go on"):
        resume_stopped(campaign.pk, reason_text="  ", actor=admin_user)
    assert status_of(campaign) == CampaignStatus.PAUSED


def test_reason_is_kept_and_the_alert_is_over(admin_user):
    campaign = make_answered(bounced=11)
    check_campaigns([campaign.pk])
    resume_stopped(campaign.pk, reason_text="An old list of one club.", actor=admin_user)
    assert status_of(campaign) == CampaignStatus.IN_PROGRESS
    assert Activity.objects.get(verb="campaign.let_go_on").details["reason"] == "An old list of one club."
    trip = BreakerTrip.objects.get()
    assert (trip.why, trip.ended_by_name, trip.bounced_then) == ("An old list of one club.", "admin", 11)
    assert Alert.objects.get().cleared_at is not None


def test_after_going_on_the_same_figures_do_not_stop_it_again(admin_user):
    campaign = make_answered(delivered=100, bounced=60)
    check_campaigns([campaign.pk])
    resume_stopped(campaign.pk, reason_text="Known.", actor=admin_user)
    assert check_campaigns([campaign.pk]) == 0
    answer(campaign, delivered=500, bounced=10)
    assert check_campaigns([campaign.pk]) == 0


def test_after_going_on_new_bounces_stop_it_again(admin_user):
    campaign = make_answered(bounced=11)
    check_campaigns([campaign.pk])
    resume_stopped(campaign.pk, reason_text="Known.", actor=admin_user)
    answer(campaign, bounced=11)
    assert check_campaigns([campaign.pk]) == 1
    assert list(BreakerTrip.objects.order_by("pk").values_list("hit_count", flat=True)) == [11, 11]


def test_cancelled_campaign_needs_no_answer(admin_user):
    campaign = make_answered(bounced=11)
    check_campaigns([campaign.pk])
    cancel_campaign(campaign.pk, actor=admin_user)
    assert sweep_breakers()["over"] == 1
    assert not BreakerTrip.objects.filter(ended_at=None).exists()
    assert not Alert.objects.filter(cleared_at=None, code="campaign.breaker").exists()


def test_person_who_paused_before_the_limit_finds_it_stopped_after_resuming(admin_user):
    campaign = make_answered(bounced=11, status=CampaignStatus.PAUSED, started_at=timezone.now())
    resume_campaign(campaign.pk, actor=admin_user)
    assert sweep_breakers()["stopped"] == 1
