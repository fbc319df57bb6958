"""What was on its way when a campaign was paused or cancelled, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.sending.models import Campaign

if TYPE_CHECKING:
    pass


class CampaignStop(models.Model):
    """One moment at which a campaign stopped sending, with the calls that were on their way then.

    Written in the transaction that pauses or cancels; goes with its campaign.
    """

    class Deed(models.TextChoices):
        PAUSED = "paused", _("paused")
        CANCELLED = "cancelled", _("cancelled")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="stops")
    deed = models.CharField(max_length=9, choices=Deed.choices)
    stopped_at = models.DateTimeField(db_default=models.functions.Now())
    attempt_ids = models.JSONField(default=list)  # of the attempts that were open

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.deed}: {len(self.attempt_ids)} calls"
