"""People we do not write to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField


class Suppression(models.Model):
    """One address that gets no mail, whatever list it is on.

    Written by SES feedback, unsubscribes, operators and imports; removed only by an operator. Consulted when a campaign
    is planned and again at the moment of each attempt.
    """

    class Reason(models.TextChoices):
        BOUNCE = "bounce", _("hard bounce")
        COMPLAINT = "complaint", _("complaint")
        UNSUBSCRIBE = "unsubscribe", _("unsubscribed")
        MANUAL = "manual", _("by hand")
        IMPORT = "import", _("imported")

    class Source(models.TextChoices):
        SES_EVENT = "ses-event", _("SES feedback")
        OPERATOR = "operator", _("operator")
        IMPORT = "import", _("import")
        RECIPIENT = "recipient", _("the person")
        SES_LIST = "ses-list", _("the list in SES")

    address = models.CharField(_("address"), max_length=320)  # as first seen
    address_key = KeyField(max_length=320, editable=False)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")  # e.g. the mail server's answer
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, blank=True, on_delete=models.SET_NULL, editable=False
    )
    batch = models.ForeignKey(
        "SuppressionBatch", null=True, blank=True, on_delete=models.SET_NULL, editable=False, related_name="added"
    )
    is_noted_for_ses = models.BooleanField(default=False, editable=False)  # the sync has looked whether SES must know

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = (models.UniqueConstraint(fields=("address_key",), name="suppression_address_key"),)
        indexes = (models.Index(fields=("id",), condition=Q(is_noted_for_ses=False), name="suppression_not_noted"),)

    def __str__(self) -> str:
        return self.address


class EndedSuppression(models.Model):
    """A suppression that was taken off: what it was, who let mail go again, and why.

    Written when it is released; never changed. It is found by the address, whoever has it by then.
    """

    address_key = KeyField(max_length=320)
    reason = models.CharField(max_length=20, choices=Suppression.Reason.choices)
    source = models.CharField(max_length=20, choices=Suppression.Source.choices)
    note = models.CharField(max_length=500, blank=True, default="")
    began_at = models.DateTimeField()
    began_by_name = models.CharField(max_length=150, blank=True, default="")
    ended_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_by_name = models.CharField(max_length=150, blank=True, default="")  # kept when the account goes
    why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("ended suppression")
        verbose_name_plural = _("ended suppressions")
        indexes = (models.Index(fields=("address_key",), name="ended_suppression_address"),)

    def __str__(self) -> str:
        return f"{self.address_key}: {self.reason}"


class SuppressionBatch(models.Model):
    """Several addresses that one person brought at once, pasted or as a file: looked at first, then added, or undone.

    Written by that person's deeds. Its lines go when it is added or thrown away; the row stays as the record.
    """

    class Status(models.TextChoices):
        CHECKED = "checked", _("waits for you")
        ADDED = "added", _("added")
        UNDONE = "undone", _("taken back")
        DISCARDED = "discarded", _("thrown away")

    name = models.CharField(_("name"), max_length=150)
    note = models.CharField(_("why"), max_length=500, blank=True, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.CHECKED)
    line_count = models.IntegerField(default=0)
    new_count = models.IntegerField(default=0)
    known_count = models.IntegerField(default=0)
    repeated_count = models.IntegerField(default=0)
    problem_count = models.IntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)  # [[line, text as found, code]], the first hundreds
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    added_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("batch of suppressions")
        verbose_name_plural = _("batches of suppressions")

    def __str__(self) -> str:
        return self.name


class SuppressionLine(models.Model):
    """One address of a batch that would be added; gone as soon as it is decided."""

    batch = models.ForeignKey(SuppressionBatch, on_delete=models.CASCADE, related_name="lines")
    number = models.IntegerField()  # of the line in what was brought
    address = models.CharField(max_length=320)
    address_key = KeyField(max_length=320)
    reason = models.CharField(max_length=20, choices=Suppression.Reason.choices)

    def __str__(self) -> str:
        return f"{self.number}: {self.address}"
