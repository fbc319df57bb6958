"""What marketers type about a contact form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.forms.models import ContactForm
from campaigns.messages.forms import clean_one_line
from campaigns.sending.accounts import first_account
from campaigns.sending.forms import clean_address, offer_accounts
from campaigns.sending.models import SendingAccount
from campaigns.website_fields import clean_origins, require_page_of


class ContactEditForm(forms.ModelForm[ContactForm]):
    """A contact form: what it says, where what is written goes, where it may stand, its limits."""

    return_url = forms.URLField(
        label=_("Thank-you page"),
        help_text=_("Where people land whose browser runs no scripts: a page of one of the websites above."),
        max_length=300, required=False, assume_scheme="https",
    )  # fmt: skip

    class Meta:
        model = ContactForm
        fields = (
            "name", "is_active", "is_default", "language", "title", "intro", "thanks_text", "recipient", "account",
            "from_name", "from_address", "subject_prefix", "allowed_origins", "return_url", "per_address_hour",
            "per_form_hour", "kept_days",
        )  # fmt: skip
        widgets = {
            "intro": forms.Textarea(attrs={"rows": 3}),
            "thanks_text": forms.Textarea(attrs={"rows": 2}),
            "allowed_origins": forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        }
        help_texts = {
            "is_active": _("A closed form says so and takes nothing."),
            "is_default": _("For pages that send no formId, where their website has not exactly one form."),
            "recipient": _("The one mailbox that gets what is written. Visitors cannot choose another."),
            "from_address": _("An address of yours that SES knows. Who wrote stands in Reply-To."),
            "thanks_text": _("Left empty: “Thank you. Your message is on its way.”"),
            "subject_prefix": _("Such as [Website]."),
            "allowed_origins": _(
                "One for each line, like https://www.club.example. Only these may send from a script."
            ),
            "kept_days": _("Then they are deleted here. The mails in your mailbox stay."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial = {**starting_values(), **self.initial}
        if SendingAccount.objects.exists():
            self.instance.account = self.instance.account or first_account()
            offer_accounts(self.fields, chosen_id=self.instance.account_id)

    def clean_recipient(self) -> str:
        return clean_address(self.cleaned_data["recipient"])

    def clean_from_address(self) -> str:
        return clean_address(self.cleaned_data["from_address"])

    def clean_from_name(self) -> str:
        return clean_one_line(self.cleaned_data["from_name"])

    def clean_subject_prefix(self) -> str:
        return clean_one_line(self.cleaned_data["subject_prefix"])

    def clean_is_default(self) -> bool:
        wanted = bool(self.cleaned_data["is_default"])
        other = ContactForm.objects.filter(is_default=True).exclude(pk=self.instance.pk).first()
        if wanted and other is not None:
            raise ValidationError(gettext("“%s” does so already. Take it off there first.") % other.name)
        return wanted

    def clean_allowed_origins(self) -> str:
        return clean_origins(self.cleaned_data["allowed_origins"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        try:
            require_page_of(given.get("return_url") or "", given.get("allowed_origins") or "")
        except ValidationError as error:
            self.add_error("return_url", error)
        return given


def starting_values() -> dict[str, Any]:
    """What a new form begins with, in the language of whoever makes it."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return {
        "language": language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        "title": gettext("Write to us"),
        "subject_prefix": gettext("[Website]"),
        "from_address": settings.DEFAULT_FROM_ADDRESS,
    }
