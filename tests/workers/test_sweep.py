from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.sending.states import CampaignStatus, DeliveryState
from portal.queues import SCHEDULE, TaskName
from tests.factories.importing import begin_check, people_csv, uploaded
from tests.factories.sending import make_campaign, plan_people
from workers.app import app
from workers.tasks import maintenance

pytestmark = pytest.mark.django_db


def sweep() -> None:
    app.tasks[TaskName.SWEEP.value]()


@pytest.fixture
def lost(hints):
    """Loses what was published so far, as a purged queue would."""
    return hints.kept.clear


def test_the_sweep_runs_every_minute():
    assert [tick.every_s for tick in SCHEDULE if tick.task is TaskName.SWEEP] == [60]


def test_an_import_whose_hint_was_lost_is_found(hints, lost):
    contact_import = begin_check(uploaded(people_csv(3)))
    lost()
    sweep()
    assert [hint.ids for hint in hints.of(TaskName.CHECK_IMPORT)] == [{"import_id": contact_import.pk}]


def test_a_campaign_whose_plan_was_lost_is_found(hints):
    due = timezone.now() - timedelta(minutes=2)
    campaign = make_campaign(status=CampaignStatus.PENDING, send_after=due)
    sweep()
    assert [hint.ids for hint in hints.of(TaskName.PLAN_CAMPAIGN)] == [{"campaign_id": campaign.pk}]


def test_a_campaign_that_can_still_be_taken_back_is_left_alone(hints):
    make_campaign(status=CampaignStatus.PENDING, send_after=timezone.now() + timedelta(minutes=1))
    sweep()
    assert hints.of(TaskName.PLAN_CAMPAIGN) == []


def test_a_campaign_with_open_chunks_gets_its_lanes_back(hints):
    campaign = make_campaign(status=CampaignStatus.IN_PROGRESS, planned_at=timezone.now())
    plan_people(campaign, [DeliveryState.QUEUED] * 25, chunk_size=10)
    sweep()
    assert [hint.ids["campaign_id"] for hint in hints.of(TaskName.SEND_CHUNK)] == [campaign.pk] * 3


def test_sweeping_an_idle_portal_publishes_nothing(hints):
    sweep()
    assert hints.kept == []


def test_a_part_that_breaks_keeps_no_other_from_being_swept(hints, monkeypatch):
    def breaks():
        raise ValueError("broken")

    monkeypatch.setitem(maintenance.PARTS, "campaigns", breaks)
    contact_import = begin_check(uploaded(people_csv(3)))
    hints.kept.clear()
    with pytest.raises(ValueError, match="broken"):
        sweep()
    assert [hint.ids for hint in hints.of(TaskName.CHECK_IMPORT)] == [{"import_id": contact_import.pk}]
