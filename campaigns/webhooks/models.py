"""Addresses of other systems that are told what happens, and what was posted to them."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credentials.encryption.columns import SealedColumn, register_sealed
from portal.fields import KeyField
from portal.leases import LeasedModel

SEALED_FOR = "webhook_endpoint"


def new_post_key() -> str:
    """The id by which receivers know a repetition."""
    return f"msg_{uuid.uuid4().hex}"


def _give_up_at() -> object:
    return timezone.now() + timedelta(hours=settings.WEBHOOK_TRIED_H)


class WebhookEndpoint(LeasedModel):
    """One address that is told of chosen events; made by an operator. Its lease is held while something is posted.

    `positions` says up to where each source was told, see `gather`. It stands still while the endpoint is paused (by
    failures) and begins anew when a person switches it on.
    """

    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    event_types = models.JSONField(_("events"), default=list)  # of campaigns.webhooks.events.EventType
    is_active = models.BooleanField(_("switched on"), default=True)
    secret_row = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # what the secrets are sealed for
    sealed_secret = models.TextField(editable=False)
    sealed_previous_secret = models.TextField(blank=True, default="", editable=False)
    previous_until = models.DateTimeField(null=True, editable=False)  # so long the earlier secret signs, too
    positions = models.JSONField(default=dict, editable=False)
    failed_in_a_row = models.IntegerField(default=0, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)  # by failures; a person lets it go on
    taken_at = models.DateTimeField(_("last taken"), null=True, editable=False)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, editable=False,
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class WebhookPost(LeasedModel):
    """One body for one endpoint: the outbox and the log of it.

    Written together with the endpoint's position, posted by a worker until it is taken or given up; deleted
    WEBHOOK_LOG_DAYS after its end.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        TAKEN = "taken", _("taken")
        FAILED = "failed", _("given up")

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="posts", db_index=False)
    post_key = KeyField(max_length=40, unique=True, default=new_post_key)
    body = models.TextField()  # JSON, as it is posted
    event_count = models.IntegerField(default=0)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    try_count = models.IntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    give_up_at = models.DateTimeField(default=_give_up_at)
    ended_at = models.DateTimeField(null=True)  # taken or given up

    class Meta:
        verbose_name = _("webhook post")
        verbose_name_plural = _("webhook posts")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("endpoint", "-id"), name="webhook_post_endpoint"),
            models.Index(fields=("endpoint", "id"), condition=Q(state="waiting"), name="webhook_post_waiting"),
            models.Index(fields=("ended_at",), name="webhook_post_ended"),
        )

    def __str__(self) -> str:
        return self.post_key


class WebhookTry(models.Model):
    """One time that a post was tried, with the beginning of the answer; appended, goes with its post."""

    post = models.ForeignKey(WebhookPost, on_delete=models.CASCADE, related_name="tries")
    tried_at = models.DateTimeField(_("when"), auto_now_add=True)
    status = models.IntegerField(_("answer"), default=0)  # of HTTP; 0: there was none
    excerpt = models.CharField(max_length=1000, blank=True, default="")
    took_ms = models.IntegerField(_("took (ms)"), default=0)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.post_id}: {self.status}"


for _column in ("sealed_secret", "sealed_previous_secret"):
    register_sealed(
        SealedColumn("campaigns.WebhookEndpoint", column=_column, row_column="secret_row", table=SEALED_FOR)
    )
