"""When a campaign leaves by itself, and its waves when it leaves by the clocks of its recipients."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.sending.models import Campaign, SendingAccount


class Schedule(models.Model):
    """The schedule of one campaign: the wall clock that was chosen, and in whose zone it is read.

    Written by who schedules; kept as the record once it fired, deleted when the campaign is taken back. The moment
    itself is `campaign.scheduled_at`.
    """

    class Clock(models.TextChoices):
        ONE_ZONE = "one", _("at one moment for everybody")
        RECIPIENTS = "recipients", _("at the same local time for each recipient")

    class Past(models.TextChoices):
        SEND = "send", _("send to them at once")
        LEAVE_OUT = "leave-out", _("leave them out")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ASKING = "asking", _("late, and asks before it sends")
        FIRED = "fired", _("left")

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="schedule")
    clock = models.CharField(max_length=10, choices=Clock.choices, default=Clock.ONE_ZONE)
    local_time = models.CharField(max_length=16)  # wall clock as chosen, "2026-11-24T09:00"
    zone = models.CharField(max_length=60)  # IANA; for RECIPIENTS the zone of those without a known one
    past = models.CharField(max_length=10, choices=Past.choices, default=Past.SEND)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    asks_because = models.CharField(max_length=300, blank=True, default="")
    late_s = models.IntegerField(default=0)  # how long after its moment it left or asked
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    scheduled_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.local_time} {self.zone}"


class Wave(models.Model):
    """The people of one campaign for whom the chosen local time is the same moment.

    Written by the plan, opened by the sweep when its moment comes; its chunks wait until then. Goes with its campaign.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for its time")
        OPEN = "open", _("may leave")
        ASKING = "asking", _("late, and asks before it sends")
        LEAVING_OUT = "leaving-out", _("is being left out")
        LEFT_OUT = "left-out", _("left out")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="waves", db_index=False)
    number = models.SmallIntegerField()  # in the order of time; the last one also takes everybody without a known zone
    starts_at = models.DateTimeField()
    zone_counts = models.JSONField(default=dict)  # {"Europe/Berlin": people} as counted when planning began; "" = rest
    is_rest = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    late_s = models.IntegerField(default=0)
    plan_cursor = models.BigIntegerField(default=0)  # last contact id that has its delivery
    is_planned = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("campaign", "number"), name="wave_number"),)
        indexes = (models.Index(fields=("state", "starts_at"), name="wave_due"),)
        ordering = ("campaign_id", "number")

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.number} at {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def alert_key(self) -> str:
        """What its alerts are about."""
        return f"{self.campaign_id}:{self.number}"


class SentSpan(models.Model):
    """How many mails one account let out in ten minutes: tells when the rolling 24-hour quota frees.

    Summed up from the rate points by the sweep before they go; deleted after 25 hours.
    """

    account = models.ForeignKey(SendingAccount, on_delete=models.CASCADE, related_name="sent_spans", db_index=False)
    span_s = models.BigIntegerField()  # seconds since 1970, a multiple of 600
    accepted_count = models.IntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "span_s"), name="sent_span"),)

    def __str__(self) -> str:
        return f"{self.account_id} at {self.span_s}: {self.accepted_count}"
