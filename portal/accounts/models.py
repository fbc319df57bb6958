"""Rows of accounts: invitations, logins that are open, mails to people of the portal, sealed secrets."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField
from portal.leases import LeasedModel


class Invitation(models.Model):
    """One address that was asked to work here, with the roles that it will have.

    Written by Owners; closed by the invited person or by an Owner, and then kept as the record of who let whom in.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        REVOKED = "revoked", _("taken back")

    address = models.CharField(_("address"), max_length=320)
    address_key = KeyField(max_length=320)
    roles = models.ManyToManyField("auth.Group", verbose_name=_("roles"), related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("invited by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    closed_at = models.DateTimeField(null=True, blank=True)
    link_number = models.IntegerField(default=1)  # the link names it: sending again makes earlier links void

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (
            models.UniqueConstraint(
                fields=("address_key",), condition=models.Q(state="open"), name="invitation_open_once"
            ),
        )

    def __str__(self) -> str:
        return self.address


class OpenLogin(models.Model):
    """One browser in which somebody is logged in; made at login, gone with the session that it stands for."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="open_logins")
    session_key = models.CharField(max_length=40, unique=True)  # in the collation of the table of sessions
    started_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()  # within some minutes
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.user} since {self.started_at}"


class AccountMail(LeasedModel):
    """One mail to somebody about their account, or a login that is theirs: the outbox, told at least once.

    Written in the transaction of the deed; holds no link and no secret, those are made while it is sent. Deleted some
    weeks later.
    """

    class Kind(models.TextChoices):
        INVITATION = "invitation", _("invitation")
        PASSWORD_LOST = "password_lost", _("password lost")
        PASSWORD_CHANGED = "password_changed", _("password changed")
        NEW_ADDRESS = "new_address", _("new address to be confirmed")
        ADDRESS_CHANGED = "address_changed", _("address changed")
        FACTOR_ADDED = "factor_added", _("second factor added")
        FACTOR_REMOVED = "factor_removed", _("second factor removed")
        FACTORS_RESET = "factors_reset", _("second factor reset by somebody else")
        CODES_MADE = "codes_made", _("new recovery codes")
        SIGN_ON_REMOVED = "sign_on_removed", _("single sign-on disconnected")
        NOTICE = "notice", _("notice")  # its words come with it

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=16, choices=Kind)
    recipient = models.CharField(max_length=320)  # of PASSWORD_LOST as it was typed, whether it is known or not
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.CASCADE, related_name="mails")
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200, blank=True)  # of NOTICE
    text = models.TextField(blank=True)  # of NOTICE
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    try_count = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = (models.Index(fields=("id",), condition=models.Q(state="waiting"), name="account_mail_waiting"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class AccountSecret(models.Model):
    """One sealed secret of a second factor, which names it by `key`; goes with the factor."""

    key = KeyField(max_length=32, unique=True)
    sealed = models.TextField()

    def __str__(self) -> str:
        return self.key
