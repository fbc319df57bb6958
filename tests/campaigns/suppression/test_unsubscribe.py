from __future__ import annotations

import pytest
from django.test import Client

from campaigns.audience.consent import Consent, consents_of, record_consent
from campaigns.sending.states import CampaignKind, DeliveryState
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import unsubscribe_recipient
from campaigns.suppression.unsubscribe import read_token, unsubscribe_url
from tests.factories.sending import make_campaign, make_contact, plan_people

pytestmark = pytest.mark.django_db


def path_of(delivery_id: int) -> str:
    return unsubscribe_url(delivery_id).removeprefix("http://127.0.0.1:8000")


@pytest.fixture
def delivery():
    return plan_people(make_campaign(), [DeliveryState.ACCEPTED])[0]


def test_get_shows_a_button_and_changes_nothing(client, delivery):
    answer = client.get(path_of(delivery.pk))
    assert answer.status_code == 200
    assert b"<button" in answer.content
    assert not Suppression.objects.exists()


def test_one_click_post_without_cookie_or_csrf_token_suppresses(delivery):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(path_of(delivery.pk), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    found = Suppression.objects.get()
    assert (found.address, found.reason) == (delivery.address, Suppression.Reason.UNSUBSCRIBE)


def test_the_link_in_a_test_mail_changes_nothing(client):
    delivery = plan_people(make_campaign(campaign_kind=CampaignKind.TEST), [DeliveryState.ACCEPTED])[0]
    assert client.post(path_of(delivery.pk)).status_code == 200
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("damage", ["x", "", "1", "1-5", "1-5-AAAA", "2-1-abc", "1-٣-abc", "1-" + "9" * 50 + "-a"])
def test_a_damaged_link_is_refused_in_words(client, delivery, damage):
    answer = client.post(path_of(delivery.pk).rpartition("/")[0] + f"/{damage or 'nothing'}")
    assert answer.status_code == 404
    assert b"This link does not work" in answer.content
    assert not Suppression.objects.exists()


def test_a_token_opens_only_its_own_delivery():
    token = unsubscribe_url(41).rpartition("/")[2]
    assert read_token(token) == 41
    assert read_token(token.replace("-41-", "-42-")) is None


def test_unsubscribing_takes_the_consent_back_once(delivery):
    anna = make_contact(delivery.address)
    record_consent(anna, source=Consent.Source.BY_HAND, wording="paper form")
    for _click in range(2):
        unsubscribe_recipient(delivery.pk)
    assert [(record.kind, record.source) for record in consents_of(anna)] == [
        ("withdrawn", "recipient"),
        ("given", "by-hand"),
    ]
