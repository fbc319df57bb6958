"""Test mail that goes the whole way in, and when each of its steps was seen."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField
from routing.inbound.models import InboundMessage
from routing.recipients import MAX_KEY_CHARS


class CanaryRun(models.Model):
    """One test mail: written before it is sent, settled by what the ledger of inbound mail says of it.

    `token` stands in its header and is how it is known again. Rows go after CANARY_KEEP_DAYS (routing.canary.sweep).
    """

    class State(models.TextChoices):
        """Where a test mail is. Words are stored: add, never reuse."""

        SENDING = "sending", _("being sent")
        SENT = "sent", _("on its way")
        ARRIVED = "arrived", _("arrived")
        MISSING = "missing", _("missing")  # late; may still arrive
        FAILED = "failed", _("failed")  # not sent, or not delivered

    token = KeyField(max_length=64, unique=True)
    due_at = models.DateTimeField(_("due"), unique=True)  # the beginning of its turn: two schedules send one mail
    recipient = models.CharField(_("recipient"), max_length=MAX_KEY_CHARS)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.SENDING)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)  # SES has taken it
    received_at = models.DateTimeField(_("received by SES"), null=True, blank=True)
    taken_in_at = models.DateTimeField(_("taken in"), null=True, blank=True)  # our row of it was written
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)  # its last delivery was done
    message = models.OneToOneField(
        InboundMessage, null=True, blank=True, on_delete=models.SET_NULL, related_name="canary_run"
    )

    class Meta:
        verbose_name = _("test mail")
        verbose_name_plural = _("test mail")
        ordering = ("-due_at",)
        indexes = (
            models.Index(
                fields=("due_at",), name="canary_open", condition=models.Q(state__in=["sending", "sent", "missing"])
            ),
        )

    def __str__(self) -> str:
        return f"{self.due_at:%Y-%m-%d %H:%M}"
