"""What is asked before a deed on many people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.audience.forms import LeaveListForm, ListForm, TagForm, TakeTagForm
from campaigns.bulk import fields
from campaigns.bulk.models import BulkChange
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from django.http import QueryDict

Deed = BulkChange.Deed


class ChooseFieldForm(forms.Form):
    """Which field gets a value; then the value is asked by an input of the field's type."""

    field = forms.ChoiceField(label=_("Field"), choices=fields.field_choices)


class SetFieldForm(forms.Form):
    """Which value the chosen field gets."""

    field = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, field: str) -> None:
        super().__init__(data, initial={"field": field})
        self.fields["value"] = fields.value_input(field)

    def clean(self) -> dict[str, Any]:
        answer = super().clean() or self.cleaned_data
        if "field" in answer and "value" in answer:
            try:
                fields.clean_value(answer["field"], answer["value"])
            except InvalidInput as error:
                self.add_error("value", str(error))
        return answer


FORMS: dict[str, type[forms.Form]] = {
    Deed.ADD_TAG: TagForm,
    Deed.REMOVE_TAG: TakeTagForm,
    Deed.ADD_TO_LIST: ListForm,
    Deed.REMOVE_FROM_LIST: LeaveListForm,
    Deed.SET_FIELD: ChooseFieldForm,
    Deed.DELETE: forms.Form,
}


def form_for(deed: str, asked: QueryDict, *, is_answered: bool) -> forms.Form:
    """What is asked before the deed, with the answers where there are any; valid when everything is answered."""
    field = str(asked.get("field", ""))
    if deed == Deed.SET_FIELD and field in dict(fields.field_choices()):
        return SetFieldForm(asked if is_answered and "value" in asked else None, field=field)
    return FORMS[deed](asked if is_answered else None)
