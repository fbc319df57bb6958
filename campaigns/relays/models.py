"""SMTP relays as sending accounts, and what is known of how they served."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.sending.models import Campaign, SendingAccount
from credentials.encryption.columns import SealedColumn, register_sealed
from portal.mail.smtp_security import Security

ERROR_CHARS = 300
SEALED_FOR = "relay"
MAX_PORT = 65_535
DEFAULT_SIZE_LIMIT_BYTES = 25 * 1024**2  # what Gmail takes, after encoding; most relays take at least that


class Relay(models.Model):
    """How mail of one sending account is handed to an SMTP relay; made and changed by an operator.

    Rate and daily limit stand on the account, whose pacer they feed. Goes with its account.
    """

    class Preset(models.TextChoices):
        CUSTOM = "custom", _("another server")
        GMAIL = "gmail", "Gmail"
        OUTLOOK = "outlook", "Outlook"

    class SecurityChoice(models.TextChoices):
        STARTTLS = Security.STARTTLS.value, _("STARTTLS (usually port 587)")
        TLS = Security.TLS.value, _("TLS from the start (usually port 465)")
        PLAIN = Security.PLAIN.value, _("none (only to this machine, in the sandbox)")

    account = models.OneToOneField(SendingAccount, on_delete=models.CASCADE, related_name="relay", editable=False)
    preset = models.CharField(_("provider"), max_length=8, choices=Preset.choices, default=Preset.CUSTOM)
    host = models.CharField(_("server"), max_length=253)
    port = models.PositiveIntegerField(
        _("port"), default=587, validators=[MinValueValidator(1), MaxValueValidator(MAX_PORT)]
    )
    security = models.CharField(
        _("encryption"), max_length=8, choices=SecurityChoice.choices, default=SecurityChoice.STARTTLS
    )
    username = models.CharField(_("user name"), max_length=320, blank=True, default="")
    sealed_password = models.TextField(blank=True, default="", editable=False)
    secret_row = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # what the password is sealed for
    allowed_from = models.CharField(
        _("lets us send from"),
        max_length=1_000,
        blank=True,
        default="",
        help_text=_(
            "Addresses and domains that this relay takes as the sender, with commas between. Empty: not known."
        ),
    )
    size_limit_bytes = models.PositiveBigIntegerField(null=True, blank=True)  # by hand; None asks the server
    server_size_bytes = models.PositiveBigIntegerField(null=True, editable=False)  # its SIZE, when last asked
    server_features = models.CharField(max_length=500, blank=True, default="", editable=False)  # EHLO's words
    is_internal_allowed = models.BooleanField(
        _("may be on our own network"),
        default=False,
        help_text=_("Only an Owner may allow it: Postroom then connects to this server even at an internal address."),
    )
    is_from_api = models.BooleanField(default=False, editable=False)  # made of credentials that came with a request
    last_error = models.CharField(max_length=ERROR_CHARS, blank=True, default="", editable=False)
    last_error_at = models.DateTimeField(null=True, editable=False)
    last_login_failed_at = models.DateTimeField(null=True, editable=False)  # None again after the next login
    tested_at = models.DateTimeField(null=True, editable=False)  # when a test connection last went well

    class Meta:
        verbose_name = _("SMTP relay")
        verbose_name_plural = _("SMTP relays")
        permissions = (("allow_internal_relay", _("Can allow relays on our own network")),)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def max_message_bytes(self) -> int:
        """The largest message that it takes, as it goes over the wire."""
        return self.size_limit_bytes or self.server_size_bytes or DEFAULT_SIZE_LIMIT_BYTES


class RelayUse(models.Model):
    """What a worker met at a relay while it sent one chunk (or part of one); appended, deleted after KEPT_DAYS."""

    KEPT_DAYS = 30

    relay = models.ForeignKey(Relay, on_delete=models.CASCADE, related_name="uses", db_index=False)
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.CASCADE, related_name="relay_uses", db_constraint=False
    )
    noted_at = models.DateTimeField(default=timezone.now)
    connection_count = models.IntegerField(default=0)  # made
    failed_connection_count = models.IntegerField(default=0)
    failed_login_count = models.IntegerField(default=0)
    message_count = models.IntegerField(default=0)  # that got an answer after their final dot
    answer_ms_sum = models.BigIntegerField(default=0)  # from a message's final dot to its answer
    answer_counts = models.JSONField(default=list)  # by the bounds of `use.BOUNDS_MS`
    attachment_bytes_sum = models.BigIntegerField(default=0)
    attachment_bytes_max = models.BigIntegerField(default=0)  # all of one message
    error = models.CharField(max_length=ERROR_CHARS, blank=True, default="")  # the last one, without addresses

    class Meta:
        indexes = (models.Index(fields=("relay", "noted_at"), name="relay_use_when"),)

    def __str__(self) -> str:
        return f"{self.relay_id} at {self.noted_at:%F %T}: {self.message_count}"


register_sealed(SealedColumn("campaigns.Relay", column="sealed_password", row_column="secret_row", table=SEALED_FOR))
