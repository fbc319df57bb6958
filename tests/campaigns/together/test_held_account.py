from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.breakers.models import BreakerTrip
from campaigns.breakers.services import let_account_start
from campaigns.scheduling.fire import start_due_campaigns
from campaigns.scheduling.models import Schedule
from campaigns.sending import services
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus
from tests.factories.campaign_pages import a_draft

pytestmark = pytest.mark.django_db


def test_a_schedule_that_comes_due_while_its_account_is_held_asks_and_is_not_lost():
    owner = User.objects.create_superuser("owner")
    draft = a_draft()
    services.schedule_campaign(draft.pk, at=timezone.now() + timedelta(hours=1), actor=None)
    BreakerTrip.objects.create(
        account=draft.account, measure="bounces", answered_count=1000, hit_count=90, limit_pct=5.0
    )
    Campaign.objects.filter(pk=draft.pk).update(scheduled_at=timezone.now() - timedelta(minutes=1))
    assert start_due_campaigns() == 0
    draft.refresh_from_db()
    assert draft.status == CampaignStatus.SCHEDULED
    schedule = Schedule.objects.get(campaign=draft)
    assert schedule.state == Schedule.State.ASKING
    assert "starts no campaign" in schedule.asks_because
    let_account_start(draft.account_id, reason_text="The list was cleaned.", actor=owner)
    assert services.start_campaign(draft.pk, actor=owner).status == CampaignStatus.PENDING
