"""What the server found when it opened the links of messages."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.public_web import Outcome


class LinkVisit(models.Model):
    """One address on the web and what came of opening it; `outcome` is empty while it waits.

    Asked for when a message is saved and by the review's button, written by the worker that visits, asked again after some minutes, gone after a day.
    """

    url_key = models.CharField(max_length=64, unique=True)  # SHA-256 of the address
    url = models.TextField(_("address"))
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices(), blank=True, default="")
    http_status = models.IntegerField(null=True)
    asked_at = models.DateTimeField(_("asked for"))
    claimed_at = models.DateTimeField(null=True)
    visited_at = models.DateTimeField(_("opened"), null=True)

    class Meta:
        verbose_name = _("opened link")
        verbose_name_plural = _("opened links")
        indexes = (models.Index(fields=("asked_at",), name="link_visit_asked"),)

    def __str__(self) -> str:
        return self.url[:100]
