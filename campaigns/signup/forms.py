"""What marketers type about a sign-up form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.messages.forms import clean_one_line
from campaigns.sending.accounts import first_account
from campaigns.sending.forms import clean_address, offer_accounts
from campaigns.sending.models import SendingAccount
from campaigns.signup.mail import check_message, default_body, default_subject
from campaigns.signup.models import SignupForm
from campaigns.signup.questions import all_questions
from campaigns.website_fields import clean_origins, require_page_of
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

ASK_CHOICES = (("", _("not asked")), ("asked", _("may be answered")), ("required", _("must be answered")))


class SignupEditForm(forms.ModelForm[SignupForm]):
    """A sign-up form: what it says, what it asks, the mail it sends, where it may stand."""

    return_url = forms.URLField(
        label=_("Page to go back to"),
        help_text=_("After a sign-up on your website people come back to this page of it."),
        max_length=300, required=False, assume_scheme="https",
    )  # fmt: skip

    class Meta:
        model = SignupForm
        fields = (
            "contact_list", "is_open", "language", "title", "intro", "consent_text", "button", "account", "from_name",
            "from_address", "reply_to", "confirmation_subject", "confirmation_body", "thanks_text", "allowed_origins",
            "return_url",
        )  # fmt: skip
        widgets = {
            "intro": forms.Textarea(attrs={"rows": 3}),
            "consent_text": forms.Textarea(attrs={"rows": 3}),
            "confirmation_body": forms.Textarea(attrs={"rows": 9, "spellcheck": "true"}),
            "thanks_text": forms.Textarea(attrs={"rows": 3}),
            "allowed_origins": forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        }
        help_texts = {
            "contact_list": _("Who confirms is put on this list."),
            "is_open": _("A closed form says so and takes nobody."),
            "consent_text": _("Stands beside a box to tick, and is kept with each person as it was shown."),
            "button": _("Left empty: “Sign up”, in the language of the form."),
            "confirmation_body": _("Markdown in the house layout. {{ confirm_url }} is the link, and must be in it."),
            "thanks_text": _("Shown to who has confirmed. Left empty, we say that they are on the list."),
            "allowed_origins": _("One for each line, like https://www.club.example. Needed for the snippets below."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial = {**self.initial, **starting_values()}
        if SendingAccount.objects.exists():
            self.instance.account = self.instance.account or first_account()
            offer_accounts(self.fields, chosen_id=self.instance.account_id)
        asked = {name: "required" if is_required else "asked" for name, is_required in self.instance.asked_fields}
        for question in all_questions():
            self.fields[f"ask_{question.name}"] = forms.ChoiceField(
                label=question.label, choices=ASK_CHOICES, required=False, initial=asked.get(question.name, "")
            )

    def asks(self) -> Iterator[forms.BoundField]:
        """One choice for each field that can be asked for."""
        return (self[name] for name in self.fields if name.startswith("ask_"))

    def clean_from_address(self) -> str:
        return clean_address(self.cleaned_data["from_address"])

    def clean_reply_to(self) -> str:
        text = self.cleaned_data["reply_to"]
        return clean_address(text) if text else ""

    def clean_from_name(self) -> str:
        return clean_one_line(self.cleaned_data["from_name"])

    def clean_confirmation_subject(self) -> str:
        return clean_one_line(self.cleaned_data["confirmation_subject"])

    def clean_allowed_origins(self) -> str:
        return clean_origins(self.cleaned_data["allowed_origins"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        self._check_return_url(given)
        self._check_mail(given)
        self.instance.asked_fields = [
            [name.removeprefix("ask_"), value == "required"]
            for name, value in given.items()
            if name.startswith("ask_") and value
        ]
        return given

    def _check_return_url(self, given: dict[str, Any]) -> None:
        try:
            require_page_of(given.get("return_url") or "", given.get("allowed_origins") or "")
        except ValidationError as error:
            self.add_error("return_url", error)

    def _check_mail(self, given: dict[str, Any]) -> None:
        subject, body = given.get("confirmation_subject"), given.get("confirmation_body")
        if not subject or not body:
            return
        try:
            check_message(subject=subject, body=body)
        except InvalidInput as error:
            self.add_error("confirmation_body", str(error))


def starting_values() -> dict[str, Any]:
    """What a new form begins with, in the language of whoever makes it."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    last = SignupForm.objects.only("from_name", "from_address", "reply_to").order_by("-pk").first()
    return {
        "language": language,
        "title": gettext("Our newsletter"),
        "intro": gettext("What is new with us, by mail."),
        "consent_text": gettext("Yes, I want to get this newsletter. I can leave it at any time with one click."),
        "confirmation_subject": default_subject(language),
        "confirmation_body": default_body(language),
        "from_name": last.from_name if last else "",
        "from_address": last.from_address if last else settings.DEFAULT_FROM_ADDRESS,
        "reply_to": last.reply_to if last else "",
    }
