"""Rows of alerts: what is wrong, who is told, who was told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField
from portal.leases import LeasedModel
from portal.whole_urls import with_prefix


class Severity(models.TextChoices):
    """How bad it is; the values are the tones of badges."""

    BAD = "bad", _("needs somebody now")
    WARN = "warn", _("needs a look")


class Alert(models.Model):
    """One thing that is wrong, from when it was noticed until it is over.

    Written by `portal.alerts.services`: of one code and subject at most one is open. Stays as history.
    """

    code = models.CharField(_("kind"), max_length=60)  # dotted, e.g. "queue.dead_letters"
    subject_key = KeyField(max_length=120)  # what it is about, e.g. "campaign:12"; "" for the installation
    severity = models.CharField(_("severity"), max_length=4, choices=Severity, default=Severity.BAD)
    text = models.CharField(_("what"), max_length=500)  # plain words, as told
    url = models.CharField(max_length=300, blank=True)  # path of the page that cures it
    raised_at = models.DateTimeField(_("since"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen"))
    cleared_at = models.DateTimeField(_("over"), null=True, blank=True)
    quieted_at = models.DateTimeField(null=True, blank=True)  # for everybody, by somebody
    quieted_by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("code", "subject_key"), condition=models.Q(cleared_at__isnull=True), name="alert_open_once"
            ),
        )

    def __str__(self) -> str:
        return self.text

    @property
    def page(self) -> str:
        """The page that cures it, for a link: a path of ours, whatever stands in the row."""
        return with_prefix(self.url) if self.url.startswith("/") and not self.url.startswith("//") else ""


class QuietAlert(models.Model):
    """One person does not want to see one open alert any more; written by that person, goes with alert or account."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="quiet_for")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("alert", "user"), name="quiet_alert_once"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.alert_id}"


class AlertRecipient(models.Model):
    """One mailbox that is told of alerts; written by operators on the settings page."""

    address = models.EmailField(_("e-mail address"), unique=True, max_length=254)
    is_told_warnings = models.BooleanField(
        _("also what only needs a look"), default=True, help_text=_("Otherwise only what needs somebody now.")
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("alert recipient")
        verbose_name_plural = _("alert recipients")
        ordering = ("address",)

    def __str__(self) -> str:
        return self.address


class AlertNotice(LeasedModel):
    """One message about one alert to one place: what the outbox sends, and the record that it did.

    Written in the transaction that raises or clears the alert; sent by `portal.alerts.outbox`.
    """

    class Kind(models.TextChoices):
        RAISED = "raised", _("noticed")
        CLEARED = "cleared", _("over")

    class Channel(models.TextChoices):
        TOPIC = "topic", _("topic")
        MAIL = "mail", _("e-mail")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("told")
        FAILED = "failed", _("could not be told")

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=8, choices=Kind)
    channel = models.CharField(max_length=8, choices=Channel)
    recipient = models.CharField(max_length=300)  # ARN of the topic, or an address
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    try_count = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("alert", "kind", "channel", "recipient"), name="alert_notice_once"),
        )
        indexes = (models.Index(fields=("id",), condition=models.Q(state="waiting"), name="alert_notice_waiting"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.recipient}"


class Heartbeat(models.Model):
    """When something that runs regularly ran last; one row per name, written by it."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
