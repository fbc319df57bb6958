"""Everything that a person was ever written to under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.bulk.models import FormerAddress

if TYPE_CHECKING:
    from campaigns.audience.models import Contact


def address_keys_of(contact: Contact) -> list[str]:
    """The person's own address key first, then those of people who were merged into them."""
    return [contact.address_key, *FormerAddress.objects.filter(contact=contact).values_list("address_key", flat=True)]
