"""The fields that the portal knows of: to be offered, to read values by, and with their defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from campaigns.audience.field_values import FieldType, ValueRule
from campaigns.audience.fields import ContactField
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def known_fields() -> dict[str, ContactField]:
    """Every field by its name, in the order of the screens."""
    return {field.name: field for field in ContactField.objects.all()}


def field_defaults() -> dict[str, str]:
    """{name: default} of the fields that have one."""
    return dict(ContactField.objects.exclude(default="").order_by().values_list("name", "default"))


def label_for(name: str) -> str:
    """A first label for a field known only by its name: t_shirt_size is T shirt size."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def add_missing_fields(found: Mapping[str, FieldType]) -> list[ContactField]:
    """Make the fields of these names that are not there yet, with the type guessed for them; gives the new ones."""
    known = set(ContactField.objects.filter(name__in=found).values_list("name", flat=True))
    last = ContactField.objects.aggregate(last=Max("place"))["last"] or 0
    new = [
        ContactField(
            name=name,
            label=label_for(name),
            field_type=kind.value,
            place=last + number,
            rewrite_after=None if kind is FieldType.TEXT else 0,
        )
        for number, (name, kind) in enumerate(found.items(), start=1)
        if name not in known
    ]
    # Two imports may find the same field at once; the first one's guess stands.
    ContactField.objects.bulk_create(new, ignore_conflicts=True)
    for field in ContactField.objects.filter(name__in=[field.name for field in new], rewrite_after__isnull=False):
        publish(TaskName.REWRITE_VALUES, field_id=field.pk)
    return new


def value_rules(names: Iterable[str]) -> dict[str, ValueRule]:
    """{name: what its values must be} of those names that are fields of another type than text."""
    fields = ContactField.objects.filter(name__in=list(names)).exclude(field_type=FieldType.TEXT.value)
    return {field.name: ValueRule(field.kind, tuple(field.options)) for field in fields}
