"""The sending ledger: campaigns, their chunks and deliveries, every attempt and what SES said later."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.audience.models import Contact, ContactList, Tag
from campaigns.guests.models import GuestList
from campaigns.messages.models import Draftable, MessageVersion, Revision
from campaigns.segments.models import Segment
from campaigns.sending.states import AccountKind, CampaignKind, CampaignStatus, DeliveryState, OriginKind, Reason
from portal.fields import KeyField
from portal.leases import LeasedModel


class SendingAccount(models.Model):
    """One account that mail leaves through, with its pacer: the row that hands out sending slots.

    Made by set-up or an operator; limits written by the quota refresh (of a relay: by the operator), `*_tat_s` and
    `rho` by the pacer. Of kind SMTP it has a `relay` (campaigns/relays) and nothing of SES.
    """

    kind = models.CharField(_("kind"), max_length=4, choices=AccountKind.choices, default=AccountKind.SES)
    name = models.CharField(_("name"), max_length=80, unique=True)
    is_active = models.BooleanField(_("in use"), default=True)  # off: offered for nothing new, and nothing leaves
    region = models.CharField(_("region"), max_length=30, blank=True, default="")
    configuration_set = models.CharField(_("configuration set"), max_length=64, blank=True, default="")
    tracking_configuration_set = models.CharField(  # the same, with SES's tracking of opens and clicks
        _("configuration set with tracking"), max_length=64, blank=True, default=""
    )
    # What the provider allows; counted in recipients.
    max_rate_per_s = models.FloatField(_("rate allowed (per second)"), default=1.0)
    quota_24h = models.FloatField(_("24-hour quota"), default=200.0)  # -1 = unlimited
    sent_24h = models.FloatField(_("sent in 24 hours"), default=0.0)  # at refreshed_at
    reserved_since_refresh = models.FloatField(default=0.0)  # slots handed out since then
    is_sending_enabled = models.BooleanField(_("sending enabled"), default=True)
    has_production_access = models.BooleanField(_("production access"), default=False)
    problem = models.CharField(_("problem"), max_length=300, blank=True, default="")
    refreshed_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    # Pacer: theoretical arrival times, seconds since 1970 on the database's clock.
    campaign_tat_s = models.FloatField(default=0.0)
    priority_tat_s = models.FloatField(default=0.0)
    rho = models.FloatField(default=0.99)  # share of the rate in use; lowered by throttles
    rho_raised_at_s = models.FloatField(default=0.0)
    # The provider refused everything (paused, quota): one group a minute tries, until one is taken.
    is_probing = models.BooleanField(default=False)
    next_probe_at_s = models.FloatField(default=0.0)

    class Meta:
        verbose_name = _("sending account")
        verbose_name_plural = _("sending accounts")

    def __str__(self) -> str:
        return self.name

    @property
    def is_ses(self) -> bool:
        return self.kind == AccountKind.SES

    @property
    def quota_left(self) -> float:
        """Recipients that the 24-hour quota still allows; infinite when unlimited."""
        if self.quota_24h < 0:
            return float("inf")
        return max(0.0, self.quota_24h - self.sent_24h - self.reserved_since_refresh)


class Campaign(Draftable, LeasedModel):
    """One message to many people (or, of kind TEST, to a few who look at it first; CONFIRMATION, to who signed up;
    MESSAGE, to one person who did something; VERSION, never sent itself: a further version of its parent's message).

    Written by marketers while a draft; from Send on only services and workers change it. Its lease is held while it is
    planned. Deleted only as a draft.
    """

    name = models.CharField(_("name"), max_length=150)
    campaign_kind = models.CharField(max_length=10, choices=CampaignKind.choices, default=CampaignKind.CAMPAIGN)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="tests")
    status = models.CharField(
        _("status"), max_length=12, choices=CampaignStatus.choices, default=CampaignStatus.DRAFT, editable=False
    )
    status_reason = models.CharField(max_length=500, blank=True, default="", editable=False)
    account = models.ForeignKey(SendingAccount, verbose_name=_("send through"), null=True, on_delete=models.PROTECT)
    from_name = models.CharField(_("from name"), max_length=120, blank=True, default="")
    from_address = models.CharField(_("from address"), max_length=320, blank=True, default="")
    reply_to = models.CharField(_("reply to"), max_length=320, blank=True, default="")
    is_tracked = models.BooleanField(
        _("Count opens and clicks"),
        default=False,
        help_text=_("SES puts an invisible image into each mail and leads its links through a counter of its own."),
    )

    resends_uncertain = models.BooleanField(  # SMTP relays send no news that could settle it
        _("Send again when an answer is lost"),
        default=False,
        help_text=_(
            "When a relay's answer is lost, nobody can tell whether the mail left. With this, it is sent once more, and a "
            "few people may get it twice; without, it waits for a person to decide."
        ),
    )

    # Audience: everybody, or the people on any of the lists, with any of the tags or in any segment; minus the excluded.
    is_to_everybody = models.BooleanField(_("everybody"), default=False)
    include_lists = models.ManyToManyField(
        ContactList, verbose_name=_("people on"), blank=True, related_name="including"
    )
    include_tags = models.ManyToManyField(Tag, verbose_name=_("or tagged"), blank=True, related_name="including")
    exclude_lists = models.ManyToManyField(
        ContactList, verbose_name=_("but not people on"), blank=True, related_name="excluding"
    )
    exclude_tags = models.ManyToManyField(Tag, verbose_name=_("nor tagged"), blank=True, related_name="excluding")
    include_segments = models.ManyToManyField(
        Segment, verbose_name=_("or in the segment"), blank=True, related_name="including"
    )
    exclude_segments = models.ManyToManyField(
        Segment, verbose_name=_("nor in the segment"), blank=True, related_name="excluding"
    )
    # Sent again (campaigns/follow_ups): to people of that campaign, or to those it did not reach. PROTECT, because
    # without it the audience would be another.
    origin = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, editable=False, related_name="follow_ups"
    )
    origin_kind = models.CharField(
        max_length=6, choices=OriginKind.choices, blank=True, default=OriginKind.NONE, editable=False
    )
    origin_causes = models.JSONField(default=list, blank=True, editable=False)  # FAILED: ["<state>:<reason>", ...]
    frozen_segments = models.JSONField(
        default=dict, blank=True, editable=False
    )  # segments.frozen.FrozenDict, from Send on
    only_contact_ids = models.JSONField(default=list, blank=True, editable=False)  # tests: these contacts
    test_recipient = models.CharField(max_length=320, blank=True, default="", editable=False)  # tests: goes here
    # Values that are the same for everybody: {"confirm_url": link} of a confirmation, those given with a message.
    given_values = models.JSONField(default=dict, blank=True, editable=False)
    # Somebody waits for it: tried again within seconds, and given up after a few tries.
    is_hurried = models.BooleanField(default=False, editable=False)
    # Made with a test key: only these people are really written to, everybody else is skipped at the last moment.
    is_rehearsal = models.BooleanField(default=False, editable=False)
    rehearsal_guests = models.ForeignKey(
        GuestList, null=True, blank=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )

    version = models.ForeignKey(MessageVersion, null=True, blank=True, on_delete=models.PROTECT, editable=False)
    template_revision = models.ForeignKey(  # the version of the template whose words it began with
        Revision, null=True, blank=True, on_delete=models.SET_NULL, editable=False, related_name="campaigns_started"
    )
    plan_cursor = models.BigIntegerField(default=0, editable=False)  # last contact id that has its delivery
    planned_at = models.DateTimeField(null=True, blank=True, editable=False)
    send_after = models.DateTimeField(null=True, blank=True, editable=False)  # until then Send can be taken back
    scheduled_at = models.DateTimeField(_("send at"), null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ("-id",)
        indexes = (models.Index(fields=("campaign_kind", "status", "-id"), name="campaign_status"),)

    def __str__(self) -> str:
        return self.name

    @property
    def is_priority(self) -> bool:
        """Tests and single mails overtake campaigns: own queue, own lane of the pacer."""
        return self.campaign_kind != CampaignKind.CAMPAIGN


def _state_count() -> models.IntegerField[int, int]:
    return models.IntegerField(default=0)


class Chunk(LeasedModel):
    """A contiguous range of one campaign's deliveries: the unit that a task claims.

    Written by the plan; counted by whoever changes the state of a delivery, in the same transaction, so the sums over
    chunks are always the counts of the rows. `<state>_count` belongs to DeliveryState.<STATE>.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    number = models.IntegerField()  # 0, 1, 2 ... within the campaign
    first_delivery_id = models.BigIntegerField()
    last_delivery_id = models.BigIntegerField()
    part = models.SmallIntegerField(default=0)  # A/B test: 1 to 4 = gets this version; 0 = the rest, or no test
    is_open = models.BooleanField(default=True)  # False: nothing in it waits to be sent
    not_before = models.DateTimeField(null=True, blank=True)  # its wave's moment; None once the sweep opened the wave
    queued_count = _state_count()
    sending_count = _state_count()
    accepted_count = _state_count()
    delivered_count = _state_count()
    bounced_count = _state_count()
    complained_count = _state_count()
    refused_count = _state_count()
    deferred_count = _state_count()
    uncertain_count = _state_count()
    skipped_count = _state_count()
    cancelled_count = _state_count()
    cause_counts = models.JSONField(default=dict, blank=True)  # {"<state>:<reason>": people}, reason != 0
    # People whose mail was opened or clicked in at least once by a person, and those where only machines did.
    opened_count = _state_count()
    clicked_count = _state_count()
    machine_opened_count = _state_count()
    machine_clicked_count = _state_count()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("campaign", "number"), name="chunk_number"),)
        indexes = (
            models.Index(fields=("campaign",), condition=Q(is_open=True), name="chunk_open"),
            models.Index(fields=("campaign", "number"), condition=Q(uncertain_count__gt=0), name="chunk_uncertain"),
        )

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.number}"


