"""What people type on the campaign screens."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q

from campaigns.messages.forms import clean_one_line, offer_layouts
from campaigns.messages.models import Revision
from campaigns.sending.drafts import AUDIENCE_FIELDS, Audience
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.states import AccountKind
from portal.address_words import address_problem
from portal.mail.address import InvalidAddress, parse_address


def clean_address(text: str) -> str:
    """The address as it is written to. Raises ValidationError in plain words."""
    try:
        return parse_address(text).address
    except InvalidAddress as error:
        raise ValidationError(address_problem(error), code=error.code) from error


def offer_accounts(fields: dict[str, forms.Field], *, chosen_id: int | None) -> None:
    """The accounts in use, the first of them chosen, and the one that was chosen before; without a choice, no field."""
    choices = SendingAccount.objects.filter(Q(is_active=True) | Q(pk=chosen_id)).order_by("pk")
    if choices.count() < 2:  # noqa: PLR2004  # nothing to choose
        del fields["account"]
    else:
        field = cast("forms.ModelChoiceField[SendingAccount]", fields["account"])
        field.queryset, field.empty_label = choices, None


class CampaignForm(forms.ModelForm[Campaign]):
    """A draft: its message, its sender and its audience. A broken message may be saved, it only cannot be sent."""

    template_revision = forms.ModelChoiceField(  # the template that a new draft began with, as it was then
        queryset=Revision.objects.filter(template__isnull=False), required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = Campaign
        fields = (
            "name",
            "account",
            "from_name",
            "from_address",
            "reply_to",
            "is_tracked",
            "resends_uncertain",
            "subject",
            "preheader",
            "kind",
            "house_layout",
            "body",
            "text_body",
            "embeds_images",
            "is_to_everybody",
            "include_lists",
            "include_tags",
            "include_segments",
            "exclude_lists",
            "exclude_tags",
            "exclude_segments",
        )
        widgets = {
            "kind": forms.RadioSelect,
            "body": forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
            "text_body": forms.Textarea(attrs={"rows": 8}),
            "include_lists": forms.CheckboxSelectMultiple,
            "include_tags": forms.CheckboxSelectMultiple,
            "include_segments": forms.CheckboxSelectMultiple,
            "exclude_lists": forms.CheckboxSelectMultiple,
            "exclude_tags": forms.CheckboxSelectMultiple,
            "exclude_segments": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_address"].required = True
        self.fields["kind"].choices = Campaign.Kind.choices  # type: ignore[attr-defined]  # without the empty one
        offer_layouts(self.fields["house_layout"])
        offer_accounts(self.fields, chosen_id=self.instance.account_id)
        if not self.instance.is_tracked and not SendingAccount.objects.exclude(tracking_configuration_set="").exists():
            del self.fields["is_tracked"]  # no account could
        if not SendingAccount.objects.filter(kind=AccountKind.SMTP).exists():
            del self.fields["resends_uncertain"]  # SES sends news
        if not self.instance.pk and not self.initial.get("from_address"):
            self.initial["from_address"] = settings.DEFAULT_FROM_ADDRESS

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance._state.adding:  # noqa: SLF001
            self.instance.template_revision = self.cleaned_data.get("template_revision")
        return cleaned

    def clean_from_address(self) -> str:
        return clean_address(self.cleaned_data["from_address"])

    def clean_reply_to(self) -> str:
        text = self.cleaned_data["reply_to"]
        return clean_address(text) if text else ""

    def clean_from_name(self) -> str:
        return clean_one_line(self.cleaned_data["from_name"])

    def clean_subject(self) -> str:
        return clean_one_line(self.cleaned_data["subject"])

    def clean_preheader(self) -> str:
        return clean_one_line(self.cleaned_data["preheader"])

    def audience(self) -> Audience:
        """The chosen audience; call it on a valid form."""
        return Audience(**{name: self.cleaned_data[name] for name in AUDIENCE_FIELDS})
