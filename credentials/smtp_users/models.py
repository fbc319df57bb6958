"""SMTP users, their keys, the journal of what was done on IAM, and what was noticed of them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from credentials.encryption.columns import SealedColumn, register_sealed
from portal.fields import KeyField
from portal.leases import LeasedModel

USERNAME_CHARS = 39  # IAM allows 64, of which `ses-smtp-user-` and `-<10 digits>` take 25
SEALED_FOR = "smtp_key"


class State(models.TextChoices):
    """How an SMTP user stands on AWS, as last confirmed. Words are stored: add, never reuse."""

    PENDING = "pending", _("being set up")
    ACTIVE = "active", _("active")
    ROTATING = "rotating", _("changing password")
    DISABLED = "disabled", _("disabled")
    FAILED = "failed", _("failed")
    DELETING = "deleting", _("being deleted")


class SmtpUser(LeasedModel):
    """One login at SES's SMTP endpoint: what people want of it, and what is confirmed of its IAM user.

    Wishes are written by `services.py`, which adds to `wish_count`; what is confirmed is written by `machine.py`, under
    a lease, which copies the count it carried out to `settled_wish`. Goes when nothing of it is left on AWS.
    """

    # What people want.
    username = KeyField(_("user name"), max_length=USERNAME_CHARS)
    username_key = KeyField(max_length=USERNAME_CHARS, unique=True, editable=False)  # lower case: IAM folds case
    description = models.CharField(_("description"), max_length=200, blank=True)
    owner_address = models.EmailField(_("belongs to"), max_length=254, blank=True)  # the person who uses it
    allowed_senders = models.JSONField(_("may send as"), default=list)  # list[str]; see policy.py; [] = nobody
    is_enabled = models.BooleanField(_("may log in"), default=True, editable=False)
    disabled_reason = models.CharField(max_length=300, blank=True, editable=False)  # "" = no reason, or a person did it
    delete_at = models.DateTimeField(null=True, blank=True, editable=False)  # the grace ends; None = stays
    rotation_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    changeover_until = models.DateTimeField(null=True, blank=True, editable=False)  # the earlier password ends
    rotate_every_days = models.PositiveIntegerField(
        _("new password every (days)"), null=True, blank=True,
        help_text=_("Empty: as the installation says. 0: never by itself."),
    )  # fmt: skip
    wish_count = models.PositiveIntegerField(default=1, editable=False)
    # What is confirmed.
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING, editable=False)
    state_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)  # plain words; "" = none
    state_at = models.DateTimeField(_("since"), null=True, editable=False)
    settled_wish = models.PositiveIntegerField(default=0, editable=False)
    try_count = models.PositiveIntegerField(default=0, editable=False)  # failures in a row
    is_given_up = models.BooleanField(default=False, editable=False)  # waits for a person; a creation is undone on AWS
    region = models.CharField(max_length=30, blank=True, editable=False)  # where its passwords are good
    owner_tag = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # tag of the IAM user, proves it ours
    is_adopted = models.BooleanField(default=False, editable=False)  # its IAM user was made by an older system
    iam_user_name = KeyField(max_length=64, blank=True, db_index=True, editable=False)  # chosen before it is made
    iam_user_arn = models.CharField(max_length=200, blank=True, editable=False)  # "" until its making is confirmed
    applied_policy = models.TextField(blank=True, editable=False)  # the document on IAM; "" = none
    managed_policy_arn = models.CharField(max_length=250, blank=True, editable=False)  # "" = the policy is inline
    proving_since = models.DateTimeField(null=True, editable=False)  # the first try to log in with the newest key
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, blank=True, on_delete=models.SET_NULL,
        editable=False, related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("SMTP user")
        verbose_name_plural = _("SMTP users")
        ordering = ("username_key",)
        permissions = (("reveal_smtpuser", _("Can reveal passwords of SMTP users")),)

    def __str__(self) -> str:
        return self.username

    @property
    def is_settled(self) -> bool:
        """Whether AWS stands as was last wished."""
        return self.settled_wish == self.wish_count

    @property
    def is_usable(self) -> bool:
        """Whether somebody can log in with it, as far as is confirmed."""
        return self.state in {State.ACTIVE, State.ROTATING} and self.is_enabled

    @property
    def is_leaving(self) -> bool:
        """Whether its deletion was asked for and can still be taken back or is at work."""
        return self.delete_at is not None

    @property
    def next_try_at(self) -> datetime | None:
        """When a failed step is tried again; None when nothing waits."""
        return self.retry_at if not self.is_settled else None

    @property
    def current_key(self) -> SmtpKey | None:
        """The key whose password is given out; None until one is proven."""
        return self.keys.filter(role=SmtpKey.Role.CURRENT).first()


class SmtpKey(models.Model):
    """One IAM access key of an SMTP user, whose id is the user name at the SMTP endpoint, and its sealed password.

    Written by the machine only after IAM made it; goes when IAM deleted it. The secret access key itself is kept nowhere.
    """

    class Role(models.TextChoices):
        NEW = "new", _("not proven yet")
        CURRENT = "current", _("current")
        OLD = "old", _("earlier, still works")

    user = models.ForeignKey(SmtpUser, on_delete=models.CASCADE, related_name="keys")
    role = models.CharField(max_length=8, choices=Role, default=Role.NEW)
    access_key_id = KeyField(_("SMTP user name"), max_length=128, unique=True)
    secret_row = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # what the password is sealed for
    sealed_password = models.TextField(blank=True, editable=False)  # "" = not known here (adopted): rotate
    is_active = models.BooleanField(default=True)  # on IAM, as last confirmed
    made_at = models.DateTimeField(_("made"))
    proven_at = models.DateTimeField(_("login worked"), null=True, blank=True)
    proven_how = models.CharField(max_length=10, blank=True)  # "login", "skipped" (the proof is off), "adopted"
    retired_at = models.DateTimeField(null=True, blank=True)  # when a newer one took its place
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)  # that its time ends

    class Meta:
        verbose_name = _("SMTP password")
        verbose_name_plural = _("SMTP passwords")
        ordering = ("-made_at", "-id")
        constraints = (models.UniqueConstraint(fields=("user", "role"), name="smtp_key_role_once"),)

    def __str__(self) -> str:
        return self.access_key_id

    @property
    def row(self) -> str:
        """What its password is sealed for."""
        return str(self.secret_row)


register_sealed(
    SealedColumn("credentials.SmtpKey", column="sealed_password", row_column="secret_row", table=SEALED_FOR)
)


class SmtpUserStep(models.Model):
    """One call to IAM (or one proof of a login): committed as open before it, closed after it.

    A row that stays open tells the next worker that the call's answer was lost. Pruned by the sweep after a time; stays
    when its user goes.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("begun")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        LOST = "lost", _("answer lost")

    user = models.ForeignKey(SmtpUser, null=True, on_delete=models.SET_NULL, related_name="steps")
    username = models.CharField(_("SMTP user"), max_length=USERNAME_CHARS)
    call = models.CharField(_("call"), max_length=40)  # IAM's own name, or "ProveLogin"
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome, default=Outcome.OPEN)
    known_keys = models.JSONField(default=list)  # CreateAccessKey: list[str], ids that IAM had before it
    detail = models.CharField(_("detail"), max_length=300, blank=True)  # an id or the error, never a secret
    started_at = models.DateTimeField(_("when"), auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("step on IAM")
        verbose_name_plural = _("steps on IAM")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.call} {self.outcome}"


