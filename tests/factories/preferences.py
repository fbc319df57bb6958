"""People who left lists or everything, and people who were forgotten, as their pages show them."""

from __future__ import annotations

from campaigns.audience.models import ContactList, ListMembership
from campaigns.preferences.links import unsubscribe_url
from campaigns.preferences.models import LinkUse
from campaigns.preferences.services import give_reason, unsubscribe
from campaigns.preferences.uses import count_use
from campaigns.privacy.models import Erasure
from campaigns.sending.models import Delivery
from campaigns.sending.states import DeliveryState
from tests.factories.sending import make_campaign, plan_people

COUNTS = {"hashes": 2, "contacts": 1, "deliveries": 41, "consents": 2, "wishes": 1, "activity": 6, "export_files": 1}


def a_letter_to_a_list() -> Delivery:
    """A mail of a campaign to one list with a public name; the person is on another one, too."""
    news = ContactList.objects.create(
        name="news", public_name="Club news", public_description="Once a month: what is on, and who won."
    )
    matches = ContactList.objects.create(name="matches", public_name="Match days")
    campaign = make_campaign("Spring letter")
    campaign.include_lists.add(news)
    (mail,) = plan_people(campaign, [DeliveryState.DELIVERED], with_contacts=True)
    for each in (news, matches):
        ListMembership.objects.create(contact=mail.contact, contact_list=each)
    return mail


def token_of(delivery: Delivery) -> str:
    return unsubscribe_url(delivery.pk).rpartition("/")[2]


def unsubscribes() -> None:
    """Two people who left, one by the mail program, and what scanners did."""
    mail = a_letter_to_a_list()
    unsubscribe(mail.pk, is_one_click=True)
    give_reason(mail.pk, why="too-much", words="One a week is enough for me.")
    (other,) = plan_people(
        make_campaign("To everybody", is_to_everybody=True), [DeliveryState.DELIVERED], prefix="bert"
    )
    unsubscribe(other.pk, is_one_click=False)
    for use in (LinkUse.Use.ONE_CLICK, LinkUse.Use.BUTTON, LinkUse.Use.FORGED, *[LinkUse.Use.LOOKED] * 12):
        count_use(use)


def a_person_who_left():
    """The contact, off one list by their own wish."""
    mail = a_letter_to_a_list()
    unsubscribe(mail.pk, is_one_click=True)
    return mail.contact


def make_erasure(**fields) -> Erasure:
    values = {"reason": "asked by letter on 3 May", "counts": COUNTS, "status": Erasure.Status.COMPLETED}
    return Erasure.objects.create(**{**values, **fields})


def a_finished_erasure() -> Erasure:
    make_erasure(status=Erasure.Status.RUNNING, counts={}, step=4)
    return make_erasure(still_named=["People called Anna"])


def a_stopped_erasure() -> Erasure:
    return make_erasure(
        status=Erasure.Status.FAILED, step=6, problem="It kept stopping on the way. Press “Go on” to try it again."
    )