class Delivery(models.Model):
    """One campaign's message to one recipient: the row that accounts for a person by name.

    Written by the plan (the suppressed and the unmailable too), moved by workers and events. It holds only what the
    send path changes, at fixed width, with the state in no index, so that on PostgreSQL every update stays in its page.
    """

    State = DeliveryState
    Reason = Reason

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="deliveries", db_index=False, db_constraint=False
    )
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.DO_NOTHING, related_name="deliveries", db_index=False, db_constraint=False
    )
    address = models.CharField(_("address"), max_length=320)
    address_key = KeyField(max_length=320)
    chunk_number = models.IntegerField()
    state = models.SmallIntegerField(_("state"), choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    reason = models.SmallIntegerField(_("reason"), choices=Reason.choices, default=Reason.NONE)
    attempt_count = models.SmallIntegerField(_("attempts"), default=0)
    changed_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        # The address leads, so that this index also finds everything that one person got.
        constraints = (models.UniqueConstraint(fields=("address_key", "campaign"), name="delivery_once"),)

    def __str__(self) -> str:
        return f"{self.address}: {self.get_state_display()}"


class Attempt(models.Model):
    """One call to the provider for a group of at most 50 deliveries of one chunk.

    Committed before the call, so that a crash leaves it open; its id travels with each message as a tag. Never deleted
    before its campaign.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        NOT_ACCEPTED = "not-accepted", _("provably not accepted")
        UNCERTAIN = "uncertain", _("answer lost")

    # Without a constraint in the database: checking it would cost more than the insert.
    chunk = models.ForeignKey(Chunk, on_delete=models.CASCADE, related_name="attempts", db_constraint=False)
    first_delivery_id = models.BigIntegerField()
    last_delivery_id = models.BigIntegerField()
    delivery_count = models.SmallIntegerField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    accepted_count = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")
    started_at = models.DateTimeField(db_default=models.functions.Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"#{self.pk}: {self.delivery_count} of {self.chunk_id}, {self.outcome}"


class Acceptance(models.Model):
    """The provider's receipt for one delivery; appended with the outcome of its attempt, never changed."""

    delivery_id = models.BigIntegerField(primary_key=True)
    attempt_id = models.BigIntegerField()
    ses_message_id = models.CharField(max_length=100)
    accepted_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("ses_message_id",), name="acceptance_message"),)

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.ses_message_id}"


class DeliveryEvent(models.Model):
    """One thing that SES said about one delivery later; appended as it comes, in any order, once each."""

    delivery_id = models.BigIntegerField(db_index=True)
    event_key = models.CharField(max_length=64, unique=True)  # hash of what makes the event itself; drops repeats
    event_type = models.CharField(max_length=20)  # SES's eventType in lower snake: bounce, delivery_delay
    sub_type = models.CharField(max_length=40, blank=True, default="")  # e.g. permanent/general
    diagnostic = models.CharField(max_length=500, blank=True, default="")  # the mail server's words
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    machine_sign = models.CharField(max_length=20, blank=True, default="")  # why an open or click is no person's

    class Meta:
        ordering = ("happened_at", "id")

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.event_type}"


class RatePoint(models.Model):
    """How many deliveries of one campaign the provider took in one span of five seconds; for the speed curve.

    Written with the outcome of each attempt; deleted an hour later.
    """

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="rate_points", db_index=False, db_constraint=False
    )
    span_s = models.BigIntegerField()  # seconds since 1970, a multiple of 5
    accepted_count = models.IntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("campaign", "span_s"), name="rate_point"),)

    def __str__(self) -> str:
        return f"{self.campaign_id} at {self.span_s}: {self.accepted_count}"
