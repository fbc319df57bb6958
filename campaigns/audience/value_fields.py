"""Inputs for the values of fields, one kind for each type; what is typed is given on in its stored form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape, format_html, format_html_join
from django.utils.translation import gettext

from campaigns.audience.field_values import NO, YES, FieldType, ValueDoesNotFit, ValueRule, fits, stored_form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.safestring import SafeString

    from campaigns.audience.fields import ContactField

SHOWN_OF_VALUE = 60


class DateWidget(forms.TextInput):
    """A date input; an input of text where the value is no date, which browsers would show as nothing."""

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, dict(attrs or {}))
        if _shown(ValueRule(FieldType.DATE), text := str(value or "")) == text and fits(text, FieldType.DATE):
            context["widget"]["type"] = "date"
        return context


class ValueField(forms.CharField):
    """One value of a known field.

    `before` is what the person has: it may stay as it is even where it does not fit.
    """

    def __init__(self, rule: ValueRule, *, before: str = "", **kwargs: Any) -> None:
        self.rule = rule
        self.before = before
        self.shown = _shown(rule, before)
        super().__init__(required=False, initial=self.shown, widget=_widget(rule, self.shown), **kwargs)

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value) or "")
        if _one_line_end(typed) == _one_line_end(self.shown):
            return self.before
        try:
            return stored_form(typed, self.rule.field_type, self.rule.options)
        except ValueDoesNotFit as error:
            raise ValidationError(misfit_words(typed, self.rule), code="misfit") from error


def value_field(field: ContactField, *, before: str = "") -> ValueField:
    """The input for the values of a field, with its label and its help."""
    rule = ValueRule(field.kind, tuple(field.options))
    return ValueField(rule, before=before, label=field.label, help_text=_help(field, rule, before))


def type_hint(rule: ValueRule) -> str:
    """What a field of this type takes, in words."""
    if rule.field_type is FieldType.CHOICE:
        return gettext("one of %s") % ", ".join(rule.options)
    return {
        FieldType.TEXT: gettext("any text"),
        FieldType.NUMBER: gettext("a number such as 12 or 1.5"),
        FieldType.DATE: gettext("a date such as 2026-11-22"),
        FieldType.YES_NO: gettext("yes or no"),
    }[rule.field_type]


def misfit_words(value: str, rule: ValueRule) -> str:
    """Why the value is refused."""
    words = {"value": value[:SHOWN_OF_VALUE], "hint": type_hint(rule)}
    return gettext("“%(value)s” does not fit: this field takes %(hint)s.") % words


def _shown(rule: ValueRule, value: str) -> str:
    """The value as the input holds it: in the stored form, or as it is where it does not fit."""
    try:
        return stored_form(value, rule.field_type, rule.options)
    except ValueDoesNotFit:
        return value.strip()


def _widget(rule: ValueRule, shown: str) -> forms.Widget:
    if rule.field_type in {FieldType.YES_NO, FieldType.CHOICE}:
        return forms.Select(choices=_choices(rule, shown))
    if rule.field_type is FieldType.DATE:
        return DateWidget()
    if rule.field_type is FieldType.NUMBER:
        # A number input posts nothing for what it cannot read, and reads 1,5 only in some languages.
        return forms.TextInput(attrs={"inputmode": "decimal"})
    if len(shown.splitlines()) > 1:
        return forms.Textarea(attrs={"rows": 4, "cols": 40})
    return forms.TextInput(attrs={"class": "vTextField"})


def _choices(rule: ValueRule, shown: str) -> list[tuple[str, str]]:
    """The answers, and the present value where it is none of them."""
    answers = [(option, option) for option in rule.options]
    if rule.field_type is FieldType.YES_NO:
        answers = [(YES, gettext("yes")), (NO, gettext("no"))]
    odd = [(shown, shown)] if shown and shown not in dict(answers) else []
    return [("", "–"), *odd, *answers]


def _help(field: ContactField, rule: ValueRule, before: str) -> SafeString:
    """Escaped here: the admin's own forms trust what they are given as help."""
    sentences = [escape(field.help_text)] if field.help_text else []
    if field.default:
        sentences.append(format_html(gettext("Left empty, messages say “{}”."), field.default))
    if not fits(before, rule.field_type, rule.options):
        note = gettext("“%(value)s” does not fit: this field takes %(hint)s. It stays until you write another value.")
        words = note % {"value": before[:SHOWN_OF_VALUE], "hint": type_hint(rule)}
        sentences.append(format_html("<strong>{}</strong>", words))
    return format_html_join(" ", "{}", ((sentence,) for sentence in sentences))


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
