from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.sending.models import Campaign, Chunk, Delivery, DeliveryEvent
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.uncertain.settle import Settled, settle_uncertain
from portal.errors import Unavailable
from portal.models import Activity
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.campaign_pages import a_running_campaign
from tests.factories.sending import make_account
from tests.factories.uncertain import DIED, LOST, doubtful_campaign, make_beat, make_way

pytestmark = pytest.mark.django_db


def states_of(campaign):
    assert_counters_agree(campaign)
    return list(Delivery.objects.filter(campaign=campaign).order_by("pk").values_list("state", "reason"))


def good_news(account):
    make_beat(account, sent_ago_s=7200)
    make_beat(account, sent_ago_s=600)


def test_proved_silence_sends_once_more_by_the_normal_path():
    account = make_way()
    good_news(account)
    campaign = doubtful_campaign([LOST, DIED, DeliveryState.ACCEPTED])
    assert settle_uncertain() == Settled(heard=0, proved=2)
    waits = (DeliveryState.DEFERRED, Reason.NOT_ACCEPTED)
    assert states_of(campaign) == [waits, waits, (DeliveryState.ACCEPTED, Reason.NONE)]
    assert Chunk.objects.get(campaign=campaign).is_open
    assert settle_uncertain() == Settled()


def test_a_completed_campaign_goes_on_for_them_and_says_so():
    account = make_way()
    good_news(account)
    campaign = doubtful_campaign()
    settle_uncertain()
    campaign.refresh_from_db()
    assert (campaign.status, campaign.finished_at) == (CampaignStatus.IN_PROGRESS, None)
    verbs = set(Activity.objects.filter(object_id=str(campaign.pk)).values_list("verb", flat=True))
    assert {"campaign.reopened", "campaign.settled"} <= verbs


def test_whoever_is_settled_is_really_sent_to_and_the_campaign_completes_again(ses):
    account = make_way()
    good_news(account)
    campaign = a_running_campaign(CampaignStatus.COMPLETED, account=account)
    long_ago = timezone.now() - timedelta(hours=1)
    Delivery.objects.filter(campaign=campaign).update(changed_at=long_ago)
    assert settle_uncertain().proved == 2
    while send_next_chunk(campaign.pk, sleep=lambda _s: None):
        pass
    assert len(ses.recipients()) == 2
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.COMPLETED
    assert_counters_agree(campaign)


def test_a_cancelled_campaign_sends_nothing_more():
    account = make_way()
    good_news(account)
    campaign = doubtful_campaign([LOST], status=CampaignStatus.CANCELLED)
    assert settle_uncertain().proved == 1
    assert states_of(campaign) == [(DeliveryState.CANCELLED, Reason.CANCELLED_BY_PERSON)]


def test_a_paused_campaign_stays_paused():
    account = make_way()
    good_news(account)
    campaign = doubtful_campaign([LOST], status=CampaignStatus.PAUSED)
    settle_uncertain()
    assert Campaign.objects.get(pk=campaign.pk).status == CampaignStatus.PAUSED
    assert states_of(campaign) == [(DeliveryState.DEFERRED, Reason.NOT_ACCEPTED)]


@pytest.mark.parametrize("case", ["no heartbeat", "not back", "too early", "lost one", "off", "no set", "dead letters"])
def test_nobody_is_resent_without_proof(case, settings, dead_letters):
    account = make_way()
    ago_s = 300 if case == "too early" else 3600
    if case not in {"no heartbeat", "not back"}:
        good_news(account)
    if case == "not back":
        make_beat(account, sent_ago_s=1000, lag_s=None)
    if case == "lost one":
        make_beat(account, sent_ago_s=3000, lag_s=None)
    settings.CANARY_EVERY_S = 0 if case == "off" else 600
    dead_letters["count"] = int(case == "dead letters")
    campaign = doubtful_campaign(ago_s=ago_s, account=make_account(name="Bare") if case == "no set" else account)
    assert settle_uncertain() == Settled()
    assert states_of(campaign) == [LOST] * 3


def test_an_unreachable_queue_postpones_settling(monkeypatch):
    def fails(_name):
        raise Unavailable("no queue", service="sqs")

    monkeypatch.setattr("portal.aws.sqs.waiting_count", fails)
    account = make_way()
    good_news(account)
    doubtful_campaign()
    assert settle_uncertain() == Settled()


def test_any_word_of_ses_about_the_mail_means_that_it_was_accepted():
    account = make_way()
    good_news(account)
    campaign = doubtful_campaign([LOST])
    first = Delivery.objects.get(campaign=campaign)
    DeliveryEvent.objects.create(
        delivery_id=first.pk, event_key="d", event_type="delivery_delay", happened_at=timezone.now()
    )
    assert settle_uncertain() == Settled(heard=1)
    assert states_of(campaign)[0] == (DeliveryState.ACCEPTED, Reason.NONE)


def test_who_was_left_by_decision_is_not_settled_by_silence():
    account = make_way()
    good_news(account)
    left = (DeliveryState.UNCERTAIN, Reason.LEFT_OPEN)
    campaign = doubtful_campaign([left])
    assert settle_uncertain() == Settled()
    assert states_of(campaign) == [left]
