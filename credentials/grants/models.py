"""Consents that people gave at other services, and whether they still hold."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from credentials.encryption.columns import SealedColumn, register_sealed
from portal.fields import KeyField

TABLE = "credentials_oauthgrant"  # what its tokens are sealed for


class Health(models.TextChoices):
    """Whether a consent works. Words are stored: add, never reuse."""

    HEALTHY = "healthy", _("healthy")
    EXPIRING = "expiring", _("expires soon")
    UNKNOWN_EXPIRY = "unknown", _("works, end not known")
    REVOKED = "revoked", _("permission lost")
    UNREACHABLE = "unreachable", _("cannot be checked")
    DISCONNECTED = "disconnected", _("disconnected")


WORKING = frozenset({Health.HEALTHY, Health.EXPIRING, Health.UNKNOWN_EXPIRY, Health.UNREACHABLE})


class OAuthGrant(models.Model):
    """One person's consent at one service: one row per account there, whoever connected it and however often.

    Tokens are sealed under `seal_id`. Written by `credentials.grants.services` and, after each look, by
    `credentials.grants.health`; disconnecting empties the tokens and keeps the row.
    """

    class Provider(models.TextChoices):
        GOOGLE = "google", "Google"

    seal_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.CharField(max_length=10, choices=Provider.choices, default=Provider.GOOGLE)
    subject = KeyField(max_length=255)  # the service's own id of the account
    email = models.CharField(_("account"), max_length=254)
    scopes = models.JSONField(_("may"), default=list)  # list[str], as granted
    sealed_refresh_token = models.TextField(blank=True)
    sealed_access_token = models.TextField(blank=True)
    access_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(_("expires"), null=True, blank=True)  # null = the service did not say
    health = models.CharField(_("health"), max_length=12, choices=Health.choices, default=Health.UNKNOWN_EXPIRY)
    reason = models.CharField(max_length=60, blank=True)  # the service's own word for what is wrong
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    worked_at = models.DateTimeField(_("last worked"), null=True, blank=True)
    next_token_call_at = models.DateTimeField(null=True, blank=True)  # nobody asks the token endpoint before
    connected_at = models.DateTimeField(_("connected"), null=True, blank=True)
    connected_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("email", "id")
        constraints = (models.UniqueConstraint(fields=("provider", "subject"), name="oauth_grant_once"),)

    def __str__(self) -> str:
        return self.email

    @property
    def is_working(self) -> bool:
        """Whether it is worth trying: nobody said that the permission is gone."""
        return self.health in WORKING

    @property
    def row(self) -> str:
        """What its tokens are sealed for."""
        return str(self.seal_id)


for _column in ("sealed_refresh_token", "sealed_access_token"):
    register_sealed(SealedColumn("credentials.OAuthGrant", _column, "seal_id", TABLE))


class GrantEvent(models.Model):
    """One change of a consent's health; appended by `credentials.grants`, stays with it."""

    grant = models.ForeignKey(OAuthGrant, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(_("when"), auto_now_add=True)
    health = models.CharField(_("health"), max_length=12, choices=Health.choices)
    reason = models.CharField(max_length=60, blank=True)
    actor_name = models.CharField(_("by"), max_length=150, blank=True)  # "" = noticed by itself

    class Meta:
        verbose_name = _("change of a consent")
        verbose_name_plural = _("changes of consents")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.health} {self.reason}".strip()
