"""Lists that people left: asking, leaving, and letting somebody back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.audience.models import ContactList, ListMembership
from campaigns.preferences.models import EndedOptOut, LeftList, ListOptOut, Unsubscription
from portal.activity import record_activity
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from django.contrib.auth.models import User

    from campaigns.audience.models import Contact


def opted_out_among(address_keys: Sequence[str], list_ids: Collection[int]) -> set[str]:
    """Which of these address keys left one of these lists; one query, for the moment of an attempt."""
    if not list_ids or not address_keys:
        return set()
    rows = ListOptOut.objects.filter(address_key__in=address_keys, contact_list_id__in=list_ids)
    return set(rows.values_list("address_key", flat=True))


def lists_left_by(contact: Contact) -> set[int]:
    """The lists that this person left."""
    return set(ListOptOut.objects.filter(address_key=contact.address_key).values_list("contact_list_id", flat=True))


def joinable(contact: Contact, list_ids: Iterable[int]) -> list[int]:
    """Those of the lists that the person did not leave."""
    left = lists_left_by(contact)
    return [list_id for list_id in list_ids if list_id not in left]


def leave_list(
    contact_list: ContactList, *, contact: Contact | None, address_keys: Iterable[str], by: Unsubscription
) -> LeftList:
    """Take the person off a list and keep them off; returns what undoing needs."""
    for key in sorted(set(address_keys)):
        ListOptOut.objects.get_or_create(contact_list=contact_list, address_key=key, defaults={"unsubscription": by})
    membership = contact_list.memberships.filter(contact=contact).first() if contact else None
    if membership is None:
        return LeftList(list_id=contact_list.pk, joined_at="", import_id=None)
    left = LeftList(list_id=contact_list.pk, joined_at=membership.joined_at.isoformat(), import_id=membership.import_id)
    membership.delete()
    return left


def come_back(contact: Contact, contact_list: ContactList, *, why: str, actor: User | None = None) -> None:
    """The person may be on the list again; harmless when they never left it."""
    for opt_out in ListOptOut.objects.filter(contact_list=contact_list, address_key=contact.address_key):
        EndedOptOut.objects.create(
            contact_list=contact_list, address_key=opt_out.address_key, left_at=opt_out.left_at,
            ended_by=actor, why=why[:500],
        )  # fmt: skip
        opt_out.delete()


@transaction.atomic
def let_back_on(opt_out_id: int, *, contact: Contact, why: str, actor: User) -> None:
    """Put a person back on a list that they left, by an operator who says why. Raises InvalidInput without a reason."""
    if not why.strip():
        raise InvalidInput(_("Say why they may be on this list again."))
    opt_out = ListOptOut.objects.filter(pk=opt_out_id, address_key=contact.address_key).first()
    if opt_out is None:
        return
    contact_list = opt_out.contact_list
    come_back(contact, contact_list, why=why, actor=actor)
    ListMembership.objects.get_or_create(contact=contact, contact_list=contact_list)
    record_activity("contact.let_back_on_list", actor=actor, target=contact, list=contact_list.name, why=why[:300])
