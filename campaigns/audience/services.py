"""What people do to contacts, one or many: save, group, delete. Each deed goes to the activity log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.audience.edits import ContactEdit, record_edit, snapshot
from campaigns.audience.field_services import make_fields
from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from campaigns.preferences.opt_outs import joinable
from campaigns.privacy.forgotten import is_forgotten
from portal.activity import record_activity
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User

LIST_NAME_LENGTH = 120
TAG_NAME_LENGTH = 60


@transaction.atomic
def save_contact(
    contact: Contact, *, lists: Iterable[ContactList], tag_names: Iterable[str], actor: User | None
) -> ContactEdit | None:
    """Save a contact with exactly these lists and tags; returns the edit, None for a new contact or no change.

    The address must come from `parse_address`. Lists that the person left are not joined. Raises InvalidInput for
    somebody who was forgotten.
    """
    if is_forgotten(contact.address.lower()):
        raise InvalidInput(_("This person asked to be forgotten. Only they can come back, through a sign-up form."))
    before = snapshot(contact.pk) if contact.pk else None
    contact.save()
    make_fields(contact.attributes, actor=actor)
    wanted_lists = set(joinable(contact, [contact_list.pk for contact_list in lists]))
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
