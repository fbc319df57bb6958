from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from campaigns.sending.models import Delivery
from campaigns.sending.states import DeliveryState
from portal.roles import MARKETER, VIEWER
from tests.factories.uncertain import LOST, a_stopped_campaign, doubtful_campaign, people_in_doubt

pytestmark = pytest.mark.django_db
ALL = "admin:campaigns_campaign_all_uncertain"
DECIDE = "admin:campaigns_campaign_decide_uncertain"


@pytest.fixture
def log_in(client):
    def as_role(role):
        person = User.objects.create_user("mira", is_staff=True)
        person.groups.set([Group.objects.get(name=role)])
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_role


def test_the_page_names_everybody_and_says_what_settles_them(log_in):
    people_in_doubt()
    text = log_in(VIEWER).get(reverse(ALL)).content.decode()
    assert text.count("<tr>") == 1 + 6
    assert "no news can come" in text
    assert "in time" in text
    assert "Left so by decision" in text
    assert "Do it" not in text


def test_nobody_uncertain_is_said_in_words(log_in):
    assert "Nobody is uncertain" in log_in(VIEWER).get(reverse(ALL)).content.decode()


def test_a_selection_is_decided_and_leads_back(log_in):
    campaign = doubtful_campaign([LOST, LOST])
    first = Delivery.objects.filter(campaign=campaign).order_by("pk")[0]
    fields = {"choice": "sent", "reason": "asked", "person": [str(first.pk)]}
    response = log_in(MARKETER).post(reverse(DECIDE), fields, follow=True)
    assert response.redirect_chain == [(reverse(ALL), 302)]
    assert "Done for 1 person." in response.content.decode()
    first.refresh_from_db()
    assert first.state == DeliveryState.ACCEPTED


def test_all_of_a_campaign_are_decided_on_its_page(log_in):
    campaign = doubtful_campaign([LOST] * 3)
    fields = {"choice": "again", "reason": "must arrive", "whom": "all", "campaign": campaign.pk}
    response = log_in(MARKETER).post(reverse(DECIDE), fields, follow=True)
    assert "Done for 3 people." in response.content.decode()
    assert Delivery.objects.filter(campaign=campaign, state=DeliveryState.DEFERRED).count() == 3


@pytest.mark.parametrize(
    "fields",
    [{}, {"choice": "x"}, {"choice": "again", "reason": "x", "person": "\0"}, {"choice": "sent", "person": "1"}],
)
def test_what_makes_no_sense_changes_nothing_and_says_why(log_in, fields):
    campaign = doubtful_campaign([LOST])
    response = log_in(MARKETER).post(reverse(DECIDE), fields, follow=True)
    assert response.status_code == 200
    assert Delivery.objects.filter(campaign=campaign, state=DeliveryState.UNCERTAIN).count() == 1


def test_a_viewer_decides_nothing(log_in):
    assert log_in(VIEWER).post(reverse(DECIDE), {"choice": "again", "reason": "x"}).status_code == 403


def test_the_progress_page_says_what_was_on_its_way_and_what_became_of_it(log_in):
    campaign = a_stopped_campaign()
    client = log_in(VIEWER)
    text = client.get(reverse("admin:campaigns_campaign_progress", args=[campaign.pk])).content.decode()
    assert "2 calls to SES were on their way," in text
    assert "with 20 people" in text
    news = client.get(reverse("admin:campaigns_campaign_progress_json", args=[campaign.pk])).json()
    assert news["stop"] == {"accepted": 9, "not_accepted": 0, "uncertain": 1, "unknown_yet": 10}
