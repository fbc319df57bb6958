from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.suppression.models import EndedSuppression, Suppression
from campaigns.suppression.services import suppress
from portal.models import Activity
from portal.roles import MARKETER, OPERATOR, OWNER, VIEWER
from tests.factories.audience import make_suppression

pytestmark = pytest.mark.django_db

LIST = reverse("admin:campaigns_suppression_changelist")
ADD = reverse("admin:campaigns_suppression_add")


def text(response):
    return response.content.decode()


def release_url(suppression):
    return reverse("admin:campaigns_suppression_release", args=[suppression.pk])


def test_the_list_is_searched_by_the_beginning_and_filtered_by_reason(log_in):
    make_suppression("anna@club.example")
    make_suppression("kim@club.example", reason="complaint")
    client = log_in(VIEWER)
    found = text(client.get(f"{LIST}?q=ANN"))
    assert "anna@club.example" in found
    assert "kim@club.example" not in found
    assert "kim@club.example" in text(client.get(f"{LIST}?reason__exact=complaint"))


def test_an_address_is_suppressed_by_hand(log_in):
    log_in(MARKETER).post(ADD, {"address": " Kim@Club.example ", "note": "asked by phone"})
    made = Suppression.objects.get()
    assert (made.address_key, made.reason, made.source) == ("kim@club.example", "manual", "operator")
    assert made.created_by is not None
    assert made.created_by.username == "a-marketer"
    assert Activity.objects.get(verb="suppression.added").actor == made.created_by


@pytest.mark.parametrize(("address", "said"), [("kim", "There is no @"), ("GONE@club.example", "already")])
def test_an_address_that_cannot_be_suppressed_is_said(log_in, address, said):
    make_suppression()
    assert said in text(log_in(MARKETER).post(ADD, {"address": address}))
    assert Suppression.objects.count() == 1


def test_the_suppression_that_is_there_is_one_click_away(log_in):
    known = make_suppression()
    page = text(log_in(MARKETER).post(ADD, {"address": "GONE@club.example"}))
    assert reverse("admin:campaigns_suppression_change", args=[known.pk]) in page


def test_a_link_from_a_person_fills_in_their_address(log_in):
    page = log_in(MARKETER).get(ADD, {"address": "kim@club.example"})
    assert page.context["adminform"].form["address"].value() == "kim@club.example"


def test_suppressing_again_keeps_the_first_entry():
    first = make_suppression("kim@club.example", reason="complaint")
    again = suppress("KIM@club.example", reason=Suppression.Reason.MANUAL, source=Suppression.Source.OPERATOR)
    assert again.pk == first.pk
    assert Suppression.objects.get().reason == "complaint"


def test_a_release_needs_a_reason_and_is_written_down(log_in):
    suppression = make_suppression()
    client = log_in(MARKETER)
    assert "Let mail go again" in text(client.get(reverse("admin:campaigns_suppression_change", args=[suppression.pk])))
    client.post(release_url(suppression), {"reason_text": " "})
    assert Suppression.objects.exists()
    client.post(release_url(suppression), {"reason_text": "new mailbox"})
    assert not Suppression.objects.exists()
    assert Activity.objects.get(verb="suppression.released").details == {"reason": "new mailbox"}


@pytest.mark.parametrize("role", [OWNER, OPERATOR, MARKETER, VIEWER])
def test_viewers_change_nothing(log_in, role):
    suppression = make_suppression()
    client = log_in(role)
    may = role != VIEWER
    assert client.get(LIST).status_code == 200
    assert client.post(ADD, {"address": "new@club.example"}).status_code == (302 if may else 403)
    assert client.post(release_url(suppression), {"reason_text": "why not"}).status_code == (302 if may else 403)
    assert Suppression.objects.filter(pk=suppression.pk).exists() is not may


def test_a_suppression_is_never_edited_or_deleted_without_a_reason(log_in):
    suppression = make_suppression()
    client = log_in(OWNER)
    change = reverse("admin:campaigns_suppression_change", args=[suppression.pk])
    assert client.post(change, {"address": "other@club.example"}).status_code == 403
    assert client.post(reverse("admin:campaigns_suppression_delete", args=[suppression.pk])).status_code == 403


def test_a_released_suppression_stays_on_record_with_its_reason(log_in):
    kim = make_suppression("Kim@club.example")
    log_in(MARKETER).post(release_url(kim), {"reason_text": "New mailbox"})

    ended = EndedSuppression.objects.get()
    assert (ended.address_key, ended.reason, ended.began_at) == ("kim@club.example", "bounce", kim.created_at)
    assert (ended.ended_by_name, ended.why) == ("a-marketer", "New mailbox")
