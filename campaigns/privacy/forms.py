"""What is asked before a person is forgotten."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.privacy.services import REASON_LENGTH


class ForgetForm(forms.Form):
    """The reason, and a tick that nobody sets by accident."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        help_text=_("Kept on record, so without name and address: “asked by letter on 3 May”."),
    )
    is_sure = forms.BooleanField(label=_("Yes, forget this person for good"))
