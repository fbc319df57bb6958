"""Brings the values of a field that is new, or has another type now, into the one stored form of its type."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.audience.field_values import ValueDoesNotFit, stored_form
from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Callable

BLOCK_PEOPLE = 1_000
BUDGET_S = 300.0


def rewrite_values(field_id: int, *, clock: Callable[[], float] = time.monotonic) -> None:
    """Go through everybody who has a value, block by block; values that do not fit stay as they are.

    Safe to run twice and to be killed anywhere: each block is committed together with the place where the next begins.
    """
    deadline_s = clock() + BUDGET_S
    while _rewrite_block(field_id):
        if clock() > deadline_s:
            publish(TaskName.REWRITE_VALUES, field_id=field_id)
            return


@transaction.atomic
def _rewrite_block(field_id: int) -> bool:
    """Write the next block; False when nothing is left."""
    waiting = ContactField.objects.select_for_update().filter(rewrite_after__isnull=False)
    field = waiting.filter(pk=field_id).first()
    if field is None:
        return False
    behind = Contact.objects.select_for_update().filter(pk__gt=field.rewrite_after, attributes__has_key=field.name)
    people = list(behind.only("attributes").order_by("pk")[:BLOCK_PEOPLE])
    changed = [contact for contact in people if _has_changed(contact, field)]
    Contact.objects.bulk_update(changed, ["attributes"])
    field.rewrite_after = people[-1].pk if people else None
    field.save(update_fields=["rewrite_after"])
    return bool(people)


def _has_changed(contact: Contact, field: ContactField) -> bool:
    value = str(contact.attributes[field.name])
    try:
        stored = stored_form(value, field.kind, field.options)
    except ValueDoesNotFit:
        return False
    contact.attributes[field.name] = stored
    return stored != value


def sweep_fields() -> int:
    """Publish a hint for every field whose values still wait; returns how many."""
    waiting = list(ContactField.objects.filter(rewrite_after__isnull=False).values_list("pk", flat=True))
    for field_id in waiting:
        publish(TaskName.REWRITE_VALUES, field_id=field_id)
    return len(waiting)
