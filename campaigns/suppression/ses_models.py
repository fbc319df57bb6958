"""The suppression list that SES keeps for the account: how far we have read it, what is on it, what we want changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField
from portal.leases import LeasedModel


class SesListSync(LeasedModel):
    """How the list in SES and ours were last compared; one row for the installation, its lease held while it is done.

    A pass reads the list page by page, over several runs; a whole pass reads all of it, the others what changed since.
    """

    pass_number = models.IntegerField(default=0)
    is_whole_pass = models.BooleanField(default=True)
    page_token = models.CharField(max_length=2000, blank=True, default="")  # "" between passes
    pass_began_at = models.DateTimeField(null=True, blank=True)
    read_from = models.DateTimeField(null=True, blank=True)  # the pass reads entries from then on; None = all
    read_until = models.DateTimeField(null=True, blank=True)  # up to when the list is known
    whole_pass_at = models.DateTimeField(null=True, blank=True)  # end of the last whole pass
    finished_at = models.DateTimeField(null=True, blank=True)  # end of the last pass
    problem = models.CharField(max_length=300, blank=True, default="")
    suppressed_reasons = models.JSONField(default=list, blank=True)  # what SES itself puts there: BOUNCE, COMPLAINT

    def __str__(self) -> str:
        return f"pass {self.pass_number}"


class SesListEntry(models.Model):
    """One address on the list in SES as last read there. Written by the sync alone.

    `gone_at`: a whole pass no longer found it, and it was not us who took it off. Deleted when we take it off.
    """

    address = models.CharField(max_length=320)
    address_key = KeyField(max_length=320, unique=True)
    reason = models.CharField(max_length=10)  # SES's words: BOUNCE or COMPLAINT
    since = models.DateTimeField()  # SES's LastUpdateTime
    pass_number = models.IntegerField()  # the last pass that found it
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("gone_at",), condition=Q(gone_at__isnull=False), name="ses_entry_gone"),)

    def __str__(self) -> str:
        return f"{self.address_key}: {self.reason}"


class SesListChange(models.Model):
    """What we last wanted of SES for one address: to put it on its list or to take it off; carried out by the sync.

    Written in the transaction that suppresses or releases; done rows stay, so that the next reading of the list does
    not bring back what was released here.
    """

    class Deed(models.TextChoices):
        PUT = "put", _("put on")
        DELETE = "delete", _("take off")

    address = models.CharField(max_length=320)
    address_key = KeyField(max_length=320, unique=True)
    deed = models.CharField(max_length=6, choices=Deed.choices)
    reason = models.CharField(max_length=10, blank=True, default="")  # SES's words, for a put
    wanted_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)  # None: still to be done
    retry_at = models.DateTimeField(null=True, blank=True)
    try_count = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=("deed", "id"), condition=Q(done_at__isnull=True), name="ses_change_waits"),)

    def __str__(self) -> str:
        return f"{self.deed} {self.address_key}"
