from __future__ import annotations

import pytest

from campaigns.follow_ups.services import follow_up_failed
from campaigns.sending import services
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.plan import plan_campaign
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.uncertain import settle
from campaigns.uncertain.settle import settle_uncertain
from tests.factories.sending import make_account, make_contact
from tests.factories.uncertain import LOST, doubtful_campaign, make_beat, make_way

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(settings, monkeypatch):
    settings.SEND_GRACE_S = 0
    monkeypatch.setattr("portal.aws.sqs.waiting_count", lambda _name: 0)


def good_news(account) -> None:
    make_beat(account, sent_ago_s=7200)
    make_beat(account, sent_ago_s=600)


def test_silence_sends_nothing_again_to_whom_a_follow_up_serves_already():
    account = make_way()
    campaign = doubtful_campaign([LOST, LOST])
    for row in campaign.deliveries.all():
        Delivery.objects.filter(pk=row.pk).update(contact=make_contact(row.address))
    followed = follow_up_failed(campaign.pk, ["8:60"], actor=None)
    services.start_campaign(followed.pk, actor=None)
    assert plan_campaign(followed.pk)
    assert followed.deliveries.filter(state=DeliveryState.QUEUED).count() == 2
    good_news(account)
    assert settle_uncertain().proved == 0
    assert set(campaign.deliveries.values_list("state", "reason")) == {LOST}
    Delivery.objects.filter(campaign=followed).update(state=DeliveryState.CANCELLED)
    assert settle_uncertain().proved == 2


def test_those_that_nothing_settles_keep_no_others_from_their_turn(monkeypatch):
    monkeypatch.setattr(settle, "_CHUNKS_AT_ONCE", 1)
    left = (DeliveryState.UNCERTAIN, Reason.LEFT_OPEN)
    account = make_way()
    doubtful_campaign([left], name="Decided letter")
    doubtful_campaign([LOST], name="Silent letter", account=make_account(name="Without news"))
    later = doubtful_campaign([LOST], name="Later letter", account=account)
    good_news(account)
    for _minute in range(60):
        settle_uncertain()
    assert Chunk.objects.get(campaign=later).deferred_count == 1
    assert Campaign.objects.get(pk=later.pk).status == CampaignStatus.IN_PROGRESS
