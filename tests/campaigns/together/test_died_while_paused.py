from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.sending.models import Chunk, Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.sending.stops import read_stop
from campaigns.sending.sweep import sweep_campaigns
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.uncertain import a_stopped_campaign

pytestmark = pytest.mark.django_db
DIED = (DeliveryState.UNCERTAIN, Reason.WORKER_DIED)


@pytest.mark.parametrize(("leased_for_s", "named"), [(60, 0), (-60, 10)])
def test_whom_a_dead_worker_left_is_named_uncertain_though_the_campaign_stands_still(leased_for_s, named):
    campaign = a_stopped_campaign()
    busy = Chunk.objects.filter(campaign=campaign, sending_count__gt=0)
    busy.update(lease_token="worker", lease_until=timezone.now() + timedelta(seconds=leased_for_s))
    sweep_campaigns()
    died = Delivery.objects.filter(campaign=campaign, state=DIED[0], reason=DIED[1])
    assert died.count() == named
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED
    assert read_stop(campaign.pk).unknown_yet == 10 - named
    assert campaign.chunks.filter(is_open=True, queued_count=10).count() == 3
    assert_counters_agree(campaign)
