"""What is kept of SES's feedback beside the ledger: the events as they came, those that wait, and what was wrong."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RawEvent(models.Model):
    """One event as SES sent it, beside the DeliveryEvent of the same id.

    Written with the delivery event, unless the person is forgotten; deleted after RAW_EVENTS_DAYS.
    """

    event_id = models.BigIntegerField(primary_key=True)
    body = models.TextField()  # JSON, without the envelope of SNS
    received_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"raw {self.event_id}"


class WaitingNotification(models.Model):
    """One identity notification (it carries no tags) about a mail whose receipt is not in the ledger yet.

    Written by the intake; deleted by the sweep once its receipt came, or counted as unmatched after some days.
    """

    ses_message_id = models.CharField(max_length=100)
    body = models.TextField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=("ses_message_id",), name="waiting_notification_mail"),)

    def __str__(self) -> str:
        return f"waiting for {self.ses_message_id}"


class Cause(models.TextChoices):
    """Why something that came as feedback changed nothing, or less than it says."""

    REPEATED = "repeated", _("came before")
    UNREADABLE = "unreadable", _("not feedback of SES")
    TRUNCATED = "truncated", _("cut off")
    FORGED_TAG = "forged-tag", _("a tag that Postroom never gives")
    UNKNOWN_TAG = "unknown-tag", _("a delivery that does not exist")
    OTHER_ADDRESS = "other-address", _("another address than the delivery's")
    NOT_OURS = "not-ours", _("mail that Postroom did not send")
    FOREIGN_TOPIC = "foreign-topic", _("through a foreign topic")
    FOREIGN_ACCOUNT = "foreign-account", _("from a foreign account")
    ERASED = "erased", _("about a person who was forgotten")
    UNKNOWN_TYPE = "unknown-type", _("a kind of event that Postroom does not know")
    UNMATCHED = "unmatched", _("without a tag, and never matched")


class FeedbackCount(models.Model):
    """How often one cause came up on one day (UTC), with its last example, redacted.

    Written by the intake in the transaction of the events; deleted after a year.
    """

    day = models.DateField()
    cause = models.CharField(max_length=20, choices=Cause.choices)
    count = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()
    example = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ("-day", "cause")
        constraints = (models.UniqueConstraint(fields=("day", "cause"), name="feedback_count_once"),)

    def __str__(self) -> str:
        return f"{self.day} {self.cause}: {self.count}"
