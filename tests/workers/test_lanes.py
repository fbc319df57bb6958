from __future__ import annotations

import pytest
from django.utils import timezone

from campaigns.sending.lanes import STALE_AFTER_S
from campaigns.sending.states import CampaignStatus, DeliveryState
from campaigns.sending.sweep import sweep_campaigns
from portal.queues import TaskName
from tests.factories.sending import make_campaign, plan_people
from workers.app import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims(monkeypatch) -> list[int]:
    """The campaigns whose chunks the tasks went for; there is always another chunk."""
    seen: list[int] = []

    def send(campaign_id: int, **_rest: object) -> bool:
        seen.append(campaign_id)
        return True

    monkeypatch.setattr("workers.tasks.campaigns.send_next_chunk", send)
    return seen


def sweep_with_open_chunks(hints) -> None:
    campaign = make_campaign(status=CampaignStatus.IN_PROGRESS, planned_at=timezone.now())
    plan_people(campaign, [DeliveryState.QUEUED] * 25, chunk_size=10)
    sweep_campaigns()
    assert len(hints.kept) == 3


def test_a_hint_goes_on_as_a_lane(hints, claims):
    sweep_with_open_chunks(hints)
    hint = hints.kept.pop()
    app.tasks[hint.task.value](**hint.ids)
    assert (len(claims), len(hints.kept)) == (1, 3)


@pytest.mark.parametrize("task", [TaskName.SEND_CHUNK, TaskName.SEND_PRIORITY_CHUNK])
def test_a_hint_that_waited_too_long_ends_because_the_sweep_has_published_others(hints, claims, task):
    sweep_with_open_chunks(hints)
    old = int(hints.kept[0].ids["at_s"]) - STALE_AFTER_S - 60
    app.tasks[task.value](campaign_id=1, at_s=old)
    assert (claims, len(hints.kept)) == ([], 3)
