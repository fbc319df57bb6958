from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from campaigns.feedback.causes import Cause
from campaigns.feedback.figures import cause_lines, event_lag
from campaigns.feedback.models import RawEvent
from campaigns.feedback.readers import readers_of
from campaigns.feedback.words import CURES
from portal.roles import VIEWER
from tests.factories.feedback import a_raw_event, a_read_campaign, a_read_delivery, weeks_of_feedback

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client, django_user_model):
    user = django_user_model.objects.create_user("viewer", is_staff=True)
    user.groups.add(Group.objects.get(name=VIEWER))
    client.force_login(user)
    return client


def text_of(client, name, *args) -> str:
    answer = client.get(reverse(f"admin:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_says_what_came_and_where_to_look(viewer):
    weeks_of_feedback()
    page = text_of(viewer, "campaigns_feedbackcount_changelist")
    assert "look into it" in page
    assert str(CURES[Cause.OTHER_ADDRESS]) in page
    assert "bounce 4711" in page


def test_serious_causes_come_first_and_days_add_up(viewer):
    weeks_of_feedback()
    lines = cause_lines()
    assert [line.is_harmless for line in lines] == sorted(line.is_harmless for line in lines)
    assert all(line.total == sum(line.by_day) for line in lines)


def test_lag_is_measured_on_what_came(viewer):
    assert (event_lag().last_at, event_lag().measured) == (None, 0)
    weeks_of_feedback()
    lag = event_lag()
    assert 2 < lag.p50_s <= lag.p99_s < 60


def test_each_cause_has_its_cure():
    assert set(CURES) == set(Cause)


def test_event_is_shown_as_it_came(viewer):
    raw = a_raw_event()
    page = text_of(viewer, "campaigns_feedbackcount_raw", raw.pk)
    assert "&quot;bounceSubType&quot;: &quot;General&quot;" in page


def test_delivery_page_leads_to_the_event_and_names_the_machine(viewer):
    row = a_read_delivery()
    page = text_of(viewer, "campaigns_campaign_person", row.campaign_id, row.pk)
    assert "Within seconds of the delivery" in page
    assert reverse("admin:campaigns_feedbackcount_raw", args=[RawEvent.objects.order_by("pk").last().pk]) in page


def test_readers_are_counted_apart_from_machines(viewer):
    campaign = a_read_campaign()
    readers = readers_of(campaign)
    assert (readers.opened, readers.clicked, readers.machine_opened, readers.machine_clicked) == (4, 1, 1, 1)
    assert readers.opened_share == 0.5
    assert "Only machines opened" in text_of(viewer, "campaigns_campaign_report", campaign.pk)
