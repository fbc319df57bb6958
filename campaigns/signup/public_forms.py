"""What people type into a sign-up form, with the trap that only machines fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaigns.audience.field_values import FieldType, ValueDoesNotFit, stored_form
from portal.address_words import address_problem
from portal.mail.address import InvalidAddress, parse_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.signup.questions import Question

TRAP = "homepage"
STAMP = "shown"
VALUE_LENGTH = 150


class JoinForm(forms.Form):
    """Address, what the form asks for, and the consent; `values` holds the answers in their stored form."""

    use_required_attribute = True

    def __init__(self, *args: Any, questions: Sequence[Question], consent_text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        self.values: dict[str, str] = {}
        self.fields["address"] = forms.CharField(
            label=_("E-mail address"),
            max_length=320,
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        )
        for question in questions:
            self.fields[question.input_name] = _field_of(question)
        self.fields["consent"] = forms.BooleanField(label=consent_text)

    def clean_address(self) -> str:
        try:
            return parse_address(self.cleaned_data["address"]).address
        except InvalidAddress as error:
            raise ValidationError(address_problem(error), code=error.code) from error

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for question in self.questions:
            given = str(cleaned.get(question.input_name) or "").replace("\0", "")
            try:
                self.values[question.name] = stored_form(" ".join(given.split()), question.field_type, question.options)
            except ValueDoesNotFit:
                self.add_error(question.input_name, _("“%s” does not fit here.") % given[:60])
        return cleaned


def is_trapped(posted: dict[str, Any]) -> bool:
    """Whether the field that nobody sees was filled in."""
    return bool(str(posted.get(TRAP, "")).strip())


def _field_of(question: Question) -> forms.Field:
    common: dict[str, Any] = {
        "label": question.label, "help_text": question.help_text, "required": question.is_required,
    }  # fmt: skip
    if question.field_type is FieldType.CHOICE:
        choices = [("", "–"), *((option, option) for option in question.options)]
        return forms.ChoiceField(choices=choices, **common)
    if question.field_type is FieldType.YES_NO:
        return forms.ChoiceField(choices=[("", "–"), ("yes", _("yes")), ("no", _("no"))], **common)
    if question.field_type is FieldType.DATE:
        return forms.CharField(max_length=10, widget=forms.DateInput(attrs={"type": "date"}), **common)
    attributes = {"autocomplete": {"first_name": "given-name", "last_name": "family-name"}.get(question.name, "on")}
    return forms.CharField(max_length=VALUE_LENGTH, widget=forms.TextInput(attrs=attributes), **common)
