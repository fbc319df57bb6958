"""What is known of a person beyond their name, asked in a form: an input for each field, lines for what has none."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.audience.field_values import FieldType, ValueDoesNotFit, ValueRule, stored_form
from campaigns.audience.known_fields import known_fields, value_rules
from campaigns.audience.models import Contact
from campaigns.audience.value_fields import type_hint, value_field
from campaigns.importing.columns import is_attribute_name

LINES = "attribute_lines"
INPUT_PREFIX = "attr-"  # no attribute and no field of the model has a hyphen
TEXT_RULE = ValueRule(FieldType.TEXT)


class AttributesForm(forms.ModelForm[Contact]):
    """The attributes of one person; what the form did not ask for stays as it is."""

    attribute_lines = forms.CharField(
        label=_("Anything else"),
        help_text=_("One line for each: name, colon, value. Messages can use it: city: Oldtown is {{ city }}."),
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "spellcheck": "false"}),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = known_fields()
        before = self.instance.attributes
        for name, field in self._known.items():
            self.fields[input_name(name)] = value_field(field, before=str(before.get(name, "")))
        others = sorted(name for name, value in before.items() if name not in self._known and _is_line(name, value))
        self.initial.setdefault(LINES, "\n".join(f"{name}: {before[name]}" for name in others))

    def clean_attribute_lines(self) -> dict[str, str]:
        typed = parse_attributes(self.cleaned_data[LINES])
        for name in typed:
            if name in self._known and self._is_posted(input_name(name)):
                raise ValidationError(gettext("“%s” has an input of its own above.") % self._known[name].label)
        return read_by_type(typed, before=self.instance.attributes)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self.instance.attributes = self._attributes(cleaned)
        return cleaned

    def _attributes(self, cleaned: dict[str, Any]) -> dict[str, str]:
        before = self.instance.attributes
        kept = {name: value for name, value in before.items() if not self._has_asked(name, value)}
        asked = {name: cleaned[input_name(name)] for name in self._known if self._is_posted(input_name(name))}
        return {**kept, **{name: value for name, value in asked.items() if value}, **cleaned[LINES]}

    def _has_asked(self, name: str, value: str) -> bool:
        """Whether the page that was sent showed the attribute; fields come and go while a form is open."""
        if name in self._known:
            return self._is_posted(input_name(name))
        return _is_line(name, value) and self._is_posted(LINES) and not self._is_posted(input_name(name))

    def _is_posted(self, name: str) -> bool:
        return self.add_prefix(name) in self.data


def input_name(name: str) -> str:
    """What the input of an attribute is called in the form."""
    return f"{INPUT_PREFIX}{name}"


def _is_line(name: str, value: str) -> bool:
    """Whether a line of the form can say it and be read again."""
    return is_attribute_name(name) and len(str(value).splitlines()) == 1


def parse_attributes(lines: str) -> dict[str, str]:
    """Attributes of the lines `name: value`; lines without a value are left out. Raises ValidationError."""
    attributes: dict[str, str] = {}
    for number, line in enumerate(lines.replace("\0", "").splitlines(), start=1):
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon:
            raise ValidationError(gettext("Line %d has no colon. Write it as name: value.") % number)
        if not is_attribute_name(name):
            raise ValidationError(
                gettext(
                    "Line %(line)d: “%(name)s” cannot be a name. Use small letters a to z, digits and _, beginning with a"
                    " letter, and none of the fields above."
                )
                % {"line": number, "name": name}
            )
        if name in attributes:
            raise ValidationError(gettext("Line %(line)d: “%(name)s” is there twice.") % {"line": number, "name": name})
        if value:
            attributes[name] = value
    return attributes


def read_by_type(attributes: dict[str, str], *, before: dict[str, str]) -> dict[str, str]:
    """The attributes in the stored form of their fields; what stood there `before` may stay.

    Raises ValidationError for new values that do not fit.
    """
    rules = value_rules(attributes)
    stored: dict[str, str] = {}
    problems = []
    for name, value in attributes.items():
        rule = rules.get(name, TEXT_RULE)
        try:
            stored[name] = stored_form(value, rule.field_type, rule.options)
        except ValueDoesNotFit:
            if before.get(name) == value:
                stored[name] = value
                continue
            values = {"name": name, "value": value[:60], "hint": type_hint(rule)}
            problems.append(gettext("“%(value)s” does not fit the field %(name)s: it takes %(hint)s.") % values)
    if problems:
        raise ValidationError(problems)
    return stored
