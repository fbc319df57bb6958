"""One field of many people: names, time zone, or an attribute. Reading, writing, and what a value must look like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import connection
from django.db.models import TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from campaigns.audience.field_values import FieldType, ValueDoesNotFit, ValueRule, stored_form
from campaigns.audience.fields import ContactField
from campaigns.audience.forms import time_zone_choices
from campaigns.audience.models import Contact
from campaigns.audience.value_fields import ValueField, misfit_words
from campaigns.importing.columns import ATTRIBUTE_PREFIX, is_attribute_name, is_time_zone
from campaigns.importing.row_check import NAME_LENGTH
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

FIRST_NAME, LAST_NAME, TIME_ZONE = "first_name", "last_name", "time_zone"
VALUE_LENGTH = 10_000
_OWN = (FIRST_NAME, LAST_NAME, TIME_ZONE)

# An empty value is no attribute: its name goes.
_SET = {
    "postgresql": "attributes || %s::jsonb",
    "sqlite": "json_patch(attributes, %s)",
}
_DROP = {"postgresql": "attributes - %s", "sqlite": "json_remove(attributes, '$.' || %s)"}


def field_choices() -> list[tuple[str, str]]:
    """What can be set, with labels."""
    own = [(FIRST_NAME, _("First name")), (LAST_NAME, _("Last name")), (TIME_ZONE, _("Time zone"))]
    return own + [(ATTRIBUTE_PREFIX + field.name, field.label) for field in ContactField.objects.all()]


def field_label(field: str) -> str:
    """How people of the portal call the field."""
    return dict(field_choices()).get(field, field.removeprefix(ATTRIBUTE_PREFIX))


def value_input(field: str) -> forms.Field:
    """The input for a value of one of the choices, by the type of the field."""
    empties = _("Leave it empty to empty the field.")
    label = field_label(field)
    if field == TIME_ZONE:
        zones = forms.Select(choices=time_zone_choices())
        return forms.CharField(label=label, widget=zones, required=False, help_text=empties)
    known = ContactField.objects.filter(name=field.removeprefix(ATTRIBUTE_PREFIX)).first()
    if field in _OWN or known is None:
        return forms.CharField(label=label, max_length=NAME_LENGTH, required=False, help_text=empties)
    rule = ValueRule(known.kind, tuple(known.options))
    help_text = format_html("{} {}", known.help_text, empties) if known.help_text else empties
    return ValueField(rule, label=label, max_length=VALUE_LENGTH, help_text=help_text)


def clean_value(field: str, text: str) -> str:
    """The value as it is stored; "" empties the field. Raises InvalidInput when it does not fit the field."""
    if field in {FIRST_NAME, LAST_NAME}:
        return _clean_name(text)
    if field == TIME_ZONE:
        return _clean_time_zone(text.strip())
    name = field.removeprefix(ATTRIBUTE_PREFIX)
    if not field.startswith(ATTRIBUTE_PREFIX) or not is_attribute_name(name):
        raise InvalidInput(_("Choose a field."))
    known = ContactField.objects.filter(name=name).first()
    rule = ValueRule(known.kind, tuple(known.options)) if known else ValueRule(FieldType.TEXT)
    value = text.replace("\0", "")[:VALUE_LENGTH]
    try:
        return stored_form(value, rule.field_type, rule.options)
    except ValueDoesNotFit as error:
        raise InvalidInput(misfit_words(value, rule)) from error


def having(contacts: QuerySet[Contact], field: str, value: str) -> QuerySet[Contact]:
    """Those of the people whose field holds just this; "" is no attribute, too."""
    if field in _OWN:
        return contacts.filter(**{field: value})
    text = KeyTextTransform(field.removeprefix(ATTRIBUTE_PREFIX), "attributes")
    return contacts.filter(Exact(Coalesce(text, Value(""), output_field=TextField()), value))


def values_of(contact_ids: Sequence[int], field: str) -> dict[int, str]:
    """{contact id: text} of those who are still there, locked until the transaction ends."""
    rows = Contact.objects.filter(pk__in=contact_ids).order_by("pk").select_for_update(no_key=True)
    return {contact.pk: _value_in(contact, field) for contact in rows}


def write_value(contact_ids: Sequence[int], field: str, value: str) -> None:
    """Give all these people the same value; call it in the transaction that has locked them."""
    rows, now = Contact.objects.filter(pk__in=contact_ids), timezone.now()
    if field in {FIRST_NAME, LAST_NAME}:
        rows.update(**{field: value, f"{field}_key": value.casefold()[:NAME_LENGTH], "updated_at": now})
    elif field == TIME_ZONE:
        rows.update(time_zone=value, updated_at=now)
    elif contact_ids:
        rows.update(updated_at=now)
        _write_attribute(contact_ids, field.removeprefix(ATTRIBUTE_PREFIX), value)


def _write_attribute(contact_ids: Sequence[int], name: str, value: str) -> None:
    expression = (_SET if value else _DROP)[connection.vendor]
    parameter: Any = json.dumps({name: value}) if value else name
    places = ", ".join(["%s"] * len(contact_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE campaigns_contact SET attributes = {expression} WHERE id IN ({places})",  # noqa: S608
            [parameter, *contact_ids],
        )


def _value_in(contact: Contact, field: str) -> str:
    if field in _OWN:
        return str(getattr(contact, field))
    return str(contact.attributes.get(field.removeprefix(ATTRIBUTE_PREFIX), ""))


def _clean_name(text: str) -> str:
    name = " ".join(text.replace("\0", "").split())
    if len(name) > NAME_LENGTH:
        raise InvalidInput(_("A name has at most %d characters.") % NAME_LENGTH)
    return name


def _clean_time_zone(name: str) -> str:
    if name and not is_time_zone(name):
        raise InvalidInput(_("“%s” is no time zone; one is Europe/Berlin.") % name[:60])
    return name
