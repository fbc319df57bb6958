"""What operators type about a webhook."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.webhooks.models import WebhookEndpoint
from campaigns.webhooks.words import CHOICES
from portal.errors import Refused, Unavailable
from portal.public_post import check_url, is_named


class EndpointForm(forms.ModelForm[WebhookEndpoint]):
    """Where to post, and which events."""

    url = forms.URLField(
        label=_("Address"), max_length=500, assume_scheme="https",
        help_text=_("A public https address. Servers of your own network only where WEBHOOK_ALLOWED_HOSTS names them."),
    )  # fmt: skip
    event_types = forms.MultipleChoiceField(
        label=_("Events"), choices=CHOICES, widget=forms.CheckboxSelectMultiple,
        help_text=_("SMTP relays tell nothing of single mails: those events come for mail through SES."),
    )  # fmt: skip

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "event_types", "is_active")
        help_texts = {"is_active": _("Switched on again it begins with what happens from then on.")}

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        if not url.startswith("https://") and not is_named(url, settings.WEBHOOK_ALLOWED_HOSTS):
            raise ValidationError(gettext("It must begin with https://, or everybody on the way can read it."))
        try:
            check_url(url, allowed_hosts=settings.WEBHOOK_ALLOWED_HOSTS)
        except Refused as error:
            raise ValidationError(gettext("This address is not on the public web, or has an odd port.")) from error
        except Unavailable as error:
            raise ValidationError(gettext("There is no server of this name.")) from error
        return url
