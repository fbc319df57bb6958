"""A second person's word on large campaigns: the rule, and each request with its answer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.sending.models import Campaign


class ApprovalRule(models.Model):
    """From how many people on a campaign needs a second person; one row for the installation, written by an Owner."""

    more_than = models.PositiveIntegerField(
        _("More than so many people need a second person"),
        null=True,
        blank=True,
        help_text=_("Leave it empty to let everybody send alone. 0 asks for a second person every time."),
    )
    tolerance_pct = models.PositiveSmallIntegerField(
        _("Growth that an approval bears (percent)"),
        default=5,
        help_text=_("When more people join the audience than this after the approval, it has to be asked for again."),
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("approval rule")
        verbose_name_plural = _("approval rules")

    def __str__(self) -> str:
        return f"> {self.more_than}"


class Approval(models.Model):
    """One request that a second person looks at one campaign as it stood, and the answer; kept with the campaign."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waits for a second person")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        VOID = "void", _("void: changed since")
        WITHDRAWN = "withdrawn", _("withdrawn")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="approvals")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    fingerprints = models.JSONField(default=dict)  # approval.fingerprint.Fingerprints: one hash for each part
    recipient_count = models.PositiveIntegerField(default=0)
    timing = models.JSONField(
        default=dict, blank=True
    )  # scheduling.wish.WishDict; {} = as soon as somebody presses Send
    note = models.CharField(_("note"), max_length=1000, blank=True, default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # None: the system, for a file that was dropped
    requested_at = models.DateTimeField(_("asked"), auto_now_add=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_note = models.CharField(max_length=1000, blank=True, default="")
    void_because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ("-id",)
        permissions = (("approve_campaign", "Can approve campaigns of others"),)
        constraints = (
            models.UniqueConstraint(
                fields=("campaign",), condition=Q(status__in=("waiting", "approved")), name="approval_once"
            ),
        )
        indexes = (models.Index(fields=("status", "-id"), name="approval_status"),)

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.status}"
