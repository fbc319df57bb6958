"""People who were forgotten: the deed, and the keyed hash by which they stay unwritten to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField
from portal.leases import LeasedModel


class Erasure(LeasedModel):
    """One person who is forgotten on request: who asked for it, how far it is, what went and what stays.

    Written by the privacy services and their worker. `subject` is needed while it runs and is empty afterwards; the row
    stays as the record. `lease_*` belong to the worker.
    """

    class Status(models.TextChoices):
        RUNNING = "running", _("at work")
        COMPLETED = "completed", _("done")
        FAILED = "failed", _("stopped")

    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.RUNNING)
    subject = models.JSONField(default=dict, blank=True)  # subject.SubjectDict; {} when it is done
    step = models.IntegerField(default=0)  # how many steps are done
    counts = models.JSONField(default=dict, blank=True)  # {name of what went or stays: rows}
    still_named = models.JSONField(default=list, blank=True)  # [str], segments and texts that somebody must mend
    reason = models.CharField(_("reason"), max_length=300)
    problem = models.CharField(max_length=300, blank=True, default="")
    claim_count = models.SmallIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    finished_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("forgotten person")
        verbose_name_plural = _("forgotten people")
        ordering = ("-id",)
        permissions = (
            ("forget_person", "Can forget a person for good"),
            ("export_person", "Can export what is held on a person"),
        )
        indexes = (models.Index(fields=("status", "lease_until"), name="erasure_due"),)

    def __str__(self) -> str:
        return f"#{self.pk}"


class ForgottenAddress(models.Model):
    """An address that gets no mail though it is no longer known: its keyed hash, and why.

    Written when a person is forgotten; removed only when they sign up again themselves. Without the key (PRIVACY_KEYS)
    nobody can tell whose it is, nor whether somebody is among them.
    """

    class Reason(models.TextChoices):
        BOUNCE = "bounce", _("hard bounce")
        COMPLAINT = "complaint", _("complaint")
        UNSUBSCRIBE = "unsubscribe", _("unsubscribed")
        MANUAL = "manual", _("by hand")
        REQUEST = "request", _("asked to be forgotten")

    address_hash = KeyField(max_length=60, unique=True)  # "<key id>:<HMAC-SHA-256>", see privacy.hashes
    reason = models.CharField(max_length=12, choices=Reason.choices, default=Reason.REQUEST)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("forgotten address")
        verbose_name_plural = _("forgotten addresses")

    def __str__(self) -> str:
        return self.address_hash[:12]
