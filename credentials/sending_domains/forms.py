"""The forms of sending domains: what is typed, as the services take it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credentials.sending_domains.records import DmarcPolicy, StsMode
from credentials.sending_domains.services import Wishes

_LEVELS = (
    (DmarcPolicy.NONE.value, _("watch: p=none, reports only (begin here)")),
    (DmarcPolicy.QUARANTINE.value, _("spam folder: p=quarantine")),
    (DmarcPolicy.REJECT.value, _("refuse: p=reject")),
)
_MODES = (
    (StsMode.OFF.value, _("no policy")),
    (StsMode.TESTING.value, _("testing: senders report only")),
    (StsMode.ENFORCE.value, _("enforce: senders insist on TLS")),
)


class WishesForm(forms.Form):
    """What a domain is to do."""

    mail_from_label = forms.CharField(
        label=_("MAIL FROM subdomain"), max_length=63, required=False,
        help_text=_("Bounces go to it, and SPF is asked of it. It may be used for nothing else. Empty: SES's own name."),
    )  # fmt: skip
    dmarc_policy = forms.ChoiceField(label=_("What receivers do with forged mail (DMARC)"), choices=_LEVELS)
    reports_to = forms.CharField(
        label=_("Reports go to"), max_length=254, required=False,
        help_text=_("A mailbox that a program or a patient person reads; receivers write to it daily."),
    )  # fmt: skip
    is_receiving = forms.BooleanField(label=_("Mail to this domain comes in here"), required=False)
    sts_mode = forms.ChoiceField(
        label=_("MTA-STS, for mail that comes in"), choices=_MODES, required=False,
        help_text=_("Needs a web server of yours at mta-sts.<domain> that shows the policy."),
    )  # fmt: skip

    def wishes(self) -> Wishes:
        """What was typed; call it after `is_valid`."""
        given: dict[str, Any] = self.cleaned_data
        return Wishes(**{name: given[name] for name in Wishes.__dataclass_fields__})


class AddForm(forms.Form):
    """A new domain or address."""

    name = forms.CharField(
        label=_("Domain or address"), max_length=254,
        help_text=_("A domain lets every address of it send, signed by it. A single address is for a try only."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "placeholder": "example.com"}),
    )  # fmt: skip
