"""Contacts offered while somebody types; three index ranges, however many contacts there are."""

from __future__ import annotations

from campaigns.audience.models import Contact
from portal.fields import prefix_range

SUGGESTED_COUNT = 8
_KEYS = ("address_key", "last_name_key", "first_name_key")


def suggested_contacts(typed: str) -> list[Contact]:
    """Contacts whose address, last name or first name begins like `typed`; some contacts when nothing is typed."""
    text = typed.replace("\0", "").strip()
    if not text:
        return list(Contact.objects.order_by("pk")[:SUGGESTED_COUNT])
    found: dict[int, Contact] = {}
    for key in _KEYS:
        low, high = prefix_range(text.lower() if key == "address_key" else text.casefold())
        matching = Contact.objects.filter(**{f"{key}__gte": low, f"{key}__lt": high}).order_by(key, "pk")
        found.update((contact.pk, contact) for contact in matching[:SUGGESTED_COUNT])
    return list(found.values())[:SUGGESTED_COUNT]
