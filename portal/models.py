"""Rows of the portal itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import AccountMail, AccountSecret, Invitation, OpenLogin  # noqa: F401  # finds them
from portal.alerts.models import Alert, AlertNotice, AlertRecipient, Heartbeat, QuietAlert  # noqa: F401  # finds them
from portal.errors import Conflict
from portal.failures.models import FailedMessage, Redrive  # noqa: F401
from portal.fields import KeyField
from portal.generation.models import Generation  # noqa: F401

APPEND_ONLY = "The activity log is append-only."


class AppendOnly(models.QuerySet["Activity"]):
    """Rows that stay as they were written, also in bulk."""

    def update(self, **_changes: Any) -> int:
        raise Conflict(APPEND_ONLY)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Conflict(APPEND_ONLY)


class Activity(models.Model):
    """One deed of a person or of the system: who did what to which thing, when.

    Written by `portal.activity.record_activity` in the transaction of the deed; never changed, never deleted by the
    portal.
    """

    at = models.DateTimeField(_("when"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_name = models.CharField(_("name"), max_length=150)  # kept when the account goes
    verb = models.CharField(_("deed"), max_length=60)  # dotted, e.g. "campaign.started"
    object_type = models.CharField(max_length=60, blank=True)  # model label, e.g. "campaigns.campaign"
    object_id = models.CharField(max_length=40, blank=True)
    object_label = models.CharField(_("what"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activity")
        ordering = ("-id",)
        indexes = (models.Index(fields=("object_type", "object_id", "-id"), name="activity_object"),)

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.verb} {self.object_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Conflict(APPEND_ONLY)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Conflict(APPEND_ONLY)


class RateCount(models.Model):
    """How often one caller did one thing in one span of time; written by `portal.ratelimit`, swept when the span ended.

    `caller_key` is a keyed hash: neither addresses nor IP numbers can be read from it.
    """

    caller_key = KeyField(max_length=43)
    ends_at_s = models.BigIntegerField(db_index=True)  # seconds since 1970
    count = models.IntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("caller_key", "ends_at_s"), name="rate_count"),)

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at_s}"


class PersonSettings(models.Model):
    """How one person of the portal wants to see it; written by that person, goes with the account."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="person_settings", editable=False
    )
    language = models.CharField(_("language"), max_length=10, blank=True, default="")  # "" = as the browser says
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, default="")  # IANA name, "" = the browser's

    class Meta:
        verbose_name = _("own settings")
        verbose_name_plural = _("own settings")

    def __str__(self) -> str:
        return str(self.user)
