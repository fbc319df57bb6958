from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.audience.models import ContactList, ContactTag, ListMembership, Tag
from campaigns.sending import services
from campaigns.sending.audience import people_left_out, review_audience
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.plan import plan_campaign
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.sending.sweep import sweep_campaigns
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import suppress
from portal.errors import InvalidInput
from portal.queues import TaskName
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_chunks(settings):
    settings.SEND_GRACE_S = 0
    settings.CHUNK_SIZE = 4


def planned(campaign: Campaign) -> Campaign:
    services.start_campaign(campaign.pk, actor=None)
    assert plan_campaign(campaign.pk)
    campaign.refresh_from_db()
    return campaign


def test_review_adds_up_and_the_plan_agrees_with_it():
    for number in range(10):
        make_contact(f"p{number}@club.example", first_name="" if number in {1, 2} else "Anna")
    suppress("p3@club.example", reason=Suppression.Reason.BOUNCE, source=Suppression.Source.SES_EVENT)
    suppress("p4@club.example", reason=Suppression.Reason.UNSUBSCRIBE, source=Suppression.Source.RECIPIENT)
    campaign = make_campaign(subject="Hello", body="Dear {{ first_name }}", is_to_everybody=True)

    review = review_audience(campaign)
    assert review.total == 10
    assert review.left_out == {
        Reason.SUPPRESSED_BOUNCE: 1,
        Reason.SUPPRESSED_UNSUBSCRIBE: 1,
        Reason.MISSING_VALUE: 2,
    }
    assert review.will_get == 6
    left_out = people_left_out(campaign, Reason.MISSING_VALUE).values_list("address", flat=True)
    assert sorted(left_out) == ["p1@club.example", "p2@club.example"]

    planned(campaign)
    assert Delivery.objects.filter(campaign=campaign).count() == 10
    assert Delivery.objects.filter(campaign=campaign, state=DeliveryState.QUEUED).count() == 6
    assert list(Chunk.objects.order_by("number").values_list("number", flat=True)) == [0, 1, 2]
    assert_counters_agree(campaign)


def test_a_missing_attribute_counts_as_a_missing_value():
    make_contact("a@club.example", attributes={"city": "Graz"})
    make_contact("b@club.example", attributes={"city": ""})
    make_contact("c@club.example", attributes={})
    campaign = make_campaign(subject="To {{ city }}", body="Hello", is_to_everybody=True)
    assert review_audience(campaign).left_out == {Reason.MISSING_VALUE: 2}


def test_lists_and_tags_add_up_without_doubles_and_the_excluded_stay_out():
    both, listed, tagged, out, other = (make_contact(f"{name}@club.example") for name in "abcde")
    chosen, excluded = (ContactList.objects.create(name=name) for name in ("Members", "Board"))
    tag = Tag.objects.create(name="choir")
    for contact in (both, listed, out):
        ListMembership.objects.create(contact_list=chosen, contact=contact)
    for contact in (both, tagged):
        ContactTag.objects.create(tag=tag, contact=contact)
    ListMembership.objects.create(contact_list=excluded, contact=out)
    campaign = make_campaign()
    campaign.include_lists.add(chosen)
    campaign.include_tags.add(tag)
    campaign.exclude_lists.add(excluded)
    planned(campaign)
    addresses = Delivery.objects.filter(campaign=campaign).values_list("address", flat=True)
    assert sorted(addresses) == ["a@club.example", "b@club.example", "c@club.example"]
    assert other.address not in addresses


def test_a_campaign_to_nobody_completes_at_once():
    campaign = make_campaign()
    campaign.include_lists.add(ContactList.objects.create(name="Empty"))
    planned(campaign)
    assert campaign.status == CampaignStatus.COMPLETED


def test_a_killed_plan_goes_on_where_it_was(monkeypatch):
    monkeypatch.setattr("campaigns.sending.plan.CHUNKS_PER_BLOCK", 1)
    for number in range(10):
        make_contact(f"p{number}@club.example")
    campaign = make_campaign(is_to_everybody=True)
    services.start_campaign(campaign.pk, actor=None)
    with monkeypatch.context() as patch:
        patch.setattr("campaigns.sending.plan._let_go", _die)
        with pytest.raises(KeyboardInterrupt):
            plan_campaign(campaign.pk)
    assert not plan_campaign(campaign.pk)  # the dead plan still holds the lease
    Campaign.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert plan_campaign(campaign.pk)
    assert Delivery.objects.filter(campaign=campaign).count() == 10
    assert_counters_agree(campaign)


def _die(*_args) -> bool:
    raise KeyboardInterrupt


def test_sending_without_an_audience_says_what_is_missing():
    campaign = make_campaign(subject="", from_address="nobody")
    with pytest.raises(InvalidInput, match=r"Write a subject\. .*“nobody” is not an address\. Choose who gets it"):
        services.start_campaign(campaign.pk, actor=None)


def test_sweep_publishes_a_lost_plan_and_a_lost_lane(hints):
    make_contact("a@club.example")
    campaign = make_campaign(is_to_everybody=True)
    services.start_campaign(campaign.pk, actor=None)
    hints.kept.clear()
    sweep_campaigns()
    assert [hint.task for hint in hints.kept] == [TaskName.PLAN_CAMPAIGN]
    plan_campaign(campaign.pk)
    hints.kept.clear()
    sweep_campaigns()
    assert [hint.task for hint in hints.kept] == [TaskName.SEND_CHUNK]


def test_sweep_starts_a_scheduled_campaign_when_its_time_has_come(hints):
    make_contact("a@club.example")
    campaign = make_campaign(is_to_everybody=True)
    services.schedule_campaign(campaign.pk, at=timezone.now() + timedelta(hours=1), actor=None)
    assert sweep_campaigns()["started"] == 0
    Campaign.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    assert sweep_campaigns()["started"] == 1
    assert Campaign.objects.get().status == CampaignStatus.PENDING


def test_a_scheduled_campaign_that_cannot_start_fails_with_the_reason():
    campaign = make_campaign(is_to_everybody=True)
    services.schedule_campaign(campaign.pk, at=timezone.now() + timedelta(hours=1), actor=None)
    Campaign.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1), subject="")
    sweep_campaigns()
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.FAILED
    assert "subject" in campaign.status_reason
