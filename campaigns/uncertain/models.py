"""Heartbeat mails, which make silence meaningful: where their news comes back, missing news says something."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.sending.models import SendingAccount


class Canary(models.Model):
    """One heartbeat mail to SES's mailbox simulator, through one configuration set.

    Committed before its call, so that `sent_at` (the database's clock) lies before SES took it; its id travels as a
    tag. Written by the beat and by the event that comes back; deleted after KEPT_DAYS.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("on its way")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("not accepted")
        UNSURE = "unsure", _("answer lost")

    account = models.ForeignKey(SendingAccount, on_delete=models.CASCADE, related_name="canaries", db_index=False)
    configuration_set = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.OPEN)
    error = models.CharField(max_length=300, blank=True, default="")
    sent_at = models.DateTimeField(db_default=models.functions.Now())
    seen_at = models.DateTimeField(null=True, blank=True)  # when its Send event was read, on the database's clock

    class Meta:
        indexes = (
            models.Index(fields=("account", "configuration_set", "-sent_at"), name="canary_newest"),
            models.Index(
                fields=("account", "configuration_set", "-sent_at"),
                condition=Q(seen_at__isnull=False),
                name="canary_newest_seen",
            ),
        )

    def __str__(self) -> str:
        return f"{self.configuration_set} {self.pk}: {self.outcome}"
