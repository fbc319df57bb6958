"""The ledger of mail that came in: a message, and one delivery per recipient, action and destination."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField
from portal.leases import LeasedModel
from routing.recipients import MAX_KEY_CHARS
from routing.rules.definition import Status
from routing.rules.models import ACTION_KINDS, RoutingRule

STATUSES = [(status.value, status.value) for status in Status]
NOT_GIVEN = Status.DISABLED.value


def _verdict(label: Any) -> models.CharField[str, str]:
    return models.CharField(label, max_length=20, choices=STATUSES, default=NOT_GIVEN)


class InboundMessage(models.Model):
    """One mail that SES received, by SES's message id; written once when its notification comes.

    `received` until its recipients are decided, then `routed`; the sweep routes what was left. The raw mail lies in S3
    and goes after INBOUND_RAW_DAYS, but never before every delivery is final; the row stays INBOUND_KEEP_DAYS.
    """

    class Status(models.TextChoices):
        """How far routing has come."""

        RECEIVED = "received", _("received")
        ROUTED = "routed", _("routed")

    class Raw(models.TextChoices):
        """Where the raw mail is."""

        KEPT = "kept", _("kept")
        DELETED = "deleted", _("deleted")
        MISSING = "missing", _("missing")

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.RECEIVED)
    retry_at = models.DateTimeField(null=True, blank=True)  # when routing, or deleting the raw mail, is tried again
    reason = models.CharField(max_length=200, blank=True)  # why it is not routed yet
    ses_message_id = KeyField(_("SES message id"), max_length=200, unique=True)
    bucket = models.CharField(max_length=63)
    object_key = models.CharField(max_length=1024)
    raw = models.CharField(_("raw mail"), max_length=8, choices=Raw.choices, default=Raw.KEPT)
    received_at = models.DateTimeField(_("received"))  # by SES
    created_at = models.DateTimeField(auto_now_add=True)
    envelope_from = models.CharField(_("envelope sender"), max_length=MAX_KEY_CHARS, blank=True)  # "" = null sender
    recipients = models.JSONField(_("envelope recipients"), default=list)  # list[str], as SES gave them
    header_from = models.CharField(_("from"), max_length=MAX_KEY_CHARS, blank=True)
    sender_key = KeyField(max_length=MAX_KEY_CHARS, blank=True)  # address in From, lower case; "" where there is none
    subject = models.CharField(_("subject"), max_length=998, blank=True)
    rfc_message_id = models.CharField(max_length=998, blank=True)  # with its brackets, as in the header
    size_bytes = models.PositiveIntegerField(_("size"), null=True, blank=True)
    spam = _verdict(_("spam"))
    virus = _verdict(_("virus"))
    spf = _verdict(_("SPF"))
    dkim = _verdict(_("DKIM"))
    dmarc = _verdict(_("DMARC"))
    dmarc_policy = models.CharField(_("DMARC policy"), max_length=10, blank=True)
    headers = models.JSONField(default=list)  # list[[name, value]]; emptied when the raw mail goes
    headers_truncated = models.BooleanField(default=False)  # then conditions on headers read the object
    is_canary = models.BooleanField(default=False)  # our own test mail: in no log, count or example
    decisions = models.JSONField(default=list)  # list[routing.rules.decide.DecisionJson], one per recipient

    class Meta:
        verbose_name = _("inbound message")
        verbose_name_plural = _("inbound messages")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("received_at",), name="inbound_received"),
            models.Index(fields=("sender_key", "-id"), name="inbound_sender"),
            models.Index(fields=("id",), name="inbound_unrouted", condition=models.Q(status="received")),
            models.Index(fields=("id",), name="inbound_canary", condition=models.Q(is_canary=True)),
            models.Index(fields=("received_at",), name="inbound_raw_kept", condition=models.Q(raw="kept")),
        )

    def __str__(self) -> str:
        return self.subject or self.ses_message_id


class DeliveryState(models.TextChoices):
    """Where a delivery stands. Words are stored: add, never reuse."""

    PENDING = "pending", _("waiting")  # due now, or at retry_at
    UNDER_WAY = "leased", _("under way")  # a worker has it; lease_until says how long
    DELIVERED = "delivered", _("delivered")
    BOUNCED = "bounced", _("bounced")
    STORED = "stored", _("stored")
    DROPPED = "dropped", _("dropped")
    HELD = "held", _("held")  # waits for a person
    PARKED = "parked", _("parked")  # waits for its destination to work again
    FAILED = "failed", _("failed")  # a person may try again
    UNCERTAIN = "uncertain", _("uncertain")  # attempted, answer lost, never repeated by itself


OPEN_STATES = frozenset({DeliveryState.PENDING, DeliveryState.UNDER_WAY})
# The raw mail stays for all others: somebody may still want it delivered.
FINAL_STATES = frozenset({DeliveryState.DELIVERED, DeliveryState.BOUNCED, DeliveryState.STORED, DeliveryState.DROPPED})


class InboundDelivery(LeasedModel):
    """One message, for one recipient, by one action, to one destination: carried out once however often it is hinted.

    Written by the router; moved by `routing.inbound.work` on behalf of the action's handler. It goes with its message.
    """

    message = models.ForeignKey(InboundMessage, on_delete=models.CASCADE, related_name="deliveries")
    recipient = KeyField(_("recipient"), max_length=MAX_KEY_CHARS)  # normal form
    action = models.CharField(_("action"), max_length=8, choices=ACTION_KINDS)
    destination = KeyField(_("destination"), max_length=1_000, blank=True)  # Action.destination
    options = models.JSONField(default=dict)  # the action as routing.rules.definition.ActionJson
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    reason = models.CharField(_("reason"), max_length=40, blank=True)  # routing.inbound.reasons.Reason
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)  # calls of the service outside
    is_attempted = models.BooleanField(default=False)  # the newest attempt began, and its outcome is not known
    claim_count = models.PositiveSmallIntegerField(default=0)
    hinted_at = models.DateTimeField(default=timezone.now)  # the newest hint; the sweep gives it time to be taken
    rule = models.ForeignKey(RoutingRule, null=True, blank=True, on_delete=models.SET_NULL, related_name="deliveries")
    rule_key = KeyField(max_length=MAX_KEY_CHARS, blank=True)  # stays when the rule goes; "" = the default route
    gmail_message_id = models.CharField(max_length=64, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)  # SES's id of a bounce or a forwarded mail
    created_at = models.DateTimeField(auto_now_add=True)
    wanted_at = models.DateTimeField(default=timezone.now)  # by the router, or later by a person: how long it is tried
    changed_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("inbound delivery")
        verbose_name_plural = _("inbound deliveries")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("message", "recipient", "action", "destination"), name="inbound_delivery_once"
            ),
        )
        indexes = (
            models.Index(
                fields=("action", "destination", "id"),
                name="inbound_open",
                condition=models.Q(state__in=["pending", "leased"]),
            ),
            models.Index(
                fields=("action", "destination", "id"), name="inbound_parked", condition=models.Q(state="parked")
            ),
            models.Index(fields=("state", "-id"), name="inbound_state"),
            models.Index(fields=("rule", "-id"), name="inbound_rule"),
            models.Index(fields=("recipient", "-id"), name="inbound_recipient"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.destination}"


class InboundDeliveryEvent(models.Model):
    """One step in the life of a delivery: its new state and why. Appended by `routing.inbound.work`; goes with it."""

    delivery = models.ForeignKey(InboundDelivery, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(_("when"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState.choices)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("step of a delivery")
        verbose_name_plural = _("steps of deliveries")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.state} {self.reason}".strip()
