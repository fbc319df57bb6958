"""What people type about messages: templates, the house layout, and the unsaved text that is previewed."""

from __future__ import annotations

import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.audience.models import Contact
from campaigns.messages.models import Draftable, HouseLayout, MessageContent, Snippet, Template

COLOR_FIELDS = ("accent_color", "page_color", "text_color")
ONE_LINE_BREAK = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def contact_by_address(text: str) -> Contact | None:
    """The contact with this address, as typed or as chosen from the suggestions (`Anna Berg <anna@…>`)."""
    address = text.replace("\0", "").rsplit("<", 1)[-1].rstrip("> ").strip()
    return Contact.objects.filter(address_key=address.lower()).first()


def clean_one_line(text: str) -> str:
    """The text of a header of the mail, which could not be sent with a line break. Raises ValidationError."""
    if ONE_LINE_BREAK.search(text):
        raise ValidationError(_("This must stay on one line: take the line break out."), code="line_break")
    return text


def offer_layouts(field: forms.Field) -> None:
    """Say in a form's choice of house layouts which one stands for "none chosen"."""
    default = HouseLayout.objects.order_by("-is_default", "pk").first()
    words = _("the default (%(name)s)") % {"name": default} if default else _("the default")
    cast("forms.ModelChoiceField[HouseLayout]", field).empty_label = str(words)


class TemplateForm(forms.ModelForm[Template]):
    """A template; a broken one may be saved, the page says what is wrong with it."""

    class Meta:
        model = Template
        fields = ("name", "subject", "preheader", "kind", "house_layout", "body", "text_body", "embeds_images")
        widgets = {
            "kind": forms.RadioSelect,
            "body": forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
            "text_body": forms.Textarea(attrs={"rows": 8}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Template.Kind.choices  # type: ignore[attr-defined]  # without the empty one
        offer_layouts(self.fields["house_layout"])

    def clean_subject(self) -> str:
        return clean_one_line(self.cleaned_data["subject"])


class LayoutForm(forms.ModelForm[HouseLayout]):
    """A house layout. The default one cannot be unticked, another one takes it over."""

    logo_url = forms.URLField(
        label=_("Logo"), help_text=_("An https address of a picture."), required=False, assume_scheme="https"
    )

    # No field of the model for Django, which would refuse a second default before the service takes it from the first.
    is_default = forms.BooleanField(
        label=_("Used where nothing else is chosen"),
        help_text=_("Takes this over from the one that has it."),
        required=False,
    )

    class Meta:
        model = HouseLayout
        fields = (
            "name", "organisation", "postal_address", "footer", "logo_url", "accent_color", "page_color", "text_color",
        )  # fmt: skip
        widgets = {name: forms.TextInput(attrs={"type": "color"}) for name in COLOR_FIELDS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.is_default:
            del self.fields["is_default"]

    def save(self, commit: bool = True) -> HouseLayout:  # Django's signature
        self.instance.is_default = self.instance.is_default or bool(self.cleaned_data.get("is_default"))
        return super().save(commit)


class SnippetForm(forms.ModelForm[Snippet]):
    """A snippet; unlike a template a broken one is refused, because it would break every message that uses it."""

    class Meta:
        model = Snippet
        fields = ("name", "description", "kind", "body")
        widgets = {
            "kind": forms.RadioSelect,
            "body": forms.Textarea(attrs={"rows": 12, "spellcheck": "true"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Snippet.Kind.choices  # type: ignore[attr-defined]  # without the empty one
        self.fields["body"].strip = False  # type: ignore[attr-defined]


class DraftedMessage(forms.Form):
    """A message as it stands in the form of a campaign or a template, saved or not; nothing is required."""

    kind = forms.ChoiceField(choices=MessageContent.Kind.choices, required=False)
    subject = forms.CharField(required=False, strip=False, max_length=300)
    preheader = forms.CharField(required=False, strip=False, max_length=300)
    house_layout = forms.ModelChoiceField(queryset=HouseLayout.objects.all(), required=False)
    body = forms.CharField(required=False, strip=False)
    text_body = forms.CharField(required=False, strip=False)

    def content(self) -> Draftable:
        """The message as a row that is never saved; what cannot be read is left empty."""
        self.is_valid()
        words = {name: self.cleaned_data.get(name, "") for name in self.fields}
        words["kind"] = words["kind"] or MessageContent.Kind.MARKDOWN
        words["house_layout"] = words["house_layout"] or None
        return Template(**words)