class SmtpUserDay(models.Model):
    """Counts of one SMTP user on one day (UTC), from SES's events; added to by `validator.py`, goes with its user."""

    user = models.ForeignKey(SmtpUser, on_delete=models.CASCADE, related_name="days")
    day = models.DateField(_("day"))
    sent_count = models.PositiveIntegerField(default=0)
    delivered_count = models.PositiveIntegerField(default=0)
    bounced_count = models.PositiveIntegerField(default=0)
    complained_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    violation_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "day"), name="smtp_user_day_once"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.day}"


class SmtpMailEvent(models.Model):
    """One event of SES that was counted for an SMTP user, so that it counts once however often it comes.

    Written by `validator.py`; deleted after some weeks, in which no event comes again.
    """

    event_key = models.CharField(max_length=64, primary_key=True)  # SHA-256 of what makes the event itself, in hex
    counted_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.event_key


class SmtpViolation(models.Model):
    """One mail that an SMTP user sent under an address it is not allowed; written by `validator.py`, goes with its user."""

    user = models.ForeignKey(SmtpUser, on_delete=models.CASCADE, related_name="violations")
    from_address = models.CharField(_("sent as"), max_length=320)
    ses_message_id = KeyField(max_length=100)
    source_ip = models.GenericIPAddressField(_("from"), null=True, blank=True)
    sent_at = models.DateTimeField(_("when"))
    noticed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("violation")
        verbose_name_plural = _("violations")
        ordering = ("-sent_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("user", "ses_message_id", "from_address"), name="smtp_violation_once"),
        )

    def __str__(self) -> str:
        return self.from_address


class SmtpDrift(models.Model):
    """One difference between IAM and the table, from when it was found until it is over; written by `drift.py`."""

    user = models.ForeignKey(SmtpUser, null=True, blank=True, on_delete=models.CASCADE, related_name="drifts")
    kind = models.CharField(_("what"), max_length=30)  # see drift.py
    iam_user_name = KeyField(max_length=64)
    subject = KeyField(max_length=250, blank=True)  # the key, policy or group it is about
    detail = models.JSONField(default=dict)
    found_at = models.DateTimeField(_("found"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen"))
    cleared_at = models.DateTimeField(_("over"), null=True, blank=True)
    cure_asked_at = models.DateTimeField(_("cure asked for"), null=True, blank=True)  # None: nobody asked, or it failed
    cure_problem = models.CharField(_("why the cure failed"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("difference on IAM")
        verbose_name_plural = _("differences on IAM")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "iam_user_name", "subject"),
                condition=models.Q(cleared_at__isnull=True),
                name="smtp_drift_open_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.iam_user_name}"


class SmtpHandover(models.Model):
    """One link that shows a password once, to whoever it is handed to; only the hash of its token is kept.

    Made and ended by `handover.py`; goes with its user.
    """

    user = models.ForeignKey(SmtpUser, on_delete=models.CASCADE, related_name="handovers")
    key = models.ForeignKey(SmtpKey, null=True, on_delete=models.SET_NULL, related_name="+")
    token_hash = KeyField(max_length=64, unique=True, editable=False)  # SHA-256, in hex
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    opened_ip = models.GenericIPAddressField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # taken back

    class Meta:
        verbose_name = _("hand-over link")
        verbose_name_plural = _("hand-over links")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.made_at}"
