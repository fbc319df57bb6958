"""What is typed on a person's page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.audience.consent import Consent
from campaigns.audience.models import ContactList

WORDING_LENGTH = 1000


class ConsentForm(forms.Form):
    """That somebody agreed to get mail, or took it back, and where the proof lies."""

    kind = forms.ChoiceField(label=_("They"), choices=Consent.Kind.choices, initial=Consent.Kind.GIVEN)
    wording = forms.CharField(
        label=_("How do we know?"),
        help_text=_("What they agreed to, and where the proof lies: paper form of 12 January, folder B."),
        max_length=WORDING_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    contact_list = forms.ModelChoiceField(
        ContactList.objects.all(), label=_("For"), required=False, empty_label=_("all our mail")
    )


class WhyForm(forms.Form):
    """An address, and perhaps a campaign, to ask about."""

    address = forms.CharField(label=_("Address"), max_length=320)
    campaign = forms.CharField(
        label=_("Campaign"),
        max_length=200,
        required=False,
        help_text=_("Its name, or what it begins with. Left empty: whether campaigns reach them at all."),
        widget=forms.TextInput(attrs={"list": "known-campaigns", "autocomplete": "off"}),
    )
