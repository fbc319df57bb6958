"""Who leaves between the plan and their turn gets nothing; the same on both databases."""

from __future__ import annotations

import pytest

from campaigns.audience.models import ContactList, ListMembership
from campaigns.preferences.services import take_back, unsubscribe
from campaigns.privacy.forgotten import keep_forgotten
from campaigns.privacy.models import ForgottenAddress
from campaigns.sending import services
from campaigns.sending.models import Delivery
from campaigns.sending.plan import plan_campaign
from campaigns.sending.states import DeliveryState, Reason
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.running import running_campaign, send_all
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_grace(settings):
    settings.SEND_GRACE_S = 0


def mail_of(campaign, address: str = "person1@club.example") -> Delivery:
    return Delivery.objects.get(campaign=campaign, address=address)


def test_who_leaves_the_list_after_the_plan_is_skipped_with_the_reason(ses):
    campaign = running_campaign(3)
    unsubscribe(mail_of(campaign).pk, is_one_click=True)
    send_all(campaign)
    mail = mail_of(campaign)
    assert (mail.state, mail.reason) == (DeliveryState.SKIPPED, Reason.LEFT_LIST)
    assert sorted(ses.recipients()) == ["person0@club.example", "person2@club.example"]
    assert_counters_agree(campaign)


def test_who_takes_it_back_before_their_turn_gets_it(ses):
    campaign = running_campaign(3)
    unsubscribe(mail_of(campaign).pk, is_one_click=True)
    take_back(mail_of(campaign).pk)
    send_all(campaign)
    assert len(ses.recipients()) == 3


def test_who_left_one_list_and_is_on_another_of_the_campaign_still_gets_it(ses):
    news, club = ContactList.objects.create(name="news"), ContactList.objects.create(name="club")
    anna = make_contact("anna@club.example")
    for each in (news, club):
        ListMembership.objects.create(contact_list=each, contact=anna)
    first, both = make_campaign("News", status="draft"), make_campaign("Both")
    first.include_lists.add(news)
    both.include_lists.set([news, club])
    for campaign in (first, both):
        services.start_campaign(campaign.pk, actor=None)
        assert plan_campaign(campaign.pk)
    unsubscribe(mail_of(first, anna.address).pk, is_one_click=True)
    send_all(first)
    send_all(both)
    assert mail_of(first, anna.address).state == DeliveryState.SKIPPED
    assert mail_of(both, anna.address).state == DeliveryState.ACCEPTED


def test_who_was_forgotten_after_the_plan_is_skipped_and_the_others_get_it(ses):
    campaign = running_campaign(3)
    keep_forgotten("person1@club.example", ForgottenAddress.Reason.REQUEST)
    send_all(campaign)
    mail = mail_of(campaign)
    assert (mail.state, mail.reason) == (DeliveryState.SKIPPED, Reason.FORGOTTEN)
    assert len(ses.recipients()) == 2
    assert_counters_agree(campaign)
