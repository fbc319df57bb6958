from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.audience.models import Contact, ContactList, ListMembership
from campaigns.bulk.models import FormerAddress
from campaigns.follow_ups.causes import Offer, failed_causes
from campaigns.follow_ups.services import count_joined, follow_up_failed, follow_up_joined
from campaigns.messages.models import HouseLayout
from campaigns.person.why import Why, explain
from campaigns.person.why_facts import asked_about, gather
from campaigns.sending import services
from campaigns.sending.audience import audience_of, review_audience
from campaigns.sending.drafts import copy_campaign
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.plan import plan_campaign
from campaigns.sending.review import audience_text, review_campaign
from campaigns.sending.states import CampaignStatus, DeliveryState, OriginKind, Reason
from campaigns.splits.drafts import save_split
from campaigns.splits.models import SplitTest
from campaigns.splits.versions import versions_of
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import suppress
from portal.errors import Conflict, InvalidInput
from portal.roles import MARKETER, VIEWER
from tests.factories.campaign_pages import know_identities
from tests.factories.running import running_campaign, send_all
from tests.factories.sending import make_contact, plan_people
from tests.factories.splits import SETTINGS, a_started_test, a_tested_campaign

pytestmark = pytest.mark.django_db

TRANSIENT = (DeliveryState.BOUNCED, Reason.BOUNCED_TRANSIENT)
FULL = (DeliveryState.BOUNCED, Reason.MAILBOX_FULL)
GONE = (DeliveryState.BOUNCED, Reason.MAILBOX_UNKNOWN)
REFUSED = (DeliveryState.REFUSED, Reason.TRIED_TOO_OFTEN)
LOST = (DeliveryState.UNCERTAIN, Reason.ANSWER_LOST)
COMPLAINED = (DeliveryState.COMPLAINED, Reason.COMPLAINED)
UNSUBSCRIBED = (DeliveryState.SKIPPED, Reason.SUPPRESSED_UNSUBSCRIBE)
STATES = [DeliveryState.DELIVERED, TRANSIENT, FULL, GONE, REFUSED, LOST, COMPLAINED, UNSUBSCRIBED]
USUAL = ["4:84", "4:81", "6:43"]


@pytest.fixture(autouse=True)
def no_grace(settings):
    settings.SEND_GRACE_S = 0
    settings.CHUNK_SIZE = 5


def ended(states=STATES, *, prefix="person") -> Campaign:
    """A completed campaign whose people, in this order, stand there."""
    campaign = running_campaign(0, name="Spring letter")
    plan_people(campaign, states, with_contacts=True, prefix=prefix, chunk_size=3)
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.COMPLETED)
    campaign.refresh_from_db()
    return campaign


def sent(campaign: Campaign) -> Campaign:
    services.start_campaign(campaign.pk, actor=None)
    assert plan_campaign(campaign.pk)
    send_all(campaign)
    campaign.refresh_from_db()
    return campaign


def addresses(campaign: Campaign) -> set[str]:
    return {contact.address.partition("@")[0] for contact in audience_of(campaign)}


def test_hard_bounces_complaints_and_the_suppressed_are_never_offered():
    offered = {(cause.state, cause.reason): cause.offer for cause in failed_causes(ended())}
    assert offered == {
        TRANSIENT: Offer.USUAL, FULL: Offer.USUAL, REFUSED: Offer.USUAL, LOST: Offer.MAY_HAVE_IT,
    }  # fmt: skip


def test_the_draft_is_for_exactly_those_of_the_chosen_causes(ses):
    origin = ended()
    draft = follow_up_failed(origin.pk, ["4:84", "6:43"], actor=None)
    assert draft.status == CampaignStatus.DRAFT
    assert addresses(draft) == {"person1", "person4"}
    assert review_audience(draft).will_get == 2
    sent(draft)
    assert sorted(ses.recipients()) == ["person1@club.example", "person4@club.example"]


def test_it_goes_out_as_the_very_version_of_its_original(ses):
    origin = running_campaign(4, name="Spring letter")
    send_all(origin)
    Chunk.objects.filter(campaign=origin).update(accepted_count=0, refused_count=4, cause_counts={"6:43": 4})
    Delivery.objects.filter(campaign=origin).update(state=DeliveryState.REFUSED, reason=Reason.TRIED_TOO_OFTEN)
    origin.refresh_from_db()
    know_identities()
    draft = follow_up_failed(origin.pk, ["6:43"], actor=None)
    assert "same_words" in {point.code for point in review_campaign(draft).checks}
    assert sent(draft).version_id == origin.version_id


def test_a_changed_layout_is_said_and_frozen_anew(ses):
    origin = ended()
    services.start_campaign(copied := copy_campaign(origin.pk, actor=None).pk, actor=None)
    Campaign.objects.filter(pk=origin.pk).update(version=Campaign.objects.get(pk=copied).version)
    draft = follow_up_failed(origin.pk, USUAL, actor=None)
    HouseLayout.objects.create(name="New", is_default=True, footer="Another footer")
    know_identities()
    draft.refresh_from_db()
    assert "other_words" in {point.code for point in review_campaign(draft).warnings}
    assert sent(draft).version_id != Campaign.objects.get(pk=origin.pk).version_id


