from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from campaigns.scheduling import services
from campaigns.scheduling.models import Schedule, Wave
from campaigns.sending.models import Chunk
from campaigns.sending.states import CampaignStatus, DeliveryState
from tests.factories.sending import make_campaign, plan_people

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone_counts", "moved_to"),
    [
        ({"Europe/Berlin": 3}, datetime(2027, 3, 28, 7, tzinfo=UTC)),  # the clocks there jump in that night
        ({"Europe/Berlin": 1, "Africa/Lagos": 2}, datetime(2027, 3, 28, 8, tzinfo=UTC)),  # as most of them have it
        ({"": 3}, datetime(2027, 3, 28, 7, tzinfo=UTC)),
    ],
)
def test_a_late_wave_that_is_put_to_the_next_day_leaves_at_the_same_local_time(monkeypatch, zone_counts, moved_to):
    noon = datetime(2027, 3, 27, 12, tzinfo=UTC)
    monkeypatch.setattr("portal.leases.database_now", lambda: noon)
    campaign = make_campaign(status=CampaignStatus.IN_PROGRESS, planned_at=noon)
    plan_people(campaign, [DeliveryState.QUEUED] * 3)
    at = datetime(2027, 3, 27, 8, tzinfo=UTC)
    Schedule.objects.create(campaign=campaign, clock="recipients", local_time="2027-03-27T09:00", zone="Europe/Berlin")
    Wave.objects.create(campaign=campaign, number=0, starts_at=at, zone_counts=zone_counts, state=Wave.State.ASKING)
    Chunk.objects.filter(campaign=campaign).update(not_before=at)
    services.move_wave(campaign.pk, 0, actor=User.objects.create(username="robin"))
    assert Wave.objects.get().starts_at == moved_to
    assert Chunk.objects.get(campaign=campaign).not_before == moved_to
