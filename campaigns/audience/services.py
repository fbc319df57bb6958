"""What people do to contacts, one or many: save, group, delete. Each deed goes to the activity log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.audience import bulk_sql
from campaigns.audience.edits import ContactEdit, record_edit, snapshot
from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from portal.activity import record_activity
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

LIST_NAME_LENGTH = 120
TAG_NAME_LENGTH = 60


@transaction.atomic
def save_contact(
    contact: Contact, *, lists: Iterable[ContactList], tag_names: Iterable[str], actor: User | None
) -> ContactEdit | None:
    """Save a contact with exactly these lists and tags; returns the edit, None for a new contact or no change.

    The address must come from `parse_address`.
    """
    before = snapshot(contact.pk) if contact.pk else None
    contact.save()
    wanted_lists = {contact_list.pk for contact_list in lists}
    wanted_tags = {get_or_create_tag(name).pk for name in tag_names}
    contact.memberships.exclude(contact_list__in=wanted_lists).delete()
    contact.contact_tags.exclude(tag__in=wanted_tags).delete()
    ListMembership.objects.bulk_create(
        [ListMembership(contact_list_id=pk, contact=contact) for pk in sorted(wanted_lists)], ignore_conflicts=True
    )
    ContactTag.objects.bulk_create(
        [ContactTag(tag_id=pk, contact=contact) for pk in sorted(wanted_tags)], ignore_conflicts=True
    )
    if before is not None:
        return record_edit(contact, before, actor=actor)
    record_activity("contact.added", actor=actor, target=contact)
    return None


@transaction.atomic
def add_to_list(contacts: QuerySet[Contact], contact_list: ContactList, *, actor: User | None) -> int:
    """Put contacts on a list; returns how many were not on it before."""
    count = bulk_sql.join_list(contacts, contact_list.pk)
    record_activity("contacts.added_to_list", actor=actor, target=contact_list, people=count)
    return count


@transaction.atomic
def remove_from_list(contacts: QuerySet[Contact], contact_list: ContactList, *, actor: User | None) -> int:
    """Take contacts off a list; returns how many were on it."""
    count = bulk_sql.leave_list(contacts, contact_list.pk)
    record_activity("contacts.removed_from_list", actor=actor, target=contact_list, people=count)
    return count


@transaction.atomic
def tag_contacts(contacts: QuerySet[Contact], tag: Tag, *, actor: User | None) -> int:
    """Put a tag on contacts; returns how many did not have it before."""
    count = bulk_sql.put_tag(contacts, tag.pk)
    record_activity("contacts.tagged", actor=actor, target=tag, people=count)
    return count


@transaction.atomic
def untag_contacts(contacts: QuerySet[Contact], tag: Tag, *, actor: User | None) -> int:
    """Take a tag off contacts; returns how many had it."""
    count = bulk_sql.take_tag(contacts, tag.pk)
    record_activity("contacts.untagged", actor=actor, target=tag, people=count)
    return count


@transaction.atomic
def delete_contacts(contacts: QuerySet[Contact], *, actor: User | None) -> int:
    """Delete contacts for good; their deliveries and suppressions stay. Returns how many were deleted."""
    count = bulk_sql.erase(contacts)
    record_activity("contacts.deleted", actor=actor, label=_("contacts"), people=count)
    return count


def note_export(*, actor: User | None, people_filter: str) -> None:
    """Write down that contacts left the portal as a file; `people_filter` is the filter as in the list's address."""
    record_activity("contacts.exported", actor=actor, label=_("contacts"), filter=people_filter[:500])


def get_or_create_list(name: str) -> ContactList:
    """The list of this name, made where there is none. Raises InvalidInput for a name that cannot be."""
    found, _created = ContactList.objects.get_or_create(name=_usable_name(name, LIST_NAME_LENGTH))
    return found


def get_or_create_tag(name: str) -> Tag:
    """The tag of this name, made where there is none. Raises InvalidInput for a name that cannot be."""
    found, _created = Tag.objects.get_or_create(name=_usable_name(name, TAG_NAME_LENGTH))
    return found


def _usable_name(name: str, length: int) -> str:
    cleaned = " ".join(name.replace("\0", "").split())
    if not cleaned:
        raise InvalidInput(_("Give it a name."))
    if len(cleaned) > length:
        raise InvalidInput(_("The name has at most %d characters.") % length)
    return cleaned
