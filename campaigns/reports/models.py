"""What was counted of a campaign, kept with the sign by which one sees whether it still holds."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.sending.models import Campaign


class CampaignReport(models.Model):
    """The figures of one campaign by day and by recipient domain, counted over its rows.

    Written by the task `campaigns.write_reports` whenever the campaign's counters say that its rows have changed; goes
    with the campaign.
    """

    campaign = models.OneToOneField(
        Campaign, primary_key=True, on_delete=models.CASCADE, related_name="report", db_constraint=False
    )
    rows_sign = models.CharField(max_length=64)  # reports.sign.sign_of at the time of counting
    days = models.JSONField(default=list)  # [reports.figures.Line], `key` an ISO day
    domains = models.JSONField(default=list)  # [reports.figures.Line], `key` a domain; the largest
    domain_count = models.IntegerField(default=0)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = (models.Index(fields=("last_day", "first_day"), name="report_days"),)

    def __str__(self) -> str:
        return str(self.campaign_id)
