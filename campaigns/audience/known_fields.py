"""The fields that the portal knows of: to be offered, to read values by, and with their defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from campaigns.audience.field_values import FieldType, ValueDoesNotFit, stored_form
from campaigns.audience.fields import ContactField

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_VALUE_LENGTH = 300


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


def add_missing_fields(found: Mapping[str, tuple[FieldType, list[str]]]) -> list[ContactField]:
    """Make the fields of these names that are not there yet, with the type guessed for them; gives the new ones."""
    known = set(ContactField.objects.filter(name__in=found).values_list("name", flat=True))
    last = ContactField.objects.aggregate(last=Max("place"))["last"] or 0
    new = [
        ContactField(name=name, label=label_for(name), field_type=kind.value, options=options, place=last + number)
        for number, (name, (kind, options)) in enumerate(found.items(), start=1)
        if name not in known
    ]
    # Two imports may find the same field at once; the first one's guess stands.
    ContactField.objects.bulk_create(new, ignore_conflicts=True)
    return new


def read_values(values: Mapping[str, str], fields: Mapping[str, ContactField]) -> tuple[dict[str, str], list[str]]:
    """(values in their stored form, names of those that do not fit their field's type); unknown names stay as they are."""
    stored: dict[str, str] = {}
    unfit: list[str] = []
    for name, text in values.items():
        field = fields.get(name)
        try:
            stored[name] = stored_form(text, field.kind, field.options) if field else text
        except ValueDoesNotFit:
            stored[name] = text
            unfit.append(name)
    return stored, unfit


def in_order(names: Iterable[str], fields: Mapping[str, ContactField]) -> list[str]:
    """Names as the fields are ordered, unknown ones last."""
    places = {name: number for number, name in enumerate(fields)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))
