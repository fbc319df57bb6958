from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.audience.consent import Consent, consents_of, record_consent
from campaigns.audience.models import ContactList, ListMembership
from campaigns.preferences.links import unsubscribe_url
from campaigns.preferences.models import LinkUse, ListOptOut, Unsubscription
from campaigns.preferences.services import unsubscribe
from campaigns.preferences.uses import uses_since
from campaigns.sending.models import Delivery
from campaigns.sending.states import CampaignKind, DeliveryState
from campaigns.suppression.models import Suppression
from tests.factories.sending import make_campaign, make_contact, plan_people

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
Use = LinkUse.Use


def path_of(delivery: Delivery) -> str:
    return unsubscribe_url(delivery.pk).removeprefix("http://127.0.0.1:8000")


def counted() -> dict[Use, int]:
    return uses_since(timezone.now().date())


@pytest.fixture
def delivery() -> Delivery:
    return plan_people(make_campaign(is_to_everybody=True), [DeliveryState.ACCEPTED])[0]


@pytest.fixture
def letter() -> Delivery:
    """A mail of a campaign to one list; the person is on another one, too."""
    news = ContactList.objects.create(name="news", public_name="Club news")
    club = ContactList.objects.create(name="club")
    campaign = make_campaign("Spring letter")
    campaign.include_lists.add(news)
    mail = plan_people(campaign, [DeliveryState.ACCEPTED], with_contacts=True)[0]
    for each in (news, club):
        ListMembership.objects.create(contact=mail.contact, contact_list=each)
    return mail


def lists_of(delivery: Delivery) -> list[str]:
    return list(delivery.contact.lists.order_by("name").values_list("name", flat=True))


def test_looking_shows_a_button_and_changes_nothing_whatever_a_scanner_does(letter):
    scanner = Client(enforce_csrf_checks=True)
    for _round in range(3):
        for address in (path_of(letter), path_of(letter) + "?choose=yes", path_of(letter) + "?language=de"):
            answer = scanner.get(address)
            assert (answer.status_code, answer.content.count(b"<button")) == (200, 1)
            assert scanner.head(address).content == b""
            assert not answer.cookies
    assert not Suppression.objects.exists()
    assert not Unsubscription.objects.exists()
    assert lists_of(letter) == ["club", "news"]
    assert counted() == {Use.LOOKED: 9, Use.HEAD: 9}


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_change_nothing(client, letter, method):
    assert getattr(client, method)(path_of(letter)).status_code == 405
    assert not Unsubscription.objects.exists()


def test_one_click_takes_the_person_off_the_lists_that_the_mail_went_to(letter):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(path_of(letter), ONE_CLICK)
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert lists_of(letter) == ["club"]
    assert not Suppression.objects.exists()
    deed = Unsubscription.objects.get()
    assert (deed.scope, deed.is_one_click, deed.campaign_id, deed.list_names) == (
        "lists",
        True,
        letter.campaign_id,
        "news",
    )
    assert ListOptOut.objects.get().address_key == letter.address_key
    assert counted() == {Use.ONE_CLICK: 1}


def test_one_click_as_multipart_does_the_same(letter):
    body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    answer = Client(enforce_csrf_checks=True).post(
        path_of(letter), body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 200
    assert Unsubscription.objects.get().is_one_click


def test_one_click_stops_everything_where_the_mail_did_not_go_to_lists_alone(delivery):
    answer = Client(enforce_csrf_checks=True).post(path_of(delivery), ONE_CLICK)
    assert answer.status_code == 200
    found = Suppression.objects.get()
    assert (found.address, found.reason) == (delivery.address, Suppression.Reason.UNSUBSCRIBE)
    assert Unsubscription.objects.get().scope == "everything"


def test_a_mail_to_lists_or_everybody_else_as_well_stops_everything(letter):
    letter.campaign.is_to_everybody = True
    letter.campaign.save()
    unsubscribe(letter.pk, is_one_click=True)
    assert Suppression.objects.filter(address_key=letter.address_key).exists()


def test_a_campaign_whose_lists_were_deleted_stops_everything(letter):
    ContactList.objects.filter(name="news").delete()
    unsubscribe(letter.pk, is_one_click=True)
    assert Suppression.objects.filter(address_key=letter.address_key).exists()


def test_pressing_again_adds_nothing(letter, delivery, client):
    for mail in (letter, delivery):
        for _press in range(3):
            assert client.post(path_of(mail)).status_code == 200
    assert Unsubscription.objects.count() == 2


def test_a_person_whose_address_was_changed_since_gets_no_more_mail_there_either(letter):
    letter.contact.address = "anna.new@club.example"
    letter.contact.save()
    unsubscribe(letter.pk, is_one_click=True)
    assert lists_of(letter) == ["club"]
    keys = set(ListOptOut.objects.values_list("address_key", flat=True))
    assert keys == {letter.address_key, "anna.new@club.example"}


def test_the_link_in_a_test_mail_changes_nothing(client):
    delivery = plan_people(make_campaign(campaign_kind=CampaignKind.TEST), [DeliveryState.ACCEPTED])[0]
    assert client.post(path_of(delivery)).status_code == 200
    assert not Suppression.objects.exists()
    assert counted() == {Use.TEST: 1}


def test_the_link_of_a_deleted_campaign_says_so(client, delivery):
    path = path_of(delivery)
    delivery.campaign.delete()
    assert client.post(path).status_code == 404
    assert counted() == {Use.GONE: 1}


def test_bad_links_are_refused_in_words_and_counted_by_cause(client, delivery):
    path = path_of(delivery)
    forged = path[:-3] + ("aaa" if not path.endswith("aaa") else "bbb")
    for bad in (forged, path[:-5], path[:3], "/u/nonsense", "/u/2-k9-7-" + "a" * 24):
        for answer in (client.get(bad), client.post(bad, ONE_CLICK)):
            assert answer.status_code == 404
            assert b"This link does not work" in answer.content
    assert not Unsubscription.objects.exists()
    assert counted() == {Use.FORGED: 2, Use.TRUNCATED: 4, Use.DAMAGED: 2, Use.RETIRED: 2}


def test_many_bad_links_from_one_place_are_refused_but_good_ones_never(client, letter, monkeypatch):
    monkeypatch.setattr("campaigns.preferences.public_views.BAD_LINKS_PER_HOUR", 3)
    answers = [client.get("/u/nonsense").status_code for _try in range(5)]
    assert answers == [404, 404, 404, 429, 429]
    assert client.post(path_of(letter), ONE_CLICK).status_code == 200
    assert counted()[Use.LIMITED] == 2


def test_the_words_are_german_where_they_are_asked_for(client, letter):
    assert 'lang="de"' in client.get(path_of(letter) + "?language=de").content.decode()
    assert 'lang="de"' in client.get(path_of(letter), HTTP_ACCEPT_LANGUAGE="de-AT").content.decode()
    assert 'lang="en"' in client.get(path_of(letter) + "?language=tlh").content.decode()


def test_unsubscribing_takes_the_consent_back_once(delivery):
    anna = make_contact(delivery.address)
    record_consent(anna, source=Consent.Source.BY_HAND, wording="paper form")
    for _click in range(2):
        unsubscribe(delivery.pk, is_one_click=True)
    assert [(record.kind, record.source) for record in consents_of(anna)] == [
        ("withdrawn", "recipient"),
        ("given", "by-hand"),
    ]


def test_leaving_a_list_takes_back_the_consent_to_that_list_alone(letter):
    unsubscribe(letter.pk, is_one_click=True)
    assert [(record.kind, record.contact_list) for record in consents_of(letter.contact)] == [("withdrawn", "news")]
