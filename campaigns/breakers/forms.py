"""What people type about breakers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.breakers.models import BreakerLimits


class LimitsForm(forms.ModelForm[BreakerLimits]):
    """Limits of the installation, or of one account."""

    class Meta:
        model = BreakerLimits
        fields = ("is_on", "bounce_pct", "bounce_sample", "complaint_pct", "complaint_sample")
        help_texts = {
            "bounce_pct": _("Of the mailboxes that answered. SES reviews an account at 5 %."),
            "bounce_sample": _("While fewer answered, as many bounces are let pass as though so many had."),
            "complaint_pct": _("SES reviews an account at 0.1 %."),
            "complaint_sample": _("Complaints are rare: a few of few people would say little."),
        }


class GoOnForm(forms.Form):
    """Why sending should go on."""

    reason_text = forms.CharField(
        label=_("Why should it go on?"),
        help_text=_("It is kept in the activity log, with your name."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
