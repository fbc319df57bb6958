"""Messages to one person, sent because they did something: a receipt, a new password, the words of a form."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.messages.models import MessageVersion, Template
from campaigns.sending.models import Campaign
from credentials.api_keys.models import ApiKey
from portal.fields import KeyField


class TransactionalMessage(models.Model):
    """One message as it was asked for; what becomes of it stands in the ledger, as the deliveries of its campaign row.

    Written once, by `queue_message`. It goes with its campaign row.
    """

    class Origin(models.TextChoices):
        API = "api", _("API")
        FORM = "form", _("contact form")
        PORTAL = "portal", _("portal")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # what programs know it by
    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="message")
    origin = models.CharField(_("came from"), max_length=6, choices=Origin.choices)
    origin_name = models.CharField(max_length=80, blank=True, default="")  # of the key or the form, at that moment
    api_key = models.ForeignKey(ApiKey, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    template = models.ForeignKey(Template, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    once_key = KeyField(max_length=120, blank=True, default="")  # asked for twice, sent once; "" = no such word
    # Until then the values stay that it was filled with, which may hold links to log in; None = they are gone.
    values_until = models.DateTimeField(null=True, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("once_key",), condition=~models.Q(once_key=""), name="message_once"),
        )

    def __str__(self) -> str:
        return self.campaign.name


class SharedVersion(models.Model):
    """A frozen wording that many messages share, found by what it says.

    Written with the first message that says it; goes with its version.
    """

    digest = KeyField(max_length=64, unique=True)  # SHA-256 of all that the compiler is given, in hex
    version = models.OneToOneField(MessageVersion, on_delete=models.CASCADE, related_name="shared")

    def __str__(self) -> str:
        return self.digest[:12]
