"""Guest lists: people who look at a message before it is sent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class GuestList(models.Model):
    """A few addresses that get tests together; written by marketers. They need not be contacts."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    addresses = models.JSONField(_("addresses"), default=list)  # list[str], as they are written to
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("guest list")
        verbose_name_plural = _("guest lists")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
