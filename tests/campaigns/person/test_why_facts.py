from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.audience.models import Contact, ListMembership
from campaigns.bulk.models import FormerAddress
from campaigns.person.why import Why, explain
from campaigns.person.why_facts import asked_about, find_campaign, gather
from campaigns.privacy.forgotten import keep_forgotten
from campaigns.privacy.models import ForgottenAddress
from campaigns.segments.models import Segment
from campaigns.segments.operators import Kind, Op
from campaigns.sending.states import CampaignKind, CampaignStatus, DeliveryState, Reason
from campaigns.suppression.services import release
from campaigns.suppression.ses_models import SesListEntry
from tests.factories.audience import make_list, make_suppression, make_tag
from tests.factories.person import accepted, anna_of_the_club, heard, mail_to, sent_campaign
from tests.factories.segments import asks, make_segment
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db


def answer(address, campaign=None):
    return explain(gather(asked_about(address), campaign))


def long_here(**fields):
    anna = make_contact(**fields)
    Contact.objects.update(created_at=timezone.now() - timedelta(days=30))
    return anna


def draft_to(*lists, **fields):
    draft = make_campaign("Draft", **fields)
    draft.include_lists.set(lists)
    return draft


def test_an_address_is_found_however_it_is_written():
    make_contact("Anna@club.example")
    assert answer(" ANNA@Club.Example ") is Why.REACHED
    assert answer("zoe@club.example") is Why.UNKNOWN
    assert answer("no address") is Why.NOT_AN_ADDRESS


def test_who_is_suppressed_is_told_since_when_and_in_which_words():
    stop = make_suppression("anna@club.example")
    make_contact("anna@club.example")
    facts = gather(asked_about("anna@club.example"), None)
    assert explain(facts) is Why.SUPPRESSED
    assert (facts.suppression.since, facts.suppression.words) == (stop.created_at, "550 5.1.1 user unknown")


def test_who_was_let_go_again_is_reached(admin_user):
    make_contact("anna@club.example")
    release(make_suppression("anna@club.example").pk, reason_text="New mailbox", actor=admin_user)
    assert answer("anna@club.example") is Why.LET_GO


def test_a_draft_says_who_would_get_it():
    anna = long_here()
    members, board = make_list("Members", anna), make_list("Board", anna)
    assert answer(anna.address, draft_to()) is Why.NO_AUDIENCE
    assert answer(anna.address, draft_to(members)) is Why.WOULD_GET
    assert answer(anna.address, draft_to(make_list("Choir"))) is Why.WOULD_NOT_BE_CHOSEN
    excluding = draft_to(members)
    excluding.exclude_lists.add(board)
    facts = gather(asked_about(anna.address), excluding)
    assert (explain(facts), facts.campaign.excluded_by) == (Why.WOULD_BE_EXCLUDED, "people on “Board”")


def test_a_draft_names_the_fields_that_somebody_lacks():
    anna = long_here(first_name="Anna")
    draft = draft_to(make_list("Members", anna), body="Hello {{ first_name }} of {{ city }}")
    facts = gather(asked_about(anna.address), draft)
    assert (explain(facts), facts.campaign.missing_fields) == (Why.WOULD_MISS_VALUE, ("city",))


def test_a_draft_that_cannot_be_made_still_has_an_answer():
    anna = long_here()
    assert answer(anna.address, draft_to(make_list("Members", anna), body="{{ broken")) is Why.WOULD_GET


def test_what_happened_goes_before_what_would():
    anna = anna_of_the_club()
    assert answer(anna.address, find_campaign("April letter")) is Why.DELIVERED
    assert answer(anna.address, find_campaign("Spring members' letter")) is Why.SKIPPED_SUPPRESSED
    facts = gather(asked_about(anna.address), find_campaign("May letter"))
    assert (explain(facts), facts.delivery.words) == (Why.BOUNCED, "550 5.1.1 user unknown")


def test_a_mailbox_that_asks_to_wait_is_told_apart_from_one_that_is_silent():
    anna = long_here()
    silent, slow = sent_campaign("Silent"), sent_campaign("Slow")
    accepted(mail_to(anna, silent, DeliveryState.ACCEPTED))
    heard(mail_to(anna, slow, DeliveryState.ACCEPTED), "delivery_delay", diagnostic="451 later")
    assert answer(anna.address, silent) is Why.NO_ANSWER_YET
    assert answer(anna.address, slow) is Why.DELAYED


def test_a_paused_campaign_is_told():
    anna = long_here()
    paused = sent_campaign("Paused", status=CampaignStatus.PAUSED, status_reason="6 % bounced.")
    mail_to(anna, paused, DeliveryState.QUEUED)
    facts = gather(asked_about(anna.address), paused)
    assert (explain(facts), facts.campaign.stopped_because) == (Why.WAITS_PAUSED, "6 % bounced.")


