"""Keys with which programs use the API."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField


class ApiKey(models.Model):
    """One key of one program: what it may do, how often, and until when.

    Made and revoked by operators; `last_used_at` is written by the API, at most once a minute. Never deleted, so that
    what was done with it keeps its name. The secret itself is nowhere: only its hash.
    """

    class Kind(models.TextChoices):
        LIVE = "live", _("live")
        TEST = "test", _("test")  # accepts everything, writes to nobody but its guests

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices, default=Kind.LIVE)
    prefix = KeyField(_("begins with"), max_length=12, unique=True, editable=False)  # shown, and what it is found by
    secret_hash = models.CharField(max_length=64, editable=False)  # SHA-256 of the whole key, in hex
    scopes = models.JSONField(_("may"), default=list)  # list[str], see credentials.api_keys.scopes
    guest_list_id = models.BigIntegerField(null=True, blank=True, editable=False)  # test keys: campaigns.GuestList
    per_minute = models.IntegerField(_("requests a minute"), default=600)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)  # None = until revoked
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, blank=True, on_delete=models.SET_NULL,
        editable=False, related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.name} ({self.shown_prefix}…)"

    @property
    def is_test(self) -> bool:
        return self.kind == self.Kind.TEST

    @property
    def shown_prefix(self) -> str:
        """The part of the key that may be shown, as its owner sees it at its beginning."""
        return f"pr_{self.kind}_{self.prefix}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and not self.is_expired
