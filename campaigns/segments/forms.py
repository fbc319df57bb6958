"""What the builder sends: name, description, and the definition as JSON."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.segments.catalogue import Catalogue, known_catalogue
from campaigns.segments.definition import Group, InvalidDefinition, read_definition
from campaigns.segments.models import Segment
from campaigns.segments.wording import describe_problems

MAX_JSON = 100_000


class SegmentForm(forms.ModelForm[Segment]):
    """One segment; `group` is the checked definition once the form is valid."""

    definition = forms.CharField(widget=forms.HiddenInput, max_length=MAX_JSON, label=_("Conditions"))

    group: Group

    class Meta:
        model = Segment
        fields = ("name", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.catalogue = known_catalogue()
        if self.instance.pk and "definition" not in self.initial:
            self.initial["definition"] = self.instance.definition
        if not isinstance(self.initial.get("definition", ""), str):
            self.initial["definition"] = json.dumps(self.initial["definition"])

    def clean_definition(self) -> Group:
        try:
            self.group = parse_definition(self.cleaned_data["definition"], self.catalogue)
        except InvalidDefinition as error:
            raise ValidationError(describe_problems(error.problems, self.catalogue)) from error
        return self.group


def parse_definition(text: str, catalogue: Catalogue) -> Group:
    """The definition that the builder sent. Raises InvalidDefinition."""
    try:
        raw = json.loads(text)
        json.dumps(raw, ensure_ascii=False).encode()  # half a surrogate pair is no text that a database takes
    except (ValueError, RecursionError):
        raw = None
    return read_definition(raw, catalogue.fields)
