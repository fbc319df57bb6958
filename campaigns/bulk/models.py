"""Deeds on many people at once, what undoing them needs, and who was merged into whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField
from portal.leases import LeasedModel


class BulkChange(LeasedModel):
    """One deed on chosen people: which, on whom, how far it is, what came of it.

    Written by the bulk services and their worker; kept as the record of the deed. `lease_*` belong to the worker that
    freezes the choice, carries it out or undoes it.
    """

    class Deed(models.TextChoices):
        ADD_TAG = "add_tag", _("add a tag")
        REMOVE_TAG = "remove_tag", _("take off a tag")
        ADD_TO_LIST = "add_to_list", _("add to a list")
        REMOVE_FROM_LIST = "remove_from_list", _("take off a list")
        SET_FIELD = "set_field", _("set a field")
        DELETE = "delete", _("delete")
        MERGE = "merge", _("merge")

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")  # nobody is chosen yet: the filter is
        RUNNING = "running", _("at work")
        COMPLETED = "completed", _("done")
        CANCELLED = "cancelled", _("stopped")
        FAILED = "failed", _("failed")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    deed = models.CharField(_("deed"), max_length=20, choices=Deed.choices)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.WAITING)
    query = models.TextField(blank=True, default="")  # whom, as in the address of the list of contacts, or `ids=1,2`
    group_id = models.BigIntegerField(null=True, blank=True)  # the tag or the list
    field = models.CharField(max_length=70, blank=True, default="")  # what SET_FIELD writes to: see `bulk.fields`
    value = models.TextField(blank=True, default="")
    label = models.CharField(_("what"), max_length=300, blank=True, default="")  # name of tag, list or field, as it was

    people_count = models.BigIntegerField(default=0)  # frozen at the start
    done_count = models.BigIntegerField(default=0)
    changed_count = models.BigIntegerField(_("changed"), default=0)
    restored_count = models.BigIntegerField(default=0)  # by undoing
    kept_count = models.BigIntegerField(default=0)  # changed by others since: undoing left them alone
    kept_examples = models.JSONField(default=list, blank=True)  # [str], whom
    problem = models.CharField(max_length=300, blank=True, default="")  # why it failed
    claim_count = models.SmallIntegerField(default=0)  # claims since the last committed slice

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("status", "lease_until"), name="bulk_change_due"),
            models.Index(fields=("created_by", "-id"), name="bulk_change_maker"),
        )

    def __str__(self) -> str:
        return f"{self.get_deed_display()}: {self.label}" if self.label else str(self.get_deed_display())

    @property
    def is_at_work(self) -> bool:
        return self.status in {self.Status.WAITING, self.Status.RUNNING, self.Status.UNDOING}

    @property
    def undo_until(self) -> datetime | None:
        """The moment after which the deed stands for good; None while it goes on."""
        if self.finished_at is None:
            return None
        return self.finished_at + timedelta(days=settings.UNDO_BULK_DAYS)

    @property
    def can_undo(self) -> bool:
        ended = self.status in {self.Status.COMPLETED, self.Status.CANCELLED, self.Status.FAILED}
        until = self.undo_until
        return ended and bool(self.changed_count) and until is not None and timezone.now() < until


class BulkTarget(models.Model):
    """One person whom a deed has still to reach. Written when the choice is frozen, gone when they were reached."""

    pk = models.CompositePrimaryKey("change_id", "contact_id")
    change = models.ForeignKey(
        BulkChange, on_delete=models.CASCADE, related_name="targets", db_index=False, db_constraint=False
    )
    contact_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"contact {self.contact_id} of bulk change {self.change_id}"


class BulkUndo(models.Model):
    """What undoing a deed needs for one person whom it changed; goes when it was undone or its time is over."""

    pk = models.CompositePrimaryKey("change_id", "contact_id")
    change = models.ForeignKey(
        BulkChange, on_delete=models.CASCADE, related_name="undo_rows", db_index=False, db_constraint=False
    )
    contact_id = models.BigIntegerField()
    before = models.JSONField(default=dict)  # the deed's own: see `bulk.deeds`

    def __str__(self) -> str:
        return f"contact {self.contact_id} before bulk change {self.change_id}"


class FormerAddress(models.Model):
    """An address of somebody who was merged into this person: where their earlier mails are found.

    Written by merging, removed by undoing it; goes with the person.
    """

    contact = models.ForeignKey("campaigns.Contact", on_delete=models.CASCADE, related_name="former_addresses")
    address = models.CharField(max_length=320)
    address_key = KeyField(max_length=320)
    merged_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("address_key",), name="former_address_key"),)

    def __str__(self) -> str:
        return self.address


class DuplicateScan(LeasedModel):
    """One look through all contacts for people who may stand twice; the newest of a kind is the one that counts.

    Written by a person's request and by the worker that looks; the sweep removes all but the newest few.
    """

    class Kind(models.TextChoices):
        MAILBOX = "mailbox", _("one mailbox: same address but for +tag, or dots at Gmail")
        NAME = "name", _("same full name at the same domain")
        FIELD = "field", _("same value in a field")

    class Status(models.TextChoices):
        RUNNING = "running", _("looking")
        COMPLETED = "completed", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    field = models.CharField(max_length=60, blank=True, default="")  # name of the attribute
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RUNNING)
    groups = models.JSONField(default=list, blank=True)  # [[contact id]], at most MAX_GROUPS
    is_cut = models.BooleanField(default=False)  # there are more groups
    claim_count = models.SmallIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")
        ordering = ("-id",)

    def __str__(self) -> str:
        return str(self.get_kind_display())
