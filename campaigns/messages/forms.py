"""What people type about messages: templates, the house layout, and the unsaved text that is previewed."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.audience.models import Contact
from campaigns.messages.models import HouseLayout, MessageContent, Template

ONE_LINE_BREAK = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def contact_by_address(text: str) -> Contact | None:
    """The contact with this address, as typed or as chosen from the suggestions (`Anna Berg <anna@…>`)."""
    address = text.replace("\0", "").rsplit("<", 1)[-1].rstrip("> ").strip()
    return Contact.objects.filter(address_key=address.lower()).first()


class TemplateForm(forms.ModelForm[Template]):
    """A template; a broken one may be saved, the page says what is wrong with it."""

    class Meta:
        model = Template
        fields = ("name", "subject", "preheader", "kind", "body", "text_body")
        widgets = {
            "kind": forms.RadioSelect,
            "body": forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
            "text_body": forms.Textarea(attrs={"rows": 8}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Template.Kind.choices  # type: ignore[attr-defined]  # without the empty one

    def clean_subject(self) -> str:
        subject = str(self.cleaned_data["subject"])
        if ONE_LINE_BREAK.search(subject):
            raise ValidationError(_("This must stay on one line: take the line break out."), code="line_break")
        return subject


class LayoutForm(forms.ModelForm[HouseLayout]):
    """The house layout."""

    logo_url = forms.URLField(
        label=_("Logo"), help_text=_("An https address of a picture."), required=False, assume_scheme="https"
    )

    class Meta:
        model = HouseLayout
        fields = ("organisation", "postal_address", "footer", "logo_url", "accent_color")
        widgets = {"accent_color": forms.TextInput(attrs={"type": "color"})}


class DraftedMessage(forms.Form):
    """A message as it stands in the form of a campaign or a template, saved or not; nothing is required."""

    kind = forms.ChoiceField(choices=MessageContent.Kind.choices, required=False)
    subject = forms.CharField(required=False, strip=False, max_length=300)
    preheader = forms.CharField(required=False, strip=False, max_length=300)
    body = forms.CharField(required=False, strip=False)
    text_body = forms.CharField(required=False, strip=False)

    def content(self) -> MessageContent:
        """The message as a row that is never saved; what cannot be read is left empty."""
        self.is_valid()
        words = {name: self.cleaned_data.get(name, "") for name in self.fields}
        words["kind"] = words["kind"] or MessageContent.Kind.MARKDOWN
        return Template(**words)