def test_whoever_turns_out_to_have_it_is_left_out_at_the_plan(ses):
    origin = ended()
    draft = follow_up_failed(origin.pk, USUAL, actor=None)
    Delivery.objects.filter(campaign=origin, address="person1@club.example").update(state=DeliveryState.DELIVERED)
    sent(draft)
    assert sorted(ses.recipients()) == ["person2@club.example", "person4@club.example"]


def test_whoever_was_suppressed_since_is_counted_and_skipped():
    origin = ended()
    draft = follow_up_failed(origin.pk, USUAL, actor=None)
    suppress("person2@club.example", reason=Suppression.Reason.MANUAL, source=Suppression.Source.OPERATOR)
    assert review_audience(draft).left_out == {Reason.SUPPRESSED_MANUAL: 1}


def test_a_second_follow_up_leaves_out_whom_the_first_has_served(ses):
    origin = ended()
    sent(follow_up_failed(origin.pk, ["4:84"], actor=None))
    assert addresses(follow_up_failed(origin.pk, USUAL, actor=None)) == {"person2", "person4"}


def test_a_follow_up_of_a_follow_up_reaches_who_failed_again(ses):
    first = sent(follow_up_failed(ended().pk, USUAL, actor=None))
    Delivery.objects.filter(campaign=first, address="person2@club.example").update(state=4, reason=81)
    Chunk.objects.filter(campaign=first).update(cause_counts={"4:81": 1})
    assert addresses(follow_up_failed(first.pk, ["4:81"], actor=None)) == {"person2"}


def test_the_uncertain_are_written_to_only_with_a_warning():
    origin = ended()
    know_identities()
    draft = follow_up_failed(origin.pk, ["8:60"], actor=None)
    assert addresses(draft) == {"person5"}
    assert "may_have_it" in {point.code for point in review_campaign(draft).warnings}


@pytest.mark.parametrize("causes", [[], ["4:80"], ["5:86"], ["9:3"], ["nonsense"]])
def test_nobody_else_can_be_chosen(causes):
    with pytest.raises(InvalidInput):
        follow_up_failed(ended().pk, causes, actor=None)


def test_only_what_has_ended_is_sent_again():
    campaign = running_campaign(3)
    with pytest.raises(Conflict, match="completed or cancelled"):
        follow_up_failed(campaign.pk, ["6:43"], actor=None)
    with pytest.raises(Conflict, match="completed or cancelled"):
        follow_up_joined(campaign.pk, actor=None)


def test_the_rest_of_a_cancelled_campaign_can_be_sent_after_all(ses, django_user_model):
    campaign = running_campaign(7)
    services.cancel_campaign(campaign.pk, actor=django_user_model.objects.create_user("mira"))
    send_all(campaign)
    [cause] = failed_causes(campaign)
    assert (cause.key, cause.people, cause.offer) == ("10:100", 7, Offer.USUAL)
    sent(follow_up_failed(campaign.pk, [cause.key], actor=None))
    assert len(ses.recipients()) == 7


def join(campaign: Campaign, address: str) -> Contact:
    contact = make_contact(address)
    ListMembership.objects.create(contact_list=campaign.include_lists.get(), contact=contact)
    return contact


def test_only_those_who_joined_since_get_it_and_it_can_be_repeated(ses):
    origin = running_campaign(5)
    send_all(origin)
    origin.refresh_from_db()
    join(origin, "new@club.example")
    assert count_joined(origin) == 1
    first = follow_up_joined(origin.pk, actor=None)
    assert addresses(first) == {"new"}
    sent(first)
    assert count_joined(origin) == 0
    join(origin, "newer@club.example")
    assert addresses(follow_up_joined(origin.pk, actor=None)) == {"newer"}
    assert addresses(follow_up_joined(first.pk, actor=None)) == {"newer"}
    assert len(ses.recipients()) == len(set(ses.recipients())) == 6


def test_an_address_that_changed_since_is_the_same_person():
    origin = running_campaign(3)
    Campaign.objects.update(status=CampaignStatus.COMPLETED)
    moved = Contact.objects.order_by("pk")[0]
    moved.address = "moved@club.example"
    moved.save()
    again = join(origin, "twin@club.example")
    FormerAddress.objects.create(contact=again, address="person1@club.example", address_key="person1@club.example")
    assert count_joined(origin) == 0


def test_two_follow_ups_started_together_write_to_each_person_once(ses):
    origin = running_campaign(3)
    send_all(origin)
    join(origin, "new@club.example")
    both = [follow_up_joined(origin.pk, actor=None) for _twice in range(2)]
    for draft in both:
        services.start_campaign(draft.pk, actor=None)
    for draft in both:
        plan_campaign(draft.pk)
        send_all(draft)
    assert ses.recipients().count("new@club.example") == 1


