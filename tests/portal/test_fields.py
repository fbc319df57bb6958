from __future__ import annotations

import pytest

from campaigns.audience.models import Contact
from portal.fields import prefix_range

pytestmark = pytest.mark.django_db

ADDRESSES = ["ann@example.org", "anna@example.org", "an@example.org", "ann\u00e9@example.org", "bob@example.org"]


def keys_with(prefix: str) -> list[str]:
    low, high = prefix_range(prefix)
    found = Contact.objects.filter(address_key__gte=low, address_key__lt=high).order_by("address_key")
    return list(found.values_list("address_key", flat=True))


@pytest.fixture(autouse=True)
def people() -> None:
    for address in ADDRESSES:
        Contact.objects.create(address=address)


def test_a_prefix_is_a_range_of_keys():
    assert keys_with("ann") == ["ann@example.org", "anna@example.org", "ann\u00e9@example.org"]


def test_a_whole_key_is_its_own_prefix():
    assert keys_with("bob@example.org") == ["bob@example.org"]


def test_keys_are_ordered_byte_by_byte_on_every_database():
    keys = list(Contact.objects.order_by("address_key").values_list("address_key", flat=True))
    assert keys == sorted(ADDRESSES, key=str.encode)


def test_a_sign_of_a_pattern_is_a_letter_like_any_other():
    assert keys_with("an%") == keys_with("an_") == []
