from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from campaigns.sending.deeds import DEEDS
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.review import review_campaign
from campaigns.sending.states import CampaignStatus, DeliveryState
from portal.models import Activity
from portal.roles import MARKETER, VIEWER
from tests.factories.campaign_pages import (
    a_broken_draft,
    a_draft,
    a_leaving_campaign,
    a_running_campaign,
    a_scheduled_campaign,
    know_identities,
)
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def log_in(client):
    def as_role(role, name="mira"):
        person, _made = User.objects.get_or_create(username=name, is_staff=True)
        person.groups.set([Group.objects.get(name=role)])
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_role


def press(client, campaign, deed, **fields):
    if deed in {"send", "schedule"}:
        fields.setdefault("accepted", [point.code for point in review_campaign(campaign).warnings])
    return client.post(reverse(f"admin:campaigns_campaign_{deed}", args=[campaign.pk]), fields, follow=True)


def said(response):
    return " ".join(str(message) for message in response.context["messages"])


def status_of(campaign):
    return Campaign.objects.get(pk=campaign.pk).status


def test_send_freezes_the_message_and_waits(log_in):
    draft = a_draft()
    response = press(log_in(MARKETER), draft, "send")
    started = Campaign.objects.get(pk=draft.pk)
    assert started.status == CampaignStatus.PENDING
    assert started.version
    assert started.version.body == draft.body
    assert b"Leaving soon" in response.content
    assert not Delivery.objects.exists()


def test_the_second_who_presses_send_is_told_who_was_first(log_in):
    draft = a_draft()
    press(log_in(MARKETER, "mira"), draft, "send")
    response = press(log_in(MARKETER, "juno"), draft, "send")
    assert "mira pressed Send already" in said(response)
    assert Activity.objects.filter(verb="campaign.started").count() == 1


def test_take_it_back_makes_a_draft_again(log_in):
    campaign = a_leaving_campaign()
    response = press(log_in(MARKETER), campaign, "take_back")
    assert status_of(campaign) == CampaignStatus.DRAFT
    assert "Nothing was sent" in said(response)


def test_send_now_ends_the_waiting(log_in, hints):
    campaign = a_leaving_campaign()
    press(log_in(MARKETER), campaign, "send_now")
    assert Campaign.objects.filter(pk=campaign.pk, send_after__lte=timezone.now()).exists()


@pytest.mark.parametrize(
    ("deed", "before", "after"),
    [("pause", "in_progress", "paused"), ("resume", "paused", "in_progress"), ("cancel", "paused", "cancelled")],
)
def test_buttons_of_the_live_page(deed, before, after, log_in):
    campaign = a_running_campaign(CampaignStatus(before))
    press(log_in(MARKETER), campaign, deed)
    assert status_of(campaign) == after


@pytest.mark.parametrize("deed", ["pause", "take_back", "send_now"])
def test_a_deed_that_comes_too_late_is_refused_in_words(deed, log_in):
    campaign = a_running_campaign(CampaignStatus.COMPLETED)
    response = press(log_in(MARKETER), campaign, deed)
    assert status_of(campaign) == CampaignStatus.COMPLETED
    assert "completed" in said(response)


@pytest.mark.parametrize("deed", [*DEEDS, "test", "send", "schedule", "copy", "discard"])
def test_a_viewer_does_nothing(deed, log_in):
    campaign = a_draft()
    assert press(log_in(VIEWER), campaign, deed).status_code == 403
    assert status_of(campaign) == CampaignStatus.DRAFT
    assert Campaign.objects.count() == 1


@pytest.mark.parametrize("deed", [*DEEDS, "send", "copy", "discard"])
def test_looking_at_the_address_of_a_deed_does_nothing(deed, log_in):
    campaign = a_draft()
    assert log_in(MARKETER).get(reverse(f"admin:campaigns_campaign_{deed}", args=[campaign.pk])).status_code == 405


def test_a_broken_message_blocks_send_with_the_line(log_in):
    draft = a_broken_draft()
    response = press(log_in(MARKETER), draft, "send")
    assert status_of(draft) == CampaignStatus.DRAFT
    assert "line 3" in said(response)


def test_a_name_that_nobody_has_blocks_send(log_in):
    draft = a_draft(body="Your seat: {{ seet }}")
    assert "“seet”" in said(press(log_in(MARKETER), draft, "send"))
    assert status_of(draft) == CampaignStatus.DRAFT


def test_an_address_that_ses_does_not_know_blocks_send(log_in):
    draft = a_draft()
    know_identities("other.example")
    assert "not verified in SES" in said(press(log_in(MARKETER), draft, "send"))
    assert status_of(draft) == CampaignStatus.DRAFT


def test_a_campaign_without_audience_is_not_sent(log_in):
    draft = a_draft()
    draft.include_lists.clear()
    assert "who gets it" in said(press(log_in(MARKETER), draft, "send"))


def test_a_scheduled_campaign_can_be_sent_today(log_in):
    campaign = a_scheduled_campaign()
    press(log_in(MARKETER), campaign, "send")
    assert status_of(campaign) == CampaignStatus.PENDING


def test_a_test_goes_out_as_a_campaign_of_its_own(log_in):
    draft = a_draft()
    contact = make_contact("anna@club.example", first_name="Anna")
    response = press(log_in(MARKETER), draft, "test", recipients="me@club.example", seen_as="anna@club.example")
    test = draft.tests.get()
    assert test.only_contact_ids == [contact.pk]
    assert test.test_recipient == "me@club.example"
    assert status_of(draft) == CampaignStatus.DRAFT
    assert "me@club.example" in said(response)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"recipients": "nobody"}, b"no @ in the address"),
        ({"recipients": "a@b.example", "seen_as": "x"}, b"no contact"),
    ],
)
def test_a_test_to_nowhere_is_refused_beside_its_field(fields, words, log_in):
    draft = a_draft()
    response = press(log_in(MARKETER), draft, "test", **fields)
    assert words in response.content
    assert not draft.tests.exists()


def test_a_copy_is_a_draft_with_the_frozen_words_and_the_audience(log_in):
    campaign = a_leaving_campaign()
    Campaign.objects.filter(pk=campaign.pk).update(body="changed behind its back")
    press(log_in(MARKETER), campaign, "copy")
    copied = Campaign.objects.latest("pk")
    assert copied.status == CampaignStatus.DRAFT
    assert campaign.version
    assert copied.body == campaign.version.body
    assert list(copied.include_lists.all()) == list(campaign.include_lists.all())


def test_only_a_draft_is_thrown_away(log_in):
    draft, running = a_draft(), a_running_campaign()
    client = log_in(MARKETER)
    press(client, draft, "discard")
    response = press(client, running, "discard")
    assert not Campaign.objects.filter(pk=draft.pk).exists()
    assert "no longer a draft" in said(response)
    assert Delivery.objects.filter(campaign=running, state=DeliveryState.DELIVERED).exists()
