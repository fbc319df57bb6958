"""What is done with fields: found from imports and contacts, saved, deleted; and whose values do not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db import transaction
from django.db.models import Count, F, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from campaigns.audience.attribute_names import used_attribute_names
from campaigns.audience.field_values import MAX_OPTIONS, FieldType, fits, guess_type
from campaigns.audience.fields import ContactField
from campaigns.audience.known_fields import add_missing_fields
from campaigns.audience.models import Contact
from portal.activity import record_activity
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.contrib.auth.models import User
    from django.db.models import QuerySet
    from django_stubs_ext import WithAnnotations

GUESSED_FROM = 500  # values
SHOWN_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class Misfits:
    """Values that are none of a type: how many people have one, and a few of them with theirs."""

    people: int
    examples: list[tuple[Contact, str]]


def find_fields(*, actor: User | None) -> list[ContactField]:
    """Make a field of every attribute that any contact has and no field knows; gives the new ones."""
    return make_fields(used_attribute_names(Contact.objects.all()), actor=actor)


@transaction.atomic
def make_fields(names: Iterable[str], *, actor: User | None) -> list[ContactField]:
    """Make those of the fields that are missing, their types guessed from the newest values."""
    wanted = set(names)
    missing = wanted - set(ContactField.objects.filter(name__in=wanted).values_list("name", flat=True))
    new = add_missing_fields({name: guess_type(_newest_values(name)) for name in sorted(missing)})
    if new:
        record_activity("fields.found", actor=actor, label=", ".join(field.name for field in new)[:200])
    return new


@transaction.atomic
def save_field(field: ContactField, *, actor: User | None) -> ContactField:
    """Write a new or changed field; its values are brought into the form of its type by a worker."""
    before = ContactField.objects.filter(pk=field.pk).first() if field.pk else None
    has_new_rule = before is None or (before.field_type, before.options) != (field.field_type, field.options)
    if has_new_rule and field.kind is not FieldType.TEXT:
        field.rewrite_after = 0
    field.save()
    record_activity("field.created" if before is None else "field.changed", actor=actor, target=field)
    if field.rewrite_after is not None:
        publish(TaskName.REWRITE_VALUES, field_id=field.pk)
    return field


@transaction.atomic
def delete_field(field: ContactField, *, actor: User | None) -> None:
    """Forget the field; people keep their values, from which it can be found again."""
    record_activity("field.deleted", actor=actor, target=field)
    field.delete()


def misfits(name: str, field_type: FieldType, options: Sequence[str]) -> Misfits:
    """Whose values would be none of this type; every different value is looked at once."""
    values = _values(name).values_list("value").annotate(people=Count("pk")).order_by("value")
    unfit = {value: people for value, people in values.iterator() if value and not fits(value, field_type, options)}
    found: list[tuple[Contact, str]] = []
    for value in list(unfit)[:SHOWN_PEOPLE]:
        contact = _values(name).filter(value=value).order_by("-pk").first()
        found += [(contact, value)] if contact else []
    return Misfits(sum(unfit.values()), found)


def values_in_use(name: str) -> list[str]:
    """The different values that people have, the most frequent first; as choices to begin with."""
    values = _values(name).values_list("value").annotate(people=Count("pk")).order_by("-people", "value")
    return [value for value, _people in values[:MAX_OPTIONS] if value.strip()]


def _newest_values(name: str) -> list[str]:
    return [value for value in _values(name).order_by("-pk").values_list("value", flat=True)[:GUESSED_FROM] if value]


class ValueOfField(TypedDict):
    """What `_values` adds to each contact."""

    value: str


def _values(name: str) -> QuerySet[WithAnnotations[Contact, ValueOfField]]:
    text = Cast(KeyTextTransform(name, F("attributes")), TextField())
    return Contact.objects.filter(attributes__has_key=name).annotate(value=text)
