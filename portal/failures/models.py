"""Messages that their handler could not take, and the journal of trying again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.leases import LeasedModel


class FailedMessage(models.Model):
    """One queue message that its handler could not take, with the reason of the last time.

    Written by the workers whenever a handler raises; gone as soon as the same message succeeds, or is discarded. What
    was put aside and never tried again stays as long as SQS keeps the message.
    """

    class State(models.TextChoices):
        RETRYING = "retrying", _("is tried again by itself")
        PUT_ASIDE = "put-aside", _("put aside")  # it failed at its last receive: SQS moves it to the DLQ
        TRYING = "trying", _("is being tried")  # a redrive has given it back

    queue = models.CharField(_("queue"), max_length=40)  # portal.queues.QueueName
    message_key = models.CharField(max_length=64)  # id of the hint, or a hash of the body: the same at every receive
    what = models.CharField(_("what"), max_length=80)  # name of the task, or kind of the event; "" = not readable
    ids = models.JSONField(default=dict, blank=True)  # whom or what it was about; never addresses
    error_class = models.CharField(max_length=80)
    error = models.CharField(_("reason"), max_length=500)
    cause_key = models.CharField(max_length=16)  # hash of what and error without its numbers: groups messages
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RETRYING)
    failure_count = models.IntegerField(_("failed"), default=0)
    first_failed_at = models.DateTimeField(_("first"))
    last_failed_at = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("failed message")
        verbose_name_plural = _("failed messages")
        ordering = ("-last_failed_at",)
        constraints = (models.UniqueConstraint(fields=("queue", "message_key"), name="failed_message_once"),)
        indexes = (models.Index(fields=("state", "queue", "cause_key"), name="failed_message_cause"),)

    def __str__(self) -> str:
        return f"{self.queue}: {self.what} {self.error_class}"


class Redrive(LeasedModel):
    """Trying again (or discarding) what failed in one place for one cause: first one, then the rest.

    The journal of the deed: each step is committed before and after what it does outside, so that a killed worker's
    successor goes on. Written by the services and their worker; kept as the record.
    """

    class Deed(models.TextChoices):
        AGAIN = "again", _("try again")
        DISCARD = "discard", _("discard")

    class Status(models.TextChoices):
        FIRST = "first", _("trying one")
        WAITING = "waiting", _("waiting how the first one goes")
        REST = "rest", _("doing the rest")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")

    OPEN = (Status.FIRST, Status.WAITING, Status.REST)

    place = models.CharField(max_length=60)  # "queue:<name>" or "rows:<source>"
    cause_key = models.CharField(max_length=80, blank=True, default="")  # "" = everything there
    label = models.CharField(_("what"), max_length=300)
    deed = models.CharField(_("deed"), max_length=10, choices=Deed.choices, default=Deed.AGAIN)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")  # why it is discarded
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.FIRST)
    planned_count = models.IntegerField(default=0)  # about how many there were
    moved_count = models.IntegerField(default=0)
    first_key = models.CharField(max_length=64, blank=True, default="")  # the one that was chosen to be tried first
    first_at = models.DateTimeField(null=True, blank=True)  # when it was given back
    cursor = models.BigIntegerField(default=0)  # rows: the last id that was tried
    problem = models.CharField(max_length=500, blank=True, default="")  # why it stopped
    claim_count = models.SmallIntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("redrive")
        verbose_name_plural = _("redrives")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("place",), condition=Q(finished_at__isnull=True), name="redrive_one_open"),
        )

    def __str__(self) -> str:
        return f"{self.get_deed_display()}: {self.label}"

    @property
    def is_open(self) -> bool:
        return self.finished_at is None

    @property
    def queue_name(self) -> str:
        """The queue it is about; "" for rows."""
        kind, _colon, name = self.place.partition(":")
        return name if kind == "queue" else ""
