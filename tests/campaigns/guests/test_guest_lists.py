from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from campaigns.guests.models import GuestList
from campaigns.sending.models import Campaign
from portal.models import Activity
from portal.roles import MARKETER
from tests.factories.campaign_pages import a_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    person = User.objects.create_user("kim", email="kim@office.example", is_staff=True)
    person.groups.add(Group.objects.get(name=MARKETER))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_guest_list_is_written_one_address_on_a_line_and_shown_so_again(marketer):
    typed = {"name": "Board", "addresses": "anna@club.example\nBert <bert@club.example>"}
    marketer.post(reverse("admin:campaigns_guestlist_add"), typed)
    guests = GuestList.objects.get()
    assert guests.addresses == ["anna@club.example", "bert@club.example"]
    page = marketer.get(reverse("admin:campaigns_guestlist_change", args=[guests.pk])).content.decode()
    assert "anna@club.example\nbert@club.example" in page
    assert Activity.objects.get(verb="guest_list.added").details == {"guests": 2}


def test_a_wrong_address_is_refused_beside_its_field(marketer):
    page = marketer.post(reverse("admin:campaigns_guestlist_add"), {"name": "Board", "addresses": "anna"})
    assert "“anna”" in page.content.decode()
    assert not GuestList.objects.exists()


def test_a_test_goes_to_oneself_unless_somebody_else_is_named(marketer):
    page = marketer.get(reverse("admin:campaigns_campaign_review", args=[a_draft().pk]))
    assert page.context["test_form"]["recipients"].value() == "kim@office.example"


def test_a_test_goes_to_typed_addresses_and_guests_each_once(marketer):
    draft = a_draft()
    board = GuestList.objects.create(name="Board", addresses=["anna@club.example", "bert@club.example"])
    typed = {"recipients": "kim@office.example, ANNA@club.example", "guest_lists": [board.pk]}
    marketer.post(reverse("admin:campaigns_campaign_test", args=[draft.pk]), typed)
    assert sorted(draft.tests.values_list("test_recipient", flat=True)) == [
        "anna@club.example", "bert@club.example", "kim@office.example",
    ]  # fmt: skip
    assert len(set(draft.tests.values_list("version", flat=True))) == 1


def test_a_test_to_nobody_is_refused(marketer):
    draft = a_draft()
    page = marketer.post(reverse("admin:campaigns_campaign_test", args=[draft.pk]), {"recipients": ""})
    assert "Say where the test goes" in page.content.decode()
    assert not draft.tests.exists()


def test_guests_and_typed_addresses_together_are_few_as_well(marketer):
    draft = a_draft()
    board = GuestList.objects.create(name="Board", addresses=[f"p{number}@club.example" for number in range(20)])
    typed = {"recipients": "kim@office.example", "guest_lists": [board.pk]}
    page = marketer.post(reverse("admin:campaigns_campaign_test", args=[draft.pk]), typed)
    assert "at most 20" in page.content.decode()
    assert not Campaign.objects.filter(parent=draft).exists()


def test_who_is_suppressed_is_said_at_once(marketer):
    draft = a_draft()
    url = reverse("admin:campaigns_campaign_test", args=[draft.pk])
    page = marketer.post(url, {"recipients": "kim2@club.example, me@office.example"}, follow=True)
    assert "No mail goes to kim2@club.example" in page.content.decode()
