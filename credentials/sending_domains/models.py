"""Domains and addresses that may be sent from, the DNS records that they need, and what was found of each."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from credentials.sending_domains.records import DmarcPolicy, Mark, RecordKind, StsMode
from portal.fields import KeyField
from portal.leases import LeasedModel


class SendingDomain(LeasedModel):
    """One identity at SES: a domain, or a single address.

    Written by people (what is wished) and by `credentials.sending_domains.tending` (what SES and the DNS say). Goes once
    SES has forgotten the identity.
    """

    class State(models.TextChoices):
        """How far it is. Words are stored: add, never reuse."""

        PENDING = "pending", _("being set up")
        VERIFYING = "verifying", _("waits for its DNS records")
        VERIFIED = "verified", _("verified")
        FAILED = "failed", _("failed")
        DELETING = "deleting", _("being deleted")

    class RouteState(models.TextChoices):
        """What became of the last change at Route 53."""

        NONE = "", "–"
        PENDING = "pending", _("being spread to the name servers")
        INSYNC = "insync", _("at all name servers")
        FAILED = "failed", _("not carried out")

    name = KeyField(_("domain or address"), max_length=254, unique=True)  # lower case, domain in A-labels
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    state_reason = models.CharField(max_length=300, blank=True)  # why it is not as wished, in plain words
    is_applied = models.BooleanField(default=False)  # SES has been told what is wished
    try_count = models.IntegerField(default=0)  # failures in a row

    # What is wished.
    mail_from_label = models.CharField(_("MAIL FROM subdomain"), max_length=63, blank=True, default="mail")
    is_receiving = models.BooleanField(_("receives mail here"), default=False)
    dmarc_policy = models.CharField(
        _("DMARC"), max_length=10, choices=DmarcPolicy.choices(), default=DmarcPolicy.NONE.value
    )
    reports_to = models.CharField(_("reports go to"), max_length=254, blank=True)  # DMARC and TLS reports
    sts_mode = models.CharField(
        _("MTA-STS"), max_length=10, choices=StsMode.choices(), default=StsMode.OFF.value, blank=True
    )

    # What SES says.
    is_verified = models.BooleanField(_("may be sent from"), default=False)
    dkim_status = models.CharField(max_length=20, blank=True)
    dkim_tokens = models.JSONField(default=list, blank=True)  # list[str], three with Easy DKIM
    dkim_zone = models.CharField(max_length=100, blank=True)  # where the CNAMEs lead; "" = dkim.amazonses.com
    mail_from_status = models.CharField(max_length=20, blank=True)
    configuration_set = models.CharField(max_length=64, blank=True)
    refreshed_at = models.DateTimeField(_("SES was asked"), null=True, blank=True)

    # What the DNS says.
    checked_at = models.DateTimeField(_("DNS was asked"), null=True, blank=True)
    name_servers = models.JSONField(default=list, blank=True)  # list[str], those that were asked
    dns_problem = models.CharField(max_length=20, blank=True)  # a code of portal.dns.authority.Trouble

    route_zone_id = models.CharField(max_length=64, blank=True)
    route_change_id = models.CharField(max_length=64, blank=True)
    route_state = models.CharField(max_length=8, choices=RouteState, default=RouteState.NONE, blank=True)
    route_changed_at = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # somebody wants to know now

    class Meta:
        verbose_name = _("sending domain")
        verbose_name_plural = _("sending domains")
        ordering = ("name",)
        permissions = (("write_dns", "May change the records of a domain at Route 53"),)

    def __str__(self) -> str:
        return self.name

    @property
    def is_domain(self) -> bool:
        """Whether it is a domain, not a single address."""
        return "@" not in self.name

    @property
    def mail_from(self) -> str:
        """The MAIL FROM domain; "" where SES's own is used."""
        return f"{self.mail_from_label}.{self.name}" if self.mail_from_label and self.is_domain else ""


class DomainRecord(models.Model):
    """What the last look found of one record that a domain needs; one row per kind.

    Written by `credentials.sending_domains.checking`; goes with the domain, or when it is not needed any more.
    """

    domain = models.ForeignKey(SendingDomain, on_delete=models.CASCADE, related_name="records")
    kind = models.CharField(max_length=12, choices=RecordKind.choices())
    mark = models.CharField(max_length=8, choices=Mark.choices(), default=Mark.UNKNOWN.value)
    code = models.CharField(max_length=24, blank=True)  # one of credentials.sending_domains.check.Oddity
    found = models.JSONField(default=list, blank=True)  # list[str], as the name server gave them
    advice = models.CharField(max_length=1000, blank=True)  # what would be right, e.g. SPF records made one
    asked = models.CharField(max_length=255, blank=True)  # the name server that was asked
    checked_at = models.DateTimeField(null=True, blank=True)
    right_at = models.DateTimeField(null=True, blank=True)  # last found right
    broke_at = models.DateTimeField(null=True, blank=True)  # it was right, and is not any more

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("domain", "kind"), name="domain_record_once"),)

    def __str__(self) -> str:
        return f"{self.domain_id}: {self.kind}"
