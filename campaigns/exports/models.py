"""Files of people and records that were asked for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.leases import LeasedModel


class Export(LeasedModel):
    """One file that somebody asked for: of what, how far it is written, where it is and until when.

    Written by the export services and their worker. The sweep removes the file when its time is over; the row stays as
    the record. `lease_*` belong to the worker that writes.
    """

    class Source(models.TextChoices):
        CONTACTS = "contacts", _("contacts")
        SUPPRESSIONS = "suppressions", _("suppressions")
        CAMPAIGNS = "campaigns", _("campaigns")
        CAMPAIGN_PEOPLE = "campaign-people", _("people of a campaign")
        ACTIVITY = "activity", _("activity")

    class Columns(models.TextChoices):
        STANDARD = "standard", _("the usual columns")
        ALL = "all", _("all columns")

    class Status(models.TextChoices):
        WRITING = "writing", _("being written")
        READY = "ready", _("ready")
        CANCELLED = "cancelled", _("stopped")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("removed")

    source = models.CharField(_("what"), max_length=20, choices=Source.choices)
    label = models.CharField(_("which"), max_length=300, blank=True, default="")  # the filter in words
    query = models.TextField(blank=True, default="")  # the filter as in the address of the list
    columns = models.CharField(max_length=10, choices=Columns.choices, default=Columns.STANDARD)
    field_names = models.JSONField(null=True, blank=True)  # attributes among the columns; None = not looked for yet
    language = models.CharField(max_length=10, blank=True, default="")  # of the words in the file
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.WRITING)

    row_count = models.BigIntegerField(_("rows"), default=0)  # written up to now
    expected_count = models.BigIntegerField(null=True, blank=True)  # None = not known beforehand
    size_bytes = models.BigIntegerField(_("size"), default=0)
    cursor = models.CharField(max_length=400, blank=True, default="")  # behind the last row that is written
    part_count = models.IntegerField(default=0)  # parts stored up to now; joined at the end
    has_all_rows = models.BooleanField(default=False)
    file_key = models.CharField(max_length=200, blank=True, default="")
    problem = models.CharField(max_length=300, blank=True, default="")
    claim_count = models.SmallIntegerField(default=0)  # claims since the last stored part

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ("-id",)
        permissions = (("download_any_export", "Can download exports of others"),)
        indexes = (models.Index(fields=("status", "lease_until"), name="export_due"),)

    def __str__(self) -> str:
        return f"{self.get_source_display()} ({self.label})" if self.label else str(self.get_source_display())

    @property
    def file_name(self) -> str:
        return f"{self.source}-{timezone.localdate(self.created_at).isoformat()}.csv"

    @property
    def is_there(self) -> bool:
        """Whether the file can be fetched now."""
        return self.status == self.Status.READY and (self.expires_at is None or timezone.now() < self.expires_at)
