"""What people type about suppressions."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.suppression.models import Suppression
from portal.address_words import address_problem
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
            raise ValidationError(address_problem(error), code=error.code) from error
        known = Suppression.objects.filter(address_key=parsed.key).first()
        if known is not None:
            raise ValidationError(_suppressed_as(known), code="taken")
        return parsed.address


def _suppressed_as(known: Suppression) -> SafeString:
    link = format_html('<a href="{}">{}</a>', reverse("admin:campaigns_suppression_change", args=[known.pk]), known)
    return format_html(gettext("This address is suppressed already: {}."), link)


class ReleaseForm(forms.Form):
    """Why an address may get mail again."""

    reason_text = forms.CharField(
        label=_("Why may this address get mail again?"),
        help_text=_("It is kept in the activity log, with your name."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
