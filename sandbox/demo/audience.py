"""Writes the demo's people with their lists and tags, and those who are not to be written to."""

from __future__ import annotations

from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from campaigns.suppression.models import Suppression
from sandbox.demo.people import Person, make_people

LIST_DESCRIPTIONS = {
    "Newsletter": "Everybody who wants our monthly news",
    "Members": "People with a membership",
    "Donors": "People who gave this year",
    "Volunteers": "People who help at events",
    "Newcomers": "New this month; nobody wrote to them yet",
}
PUBLIC_LISTS = ("Newsletter", "Members", "Volunteers")  # these names stand on the page for recipients


def write_people() -> list[Contact]:
    """Write everybody with lists and tags; return them in the order of their rows."""
    people = make_people()
    contacts = Contact.objects.bulk_create([_contact(person) for person in people], batch_size=500)
    _write_lists(people, contacts)
    _write_tags(people, contacts)
    return contacts


def write_suppressions(contacts: list[Contact]) -> None:
    """Keep mail from some people, each for another reason."""
    reasons = (
        (Suppression.Reason.MANUAL, Suppression.Source.OPERATOR, "Asked for it by telephone.", 4),
        (Suppression.Reason.UNSUBSCRIBE, Suppression.Source.IMPORT, "Unsubscribed in the old system.", 23),
        (Suppression.Reason.BOUNCE, Suppression.Source.IMPORT, "Bounced in the old system.", 11),
    )
    chosen = iter(contacts[5::37])
    Suppression.objects.bulk_create(
        Suppression(address=contact.address, address_key=contact.address_key, reason=reason, source=source, note=note)
        for reason, source, note, count in reasons
        for contact, _number in zip(chosen, range(count), strict=False)
    )


def _contact(person: Person) -> Contact:
    return Contact(
        address=person.address,
        address_key=person.address.lower(),
        first_name=person.first_name,
        last_name=person.last_name,
        first_name_key=person.first_name.casefold(),
        last_name_key=person.last_name.casefold(),
        attributes=person.attributes,
        time_zone=person.time_zone,
    )


def _write_lists(people: list[Person], contacts: list[Contact]) -> None:
    lists = {
        name: ContactList.objects.create(
            name=name,
            description=description,
            public_name=name if name in PUBLIC_LISTS else "",
            public_description=description if name in PUBLIC_LISTS else "",
        )
        for name, description in LIST_DESCRIPTIONS.items()
    }
    ListMembership.objects.bulk_create(
        (
            ListMembership(contact_list=lists[name], contact=contact)
            for person, contact in zip(people, contacts, strict=True)
            for name in person.lists
        ),
        batch_size=1000,
    )


def _write_tags(people: list[Person], contacts: list[Contact]) -> None:
    tags = {name: Tag.objects.create(name=name) for name in sorted({name for each in people for name in each.tags})}
    ContactTag.objects.bulk_create(
        ContactTag(tag=tags[name], contact=contact)
        for person, contact in zip(people, contacts, strict=True)
        for name in person.tags
    )
