"""The form of an SMTP user; what the policy compiler refuses is refused here, by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from credentials.smtp_users.models import USERNAME_CHARS, SmtpUser
from credentials.smtp_users.policy import InvalidUsername, require_username
from credentials.smtp_users.preview import look_at, split_lines
from credentials.smtp_users.services import SmtpUserDraft
from credentials.smtp_users.wording import username_words

if TYPE_CHECKING:
    from credentials.smtp_users.preview import Preview

MOST_DAYS = 3650


class SmtpUserForm(forms.Form):
    """What a person says of an SMTP user. The name of one that exists is not asked: its IAM user has it."""

    username = forms.CharField(
        label=_("User name"), max_length=USERNAME_CHARS,
        help_text=_("What you call it, such as office-printer or john. Letters, digits and _ + = , . @ -"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip
    description = forms.CharField(label=_("Description"), max_length=200, required=False)
    owner_address = forms.EmailField(
        label=_("Belongs to"),
        max_length=254,
        required=False,
        help_text=_("Address of the person who uses it: it is told by mail before an earlier password ends."),
    )
    allowed_senders = forms.CharField(
        label=_("May send as"), required=False,
        help_text=_("One address in a line. * stands for any characters: *@marketing.company.com. Nothing: nobody."),
        widget=forms.Textarea(attrs={"rows": 8, "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    rotate_every_days = forms.IntegerField(
        label=_("New password every (days)"), min_value=0, max_value=MOST_DAYS, required=False,
        help_text=_("Empty: as the installation says. 0: never by itself."),
    )  # fmt: skip

    def __init__(self, *args: Any, smtp_user: SmtpUser | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preview: Preview | None = None
        if smtp_user is not None:
            del self.fields["username"]
        self._username = smtp_user.username if smtp_user is not None else ""

    def clean_username(self) -> str:
        try:
            return require_username(self.cleaned_data["username"])
        except InvalidUsername as error:
            raise ValidationError(username_words(error)) from error

    def clean_allowed_senders(self) -> list[str]:
        lines = split_lines(self.cleaned_data["allowed_senders"])
        self.preview = look_at(lines)
        if self.preview.problems:
            raise ValidationError(list(self.preview.problems))
        return [line for line in lines if line]

    def draft(self) -> SmtpUserDraft:
        """What was typed, as the service takes it."""
        given = self.cleaned_data
        return SmtpUserDraft(
            username=given.get("username", self._username), allowed_senders=given["allowed_senders"],
            description=given["description"], owner_address=given["owner_address"],
            rotate_every_days=given["rotate_every_days"],
        )  # fmt: skip


def first_values(smtp_user: SmtpUser) -> dict[str, object]:
    """What the form of one that exists begins with."""
    return {
        "description": smtp_user.description, "owner_address": smtp_user.owner_address,
        "allowed_senders": "\n".join(smtp_user.allowed_senders), "rotate_every_days": smtp_user.rotate_every_days,
    }  # fmt: skip
