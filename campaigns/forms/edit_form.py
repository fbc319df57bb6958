"""What marketers type about a contact form."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.forms.models import ContactForm
from campaigns.messages.forms import ONE_LINE_BREAK
from campaigns.sending.forms import clean_address
from campaigns.sending.models import SendingAccount

_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?")


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
        accounts = list(SendingAccount.objects.all()[:2])
        if len(accounts) == 1:  # nothing to choose
            del self.fields["account"]
            self.instance.account = self.instance.account or accounts[0]

    def clean_recipient(self) -> str:
        return clean_address(self.cleaned_data["recipient"])

    def clean_from_address(self) -> str:
        return clean_address(self.cleaned_data["from_address"])

    def clean_from_name(self) -> str:
        return _one_line(self.cleaned_data["from_name"])

    def clean_subject_prefix(self) -> str:
        return _one_line(self.cleaned_data["subject_prefix"])

    def clean_is_default(self) -> bool:
        wanted = bool(self.cleaned_data["is_default"])
        other = ContactForm.objects.filter(is_default=True).exclude(pk=self.instance.pk).first()
        if wanted and other is not None:
            raise ValidationError(gettext("“%s” does so already. Take it off there first.") % other.name)
        return wanted

    def clean_allowed_origins(self) -> str:
        found = []
        for word in self.cleaned_data["allowed_origins"].split():
            parts = urlsplit(word.lower())
            origin = f"{parts.scheme}://{parts.netloc}"
            if not _ORIGIN.fullmatch(origin):
                raise ValidationError(
                    gettext("“%s” is no website. Write it like https://www.club.example.") % word[:80]
                )
            found.append(origin)
        return "\n".join(dict.fromkeys(found))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        parts = urlsplit(given.get("return_url") or "")
        if parts.netloc and f"{parts.scheme}://{parts.netloc}" not in (given.get("allowed_origins") or "").split():
            self.add_error("return_url", gettext("It must be a page of one of the websites above."))
        return given


def _one_line(text: str) -> str:
    """The text of a header of the mail, which could not be sent with a line break."""
    if ONE_LINE_BREAK.search(text):
        raise ValidationError(gettext("This must stay on one line: take the line break out."), code="line_break")
    return text


def starting_values() -> dict[str, Any]:
    """What a new form begins with, in the language of whoever makes it."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return {
        "language": language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        "title": gettext("Write to us"),
        "subject_prefix": gettext("[Website]"),
        "from_address": settings.DEFAULT_FROM_ADDRESS,
    }