def test_who_joined_or_came_too_late_is_told_so():
    anna = long_here()
    letter = sent_campaign("Letter", days_ago=2)
    letter.include_lists.add(make_list("Members", anna))
    facts = gather(asked_about(anna.address), letter)
    assert (explain(facts), facts.campaign.joined_later) == (Why.JOINED_LATER, "Members")
    make_contact("new@club.example")
    assert answer("new@club.example", letter) is Why.ADDED_LATER


def test_an_exclusion_counts_only_when_it_held_as_the_campaign_left():
    anna = long_here()
    letter = sent_campaign("Letter", days_ago=2)
    letter.exclude_lists.add(make_list("Board", anna))
    assert answer(anna.address, letter) is Why.NOT_CHOSEN
    ListMembership.objects.update(joined_at=timezone.now() - timedelta(days=9))
    assert answer(anna.address, letter) is Why.EXCLUDED


def test_who_is_chosen_only_by_a_tag_put_on_since_is_told():
    anna = long_here()
    letter = sent_campaign("Letter")
    letter.include_tags.add(make_tag("choir", anna))
    assert answer(anna.address, letter) is Why.CHOSEN_SINCE


def test_mail_to_somebody_who_was_deleted_since_is_still_known():
    anna = long_here()
    letter = sent_campaign("Letter")
    mail_to(anna, letter, DeliveryState.BOUNCED, Reason.MAILBOX_UNKNOWN)
    anna.delete()
    assert answer("anna@club.example", letter) is Why.BOUNCED


def test_a_campaign_stopped_before_its_people_were_settled_reached_nobody():
    anna = long_here()
    stopped = make_campaign("Stopped", status=CampaignStatus.CANCELLED)
    assert answer(anna.address, stopped) is Why.STOPPED_BEFORE


@pytest.mark.parametrize("typed", ["Spring letter", "spring", "LETTER", "Spring letter (#{pk})", "#{pk}"])
def test_a_campaign_is_found_by_what_is_typed(typed):
    make_campaign("Autumn card")
    spring = make_campaign("Spring letter")
    make_campaign("Spring letter", campaign_kind=CampaignKind.TEST)
    assert find_campaign(typed.format(pk=spring.pk)) == spring


@pytest.mark.parametrize("typed", ["", "  ", "nothing", "#99999999999999999999", "#x", "\0"])
def test_what_names_no_campaign_finds_none(typed):
    make_campaign("Autumn card")
    assert find_campaign(typed) is None


def test_a_segment_chooses_and_leaves_out():
    anna = long_here(attributes={"city": "Graz"})
    in_graz = make_segment("Graz", asks("city", Kind.TEXT, Op.IS, "Graz"))
    draft = draft_to()
    draft.include_segments.add(in_graz)
    assert answer(anna.address, draft) is Why.WOULD_GET
    draft.exclude_segments.add(in_graz)
    facts = gather(asked_about(anna.address), draft)
    assert (explain(facts), facts.campaign.excluded_by) == (Why.WOULD_BE_EXCLUDED, "the segment “Graz”")


def test_a_segment_that_cannot_be_read_still_has_an_answer():
    anna = long_here()
    draft = draft_to()
    draft.include_segments.add(Segment.objects.create(name="Broken", definition={"x": 1}))
    assert answer(anna.address, draft) is Why.WOULD_NOT_BE_CHOSEN


def test_an_address_that_was_merged_leads_to_who_has_it_now():
    anna = long_here()
    FormerAddress.objects.create(contact=anna, address="a@old.example", address_key="a@old.example")
    assert asked_about("A@old.example").contact == anna
    assert answer("a@old.example") is Why.REACHED


def test_address_that_only_the_list_of_ses_knows():
    SesListEntry.objects.create(
        address="anna@club.example",
        address_key="anna@club.example",
        reason="BOUNCE",
        since=timezone.now(),
        pass_number=1,
    )
    assert answer("Anna@club.example") is Why.UNKNOWN_AND_LISTED
    make_contact("anna@club.example")
    assert answer("anna@club.example") is Why.LISTED
    SesListEntry.objects.update(gone_at=timezone.now())
    assert answer("anna@club.example") is Why.REACHED


def test_address_of_somebody_who_was_forgotten():
    keep_forgotten("anna@club.example", ForgottenAddress.Reason.REQUEST)
    assert answer("anna@club.example") is Why.FORGOTTEN


def test_unknown_address_that_was_suppressed_once(admin_user):
    release(make_suppression("anna@club.example").pk, reason_text="New mailbox", actor=admin_user)
    assert answer("anna@club.example") is Why.UNKNOWN_AND_LET_GO
