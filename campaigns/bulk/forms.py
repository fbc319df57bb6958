"""What is asked before a deed on many people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.audience.forms import LeaveListForm, ListForm, TagForm, TakeTagForm
from campaigns.bulk import fields
from campaigns.bulk.models import BulkChange
from portal.errors import InvalidInput

Deed = BulkChange.Deed


class SetFieldForm(forms.Form):
    """Which field gets which value."""

    field = forms.ChoiceField(label=_("Field"), choices=fields.field_choices)
    value = forms.CharField(
        label=_("Value"),
        max_length=fields.VALUE_LENGTH,
        required=False,
        help_text=_("Leave it empty to empty the field."),
    )

    def clean(self) -> dict[str, Any]:
        answer = super().clean() or self.cleaned_data
        if "field" in answer:
            try:
                fields.clean_value(answer["field"], answer.get("value", ""))
            except InvalidInput as error:
                self.add_error("value", str(error))
        return answer


FORMS: dict[str, type[forms.Form]] = {
    Deed.ADD_TAG: TagForm,
    Deed.REMOVE_TAG: TakeTagForm,
    Deed.ADD_TO_LIST: ListForm,
    Deed.REMOVE_FROM_LIST: LeaveListForm,
    Deed.SET_FIELD: SetFieldForm,
    Deed.DELETE: forms.Form,
}
