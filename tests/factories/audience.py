"""Contacts, lists, tags and suppressions as their screens show them."""

from __future__ import annotations

from django.utils import timezone

from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from campaigns.segments.models import Segment
from campaigns.segments.operators import Kind, Op
from campaigns.sending.models import Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.suppression.models import Suppression
from tests.factories.segments import asks, make_segment, of
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


def fields_of_a_club() -> ContactField:
    """Fields of every type; returns a choice."""
    fields = [
        ("city", "City", "text", [], "our town"),
        ("seats", "Seats", "number", [], ""),
        ("joined_on", "Joined on", "date", [], ""),
        ("vegan", "Vegan", "yes_no", [], ""),
        ("shirt", "T-shirt", "choice", ["S", "M", "L"], "M"),
    ]
    for place, (name, label, field_type, options, default) in enumerate(fields):
        ContactField.objects.create(
            name=name, label=label, field_type=field_type, options=options, default=default, place=place
        )
    return ContactField.objects.get(name="shirt")


def a_person_with_odd_values() -> Contact:
    """Fields of every type, and a person some of whose values do not fit them."""
    fields_of_a_club()
    attributes = {"city": "Oldtown", "seats": "many", "joined_on": "2024-03-01", "shirt": "XXS", "club": "Chess"}
    return make_contact("anna@club.example", first_name="Anna", last_name="Berg", attributes=attributes)


def a_club_with_segments() -> Segment:
    """People, fields, and two segments, the first of every kind of question; a draft goes to it."""
    a_club()
    fields_of_a_club()
    make_segment("Annas", asks("first_name", Kind.TEXT, Op.BEGINS, "Ann"), people_count=1204, counted_at=timezone.now())
    segment = make_segment(
        "Oldtown, lately",
        asks("attr:city", Kind.TEXT, Op.IS, "Oldtown"),
        of(
            "any",
            asks("attr:shirt", Kind.CHOICE, Op.ANY_OF, "S", "M"),
            asks("attr:joined_on", Kind.DATE, Op.WITHIN, days=365),
            asks("campaign", Kind.CAMPAIGN, Op.NOT_GOT, days=30),
            of("none", asks("attr:seats", Kind.NUMBER, Op.BETWEEN, "10", "20"), asks("mail", Kind.MAIL, Op.NO)),
        ),
        asks("list", Kind.LIST, Op.ANY_OF, str(ContactList.objects.get(name="Members 2026").pk)),
        description="For the invitation",
    )
    make_campaign("Invitation").include_segments.add(segment)
    return segment