def test_an_original_cannot_be_lost_and_both_know_each_other(log_in):
    origin = ended()
    draft = follow_up_failed(origin.pk, USUAL, actor=None)
    marketer = log_in(MARKETER)
    shown = marketer.get(reverse("admin:campaigns_campaign_report", args=[origin.pk])).content.decode()
    assert draft.name in shown
    back = marketer.get(reverse("admin:campaigns_campaign_review", args=[draft.pk])).content.decode()
    assert reverse("admin:campaigns_campaign_report", args=[origin.pk]) in back
    assert "did not reach" in audience_text(Campaign.objects.get(pk=draft.pk))
    writing = marketer.get(reverse("admin:campaigns_campaign_change", args=[draft.pk])).content.decode()
    assert "did not reach" in writing.lower()


def test_saving_the_draft_of_a_follow_up_keeps_its_people(log_in):
    draft = follow_up_failed(ended().pk, USUAL, actor=None)
    fields = {"name": "Other name", "from_address": "office@postroom.example", "subject": "Hi", "kind": "markdown"}
    log_in(MARKETER).post(
        reverse("admin:campaigns_campaign_change", args=[draft.pk]), {**fields, "body": "Words", "save": ""}
    )
    saved = Campaign.objects.get(pk=draft.pk)
    assert saved.name == "Other name"
    assert addresses(saved) == {"person1", "person2", "person4"}


def test_the_page_makes_the_drafts(log_in):
    origin = ended()
    join(origin, "new@club.example")
    marketer = log_in(MARKETER)
    page = reverse("admin:campaigns_campaign_again", args=[origin.pk])
    content = marketer.get(page).content.decode()
    assert "may get it twice" in content
    assert "<strong>1 person</strong>" in content
    response = marketer.post(reverse("admin:campaigns_campaign_again_failed", args=[origin.pk]), {"cause": USUAL})
    made = Campaign.objects.latest("pk")
    assert response.url == reverse("admin:campaigns_campaign_review", args=[made.pk])
    marketer.post(reverse("admin:campaigns_campaign_again_joined", args=[origin.pk]))
    assert Campaign.objects.latest("pk").origin_kind == OriginKind.JOINED
    assert "Sent again already" in marketer.get(page).content.decode()


@pytest.mark.parametrize("deed", ["again_failed", "again_joined"])
def test_a_viewer_makes_none(deed, log_in):
    origin = ended()
    viewer = log_in(VIEWER)
    assert viewer.post(reverse(f"admin:campaigns_campaign_{deed}", args=[origin.pk])).status_code == 403
    assert viewer.get(reverse("admin:campaigns_campaign_again", args=[origin.pk])).status_code == 200


def test_a_copy_has_everything_of_its_model():
    source = a_tested_campaign(3, versions=3, is_tracked=True)
    save_split(source.pk, SETTINGS.__class__("content", 30, 120, "clicks", "lead"), subjects={}, actor=None)
    copy = copy_campaign(source.pk, actor=None)
    assert copy.name == "Copy of Tested letter"
    assert copy.is_tracked
    assert list(copy.include_lists.all()) == list(ContactList.objects.all())
    split = SplitTest.objects.get(campaign=copy)
    assert (split.tests, split.share_percent, split.rule, split.when_unclear) == ("content", 30, "clicks", "lead")
    assert split.winner_number is None
    assert [version.subject for version in versions_of(copy)] == ["Subject A", "Subject B", "Subject C"]
    assert {version.words.pk for version in versions_of(copy)}.isdisjoint(
        {version.words.pk for version in versions_of(source)}
    )


def test_a_copy_of_a_follow_up_is_for_the_same_people():
    draft = follow_up_failed(ended().pk, USUAL, actor=None)
    assert addresses(copy_campaign(draft.pk, actor=None)) == addresses(draft)


def test_the_page_of_a_person_says_why_a_follow_up_leaves_them_out():
    origin = running_campaign(2)
    Campaign.objects.update(status=CampaignStatus.COMPLETED)
    draft = Campaign.objects.get(pk=follow_up_joined(origin.pk, actor=None).pk)
    facts = gather(asked_about("person1@club.example"), draft)
    assert explain(facts) is Why.WOULD_BE_EXCLUDED
    assert "those written to by “Spring letter”" in facts.campaign.excluded_by


def test_the_page_of_a_person_says_that_they_wait_for_the_winner():
    campaign = a_started_test(40)
    waiting = Chunk.objects.filter(campaign=campaign, part=0)[0]
    tested = Chunk.objects.filter(campaign=campaign, part=1)[0]
    answers = [
        explain(gather(asked_about(Delivery.objects.get(pk=chunk.first_delivery_id).address), campaign))
        for chunk in (waiting, tested)
    ]
    assert answers == [Why.WAITS_FOR_WINNER, Why.WAITS]
