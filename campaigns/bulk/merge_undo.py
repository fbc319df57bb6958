"""Taking a merge apart again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.audience.consent import Consent
from campaigns.audience.models import Contact, ContactTag, ListMembership
from campaigns.bulk import snapshots
from campaigns.bulk.models import FormerAddress
from campaigns.suppression.models import Suppression

if TYPE_CHECKING:
    from collections.abc import Mapping


def revert_merge(before: Mapping[int, dict[str, Any]]) -> set[int]:
    """Undo merges {who stayed: what the merge kept}; gives those that were undone.

    A merge stays where one of the addresses was added again since. Values of whoever stayed that others changed since
    stay too.
    """
    return {contact_id for contact_id, merged in before.items() if _revert_one(contact_id, merged)}


def _revert_one(keep_id: int, merged: dict[str, Any]) -> bool:
    gone = merged["gone"]
    keys = [person["contact"]["address_key"] for person in gone]
    if Contact.objects.filter(address_key__in=keys).exists():
        return False
    keep = Contact.objects.select_for_update().filter(pk=keep_id).first()
    snapshots.delete_rows(ListMembership.objects.filter(pk__in=merged["memberships"]))
    snapshots.delete_rows(ContactTag.objects.filter(pk__in=merged["tags"]))
    snapshots.delete_rows(FormerAddress.objects.filter(pk__in=merged["former_addresses"]))
    if merged["suppression"]:
        said_for_them = Suppression.objects.filter(pk=merged["suppression"], source=Suppression.Source.OPERATOR)
        said_for_them.delete()  # but not what the person said since
    snapshots.delete_rows(Consent.objects.filter(pk__in=merged["import_consents"]).order_by())
    snapshots.bring_back(gone)
    for contact_id, rows in merged["consents"].items():
        Consent.objects.filter(pk__in=rows).update(contact_id=int(contact_id))
    if keep is not None:
        _restore_values(keep, merged["own_before"], merged["own_after"])
    return True


def _restore_values(keep: Contact, before: dict[str, Any], after: dict[str, Any]) -> None:
    attributes = dict(keep.attributes)
    for name in {*before["attributes"], *after["attributes"]}:
        old, new = before["attributes"].get(name), after["attributes"].get(name)
        if attributes.get(name) == new and old != new:
            attributes.pop(name, None)
            if old is not None:
                attributes[name] = old
    for name in ("first_name", "last_name", "time_zone"):
        if getattr(keep, name) == after[name]:
            setattr(keep, name, before[name])
    keep.attributes = attributes
    keep.save()
