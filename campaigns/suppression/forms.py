"""What people type about suppressions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.privacy.forgotten import is_forgotten
from campaigns.suppression.batches import MAX_BYTES
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
        if is_forgotten(parsed.key):
            raise ValidationError(gettext("This person was forgotten: they get no mail already."), code="forgotten")
        known = Suppression.objects.filter(address_key=parsed.key).first()
        if known is not None:
            raise ValidationError(_suppressed_as(known), code="taken")
        return parsed.address


def _suppressed_as(known: Suppression) -> SafeString:
    link = format_html('<a href="{}">{}</a>', reverse("admin:campaigns_suppression_change", args=[known.pk]), known)
    return format_html(gettext("This address is suppressed already: {}."), link)


class ManyForm(forms.Form):
    """Several addresses at once, pasted or as a file."""

    addresses = forms.CharField(
        label=_("Addresses"),
        help_text=_("One on a line, or several with commas between them."),
        required=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("or a CSV file of them"),
        help_text=_("A column “reason” may say bounce, complaint, unsubscribe or manual. At most 4 MB."),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    reason = forms.ChoiceField(
        label=_("Reason, where the file says none"),
        choices=Suppression.Reason.choices,
        initial=Suppression.Reason.IMPORT,
    )
    note = forms.CharField(
        label=_("Why"), help_text=_("For your colleagues: where the list comes from."), max_length=500, required=False
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("addresses", "").strip()) == bool(given.get("file")) and not self.errors:
            raise ValidationError(_("Paste addresses or choose a file, one of the two."), code="one_of_two")
        return given


class ReleaseForm(forms.Form):
    """Why an address may get mail again."""

    reason_text = forms.CharField(
        label=_("Why may this address get mail again?"),
        help_text=_("It is kept in the activity log, with your name."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    has_asked = forms.BooleanField(
        label=_("The person asked for our mail again, and I can show it."),
        help_text=_("A second complaint of the same person harms the reputation of all our mail."),
    )

    def __init__(self, *args: Any, suppression: Suppression, **more: Any) -> None:
        super().__init__(*args, **more)
        if suppression.reason != Suppression.Reason.COMPLAINT:
            del self.fields["has_asked"]
