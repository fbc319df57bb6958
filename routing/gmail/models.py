"""Gmail mailboxes that mail is put into, and the ledger of what was put there."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from credentials.grants.models import OAuthGrant
from portal.leases import LeasedModel
from routing.inbound.models import InboundMessage


class GmailMailbox(LeasedModel):
    """A connected Gmail account as a destination of rules; its id is the destination of its deliveries.

    Made when the account is connected for the first time. It outlives its consent, so that what waits for it knows
    where to go after a reconnect. While the consent is lost, everything for it is parked; the lease is held by whoever
    lets it go again, in order.
    """

    grant = models.OneToOneField(OAuthGrant, on_delete=models.PROTECT, related_name="gmail_mailbox")
    label_ids = models.JSONField(default=dict)  # dict[name in lower case, id at Gmail], found or made there
    wait_until = models.DateTimeField(null=True, blank=True)  # Gmail asked for slower; nothing is tried before
    last_delivered_at = models.DateTimeField(_("last delivered"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("Gmail account")
        verbose_name_plural = _("Gmail accounts")
        ordering = ("grant__email", "id")

    def __str__(self) -> str:
        return self.grant.email

    @property
    def destination(self) -> str:
        """What stands in `InboundDelivery.destination`."""
        return str(self.pk)


class GmailImport(LeasedModel):
    """One message in one mailbox: put there once, for however many of its recipients.

    The address of the upload is written before the first byte goes out: it tells later whether Gmail took the message,
    even when the worker died or the answer was lost. Goes with the message.
    """

    class State(models.TextChoices):
        """Words are stored: add, never reuse."""

        OPEN = "open", _("under way")
        DONE = "done", _("in the mailbox")
        UNCERTAIN = "uncertain", _("not certain")

    message = models.ForeignKey(InboundMessage, on_delete=models.CASCADE, related_name="gmail_imports")
    mailbox = models.ForeignKey(GmailMailbox, on_delete=models.CASCADE, related_name="imports")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    head = models.TextField(blank=True)  # the trace headers put in front: the same at each try
    upload_url = models.TextField(blank=True)
    gmail_message_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import into Gmail")
        verbose_name_plural = _("imports into Gmail")
        constraints = (models.UniqueConstraint(fields=("message", "mailbox"), name="gmail_import_once"),)

    def __str__(self) -> str:
        return f"{self.message_id} -> {self.mailbox_id}"
