"""What people type about suppressions."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.suppression.models import Suppression
from portal.mail.address import InvalidAddress, parse_address


class SuppressForm(forms.ModelForm[Suppression]):
    """An address that somebody asks us, in person, not to write to."""

    class Meta:
        model = Suppression
        fields = ("address", "note")
        labels = {"note": _("why")}
        help_texts = {"note": _("For your colleagues: who asked for it, and when.")}

    def clean_address(self) -> str:
        try:
            parsed = parse_address(self.cleaned_data["address"])
        except InvalidAddress as error:
            raise ValidationError(str(error), code=error.code) from error
        if Suppression.objects.filter(address_key=parsed.key).exists():
            raise ValidationError(_("This address is suppressed already."), code="taken")
        return parsed.address


class ReleaseForm(forms.Form):
    """Why an address may get mail again."""

    reason_text = forms.CharField(
        label=_("Why may this address get mail again?"),
        help_text=_("It is kept in the activity log, with your name."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
