"""Domains whose mail comes in here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField


class InboundDomain(models.Model):
    """One domain that receives here, or did. Written by people; its MX is looked up by `routing.domains.services`."""

    class Mx(models.TextChoices):
        """What the DNS said last."""

        UNKNOWN = "unknown", _("not looked up yet")
        OK = "ok", _("leads here")
        MIXED = "mixed", _("leads here and elsewhere")
        ELSEWHERE = "elsewhere", _("leads elsewhere")
        MISSING = "missing", _("no MX record")
        UNREACHABLE = "unreachable", _("the DNS did not answer")

    name = KeyField(_("domain"), max_length=253, unique=True)  # lower-case A-labels
    receives = models.BooleanField(
        _("receives mail here"),
        default=True,
        help_text=_("Nothing may be forwarded to such a domain: it would come back."),
    )
    notes = models.TextField(_("notes"), blank=True)
    mx = models.CharField(_("MX"), max_length=12, choices=Mx.choices, default=Mx.UNKNOWN)
    mx_hosts = models.JSONField(_("MX hosts"), default=list, blank=True)  # ["10 inbound-smtp.eu-west-1.amazonaws.com"]
    mx_checked_at = models.DateTimeField(_("looked up"), null=True, blank=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("receiving domain")
        verbose_name_plural = _("receiving domains")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
