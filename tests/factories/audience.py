"""Contacts, lists, tags and suppressions as their screens show them."""

from __future__ import annotations

from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from campaigns.sending.models import Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.suppression.models import Suppression
from tests.factories.sending import make_campaign, make_contact, plan_people


def make_list(name: str = "Members", *members: Contact) -> ContactList:
    found, _created = ContactList.objects.get_or_create(name=name)
    for member in members:
        ListMembership.objects.create(contact_list=found, contact=member)
    return found


def make_tag(name: str = "choir", *tagged: Contact) -> Tag:
    found, _created = Tag.objects.get_or_create(name=name)
    for contact in tagged:
        ContactTag.objects.create(tag=found, contact=contact)
    return found


def make_suppression(address: str = "gone@club.example", **fields) -> Suppression:
    fields = {"reason": "bounce", "source": "ses-event", "note": "550 5.1.1 user unknown"} | fields
    return Suppression.objects.create(address=address, address_key=address.lower(), **fields)


def a_club() -> Contact:
    """A few people on lists, with tags, one of them suppressed; returns that one."""
    people = [
        make_contact(f"{first}.{last}@club.example".lower().replace(" ", "."), first_name=first, last_name=last, attributes={"city": "Oldtown"})
        for first, last in [("Anna", "Berg"), ("Kim", "Lund"), ("Jane", "van Dyk"), ("Robin", "Ash"), ("Ida", "Brook")]
    ]  # fmt: skip
    make_list("Members 2026", *people[:4])
    make_list("Board", people[0])
    make_tag("choir", *people[1:3])
    make_tag("donor", people[1])
    make_suppression("kim.lund@club.example")
    return people[1]


def a_person_with_mails() -> Contact:
    """A suppressed person whom campaigns went to."""
    kim = a_club()
    delivered, bounced = DeliveryState.DELIVERED, (DeliveryState.BOUNCED, Reason.MAILBOX_UNKNOWN)
    plan_people(make_campaign("Spring letter", status=CampaignStatus.COMPLETED), [delivered])
    plan_people(make_campaign("May letter", status=CampaignStatus.COMPLETED), [bounced])
    Delivery.objects.update(address=kim.address, address_key=kim.address_key, contact=kim)
    return kim
