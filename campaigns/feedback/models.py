"""What is kept of SES's feedback beside the ledger: the events as they came, those that wait, and what was wrong."""

from __future__ import annotations

from django.db import models

from campaigns.feedback.causes import Cause


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
