"""What is done to one person on their own page: groups, consent. Each edit can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.audience.consent import Consent, record_consent
from campaigns.audience.edits import ContactEdit, record_edit, snapshot
from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership
from campaigns.audience.services import get_or_create_tag
from campaigns.preferences.opt_outs import joinable
from portal.activity import record_activity
from portal.errors import InvalidInput
from portal.row_ids import row_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User


def regroup(contact_id: int, deed: str, value: str, *, actor: User) -> ContactEdit | None:
    """Join or leave a list (`value` is its id), put on a tag (its name) or take one off (its id).

    None when nothing had to be changed. Raises InvalidInput for a list or tag that cannot be.
    """
    act = _DEEDS.get(deed)
    if act is None:
        raise InvalidInput(_("There is no such deed."))
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=contact_id)
        before = snapshot(contact.pk)
        act(contact, value)
        return record_edit(contact, before, actor=actor)


@transaction.atomic
def note_consent(
    contact_id: int, *, kind: Consent.Kind, wording: str, contact_list: ContactList | None, actor: User
) -> Consent:
    """Write down by hand that somebody agreed, or took it back."""
    contact = Contact.objects.get(pk=contact_id)
    record_activity("contact.consent_recorded", actor=actor, target=contact, kind=str(kind))
    return record_consent(
        contact, source=Consent.Source.BY_HAND, kind=kind, contact_list=contact_list, wording=wording, actor=actor
    )


def _join(contact: Contact, value: str) -> None:
    chosen = ContactList.objects.filter(pk=row_id(value) or 0).first()
    if chosen is None:
        raise InvalidInput(_("Choose a list."))
    if not joinable(contact, [chosen.pk]):
        raise InvalidInput(_("They left “%s” themselves. Below you can let them back on, with a reason.") % chosen)
    ListMembership.objects.get_or_create(contact=contact, contact_list=chosen)


def _leave(contact: Contact, value: str) -> None:
    contact.memberships.filter(contact_list_id=row_id(value) or 0).delete()


def _tag(contact: Contact, value: str) -> None:
    ContactTag.objects.get_or_create(contact=contact, tag=get_or_create_tag(value))


def _untag(contact: Contact, value: str) -> None:
    contact.contact_tags.filter(tag_id=row_id(value) or 0).delete()


_DEEDS: dict[str, Callable[[Contact, str], None]] = {"join": _join, "leave": _leave, "tag": _tag, "untag": _untag}
