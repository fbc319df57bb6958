"""Segments as audience: included, excluded, and kept as they were when the campaign was started."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.audience.models import Contact
from campaigns.segments.definition import as_stored
from campaigns.segments.operators import Kind, Op
from campaigns.sending.audience import audience_of, has_audience
from campaigns.sending.drafts import copy_campaign
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.plan import plan_campaign
from campaigns.sending.review import audience_text, review_campaign
from campaigns.sending.services import start_campaign, take_back
from campaigns.sending.states import CampaignStatus
from portal.errors import InvalidInput
from tests.factories.segments import asks, make_segment, of
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db

VIENNA = asks("attr:city", Kind.TEXT, Op.IS, "Wien")


def people_of(campaign: Campaign) -> set[str]:
    return set(audience_of(campaign).values_list("address", flat=True))


def letter_to_graz(**fields) -> Campaign:
    make_contact("anna@club.example", attributes={"city": "Graz"})
    make_contact("bert@club.example", attributes={"city": "Wien"})
    campaign = make_campaign(**fields)
    campaign.include_segments.add(make_segment("Graz"))
    return campaign


def planned(campaign: Campaign) -> set[str]:
    Campaign.objects.filter(pk=campaign.pk).update(send_after=timezone.now() - timedelta(seconds=5))
    assert plan_campaign(campaign.pk)
    return set(Delivery.objects.filter(campaign=campaign).values_list("address", flat=True))


def test_a_segment_is_an_audience():
    campaign = letter_to_graz()
    assert has_audience(campaign)
    assert people_of(campaign) == {"anna@club.example"}
    assert audience_text(campaign) == "in the segment “Graz”"
    assert review_campaign(campaign).will_get == 1


def test_an_excluded_segment_is_left_out_of_everybody():
    letter_to_graz()
    campaign = make_campaign("Other", is_to_everybody=True)
    campaign.exclude_segments.add(make_segment("Vienna", VIENNA))
    assert people_of(campaign) == {"anna@club.example"}
    assert audience_text(campaign) == "everybody, but not in the segment “Vienna”"


def test_an_edit_after_send_changes_nothing():
    campaign = letter_to_graz()
    start_campaign(campaign.pk, actor=None)
    segment = campaign.include_segments.get()
    segment.definition, segment.name = as_stored(of("all", VIENNA)), "Vienna"
    segment.save()
    campaign.refresh_from_db()
    assert audience_text(campaign) == "in the segment “Graz”"
    assert planned(campaign) == {"anna@club.example"}


def test_a_deleted_segment_stays_with_the_started_campaign():
    campaign = letter_to_graz()
    start_campaign(campaign.pk, actor=None)
    campaign.include_segments.get().delete()
    assert planned(Campaign.objects.get(pk=campaign.pk)) == {"anna@club.example"}


def test_days_count_from_send_however_late_the_plan_goes_on():
    contact = make_contact("anna@club.example")
    Contact.objects.filter(pk=contact.pk).update(created_at=timezone.now() - timedelta(days=7) + timedelta(minutes=5))
    campaign = make_campaign()
    campaign.include_segments.add(make_segment("New", asks("added", Kind.ADDED, Op.WITHIN, days=7)))
    start_campaign(campaign.pk, actor=None)
    Contact.objects.filter(pk=contact.pk).update(created_at=timezone.now() - timedelta(days=7, minutes=1))
    campaign.refresh_from_db()
    campaign.frozen_segments["now"] = (timezone.now() - timedelta(hours=1)).isoformat()
    campaign.save()
    assert planned(campaign) == {"anna@club.example"}


def test_a_plan_that_goes_on_writes_nobody_twice(settings):
    settings.CHUNK_SIZE = 1
    campaign = letter_to_graz()
    start_campaign(campaign.pk, actor=None)
    assert planned(campaign) == {"anna@club.example"}
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.PENDING, plan_cursor=0, lease_token="")
    Contact.objects.filter(address="bert@club.example").update(attributes={"city": "Graz"})
    assert planned(campaign) == {"anna@club.example", "bert@club.example"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(
            campaign=campaign, address="x", address_key="anna@club.example", chunk_number=0
        )  # the database itself refuses


def test_taken_back_the_draft_asks_the_segment_as_it_is_now(settings):
    settings.SEND_GRACE_S = 60
    campaign = letter_to_graz()
    start_campaign(campaign.pk, actor=None)
    take_back(campaign.pk, actor=None)
    campaign.include_segments.get().delete()
    campaign.refresh_from_db()
    assert (campaign.frozen_segments, people_of(campaign)) == ({}, set())


def test_a_segment_that_cannot_be_read_keeps_the_campaign_from_starting():
    campaign = letter_to_graz()
    campaign.include_segments.update(definition={"version": 99})
    with pytest.raises(InvalidInput, match="“Graz” cannot be read"):
        start_campaign(campaign.pk, actor=None)


def test_a_copy_asks_the_same_segments():
    campaign = letter_to_graz()
    assert people_of(copy_campaign(campaign.pk, actor=None)) == {"anna@club.example"}
