"""Bulk changes as people ask for them."""

from __future__ import annotations

from campaigns.audience.models import Contact
from campaigns.bulk.models import BulkChange
from campaigns.bulk.services import Order, start_bulk_change
from tests.factories.audience import make_tag

Deed = BulkChange.Deed


def make_people(count: int, *, first: int = 0, **fields) -> list[Contact]:
    """People p0@host.example, p1@… in the order of their ids."""
    people = [
        Contact(
            address=f"p{number}@host.example",
            address_key=f"p{number}@host.example",
            first_name="Anna",
            first_name_key="anna",
            attributes={"city": f"Town {number}"},
            **fields,
        )
        for number in range(first, first + count)
    ]
    return Contact.objects.bulk_create(people)


def start(deed: BulkChange.Deed, query: str = "", *, actor=None, **fields) -> BulkChange:
    """Start a deed on the people of a filter; "" is everybody."""
    return start_bulk_change(Order(deed, query, **fields), actor=actor)


def tagged(query: str = "", *, name: str = "choir") -> BulkChange:
    return start(Deed.ADD_TAG, query, group=make_tag(name))
