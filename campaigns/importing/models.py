"""Imports of people from CSV files: the import itself, its committed batches, and what undoing it needs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.leases import LeasedModel


class OnExisting(models.TextChoices):
    """What an import does with somebody who is here already. An empty cell never erases a value."""

    UPDATE = "update", _("take the values of the file")
    FILL_EMPTY = "fill_empty", _("fill in empty fields only")
    SKIP = "skip", _("leave them as they are")


class DropFolder(models.Model):
    """What to do with a CSV dropped under `uploads/<prefix>/`; written by operators, deleted by them.

    A file under a prefix without a row here waits for a person at the columns step.
    """

    prefix = models.CharField(_("folder under uploads/"), max_length=200, unique=True)  # "" is uploads/ itself
    contact_list = models.ForeignKey(
        "campaigns.ContactList", verbose_name=_("add to list"), null=True, blank=True, on_delete=models.SET_NULL
    )
    tags = models.ManyToManyField("campaigns.Tag", verbose_name=_("add tags"), blank=True, related_name="+")
    on_existing = models.CharField(
        _("if someone is already here"), max_length=12, choices=OnExisting.choices, default=OnExisting.FILL_EMPTY
    )
    consent = models.BooleanField(_("these people agreed to get mail from us"), default=False)
    consent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        verbose_name=_("campaign to send to them"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="drop_folders",
    )
    send_by_itself = models.BooleanField(_("send it without asking"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("drop folder")
        verbose_name_plural = _("drop folders")
        ordering = ("prefix",)

    def __str__(self) -> str:
        return f"uploads/{self.prefix}/" if self.prefix else "uploads/"


class ContactImport(LeasedModel):
    """One CSV file and its way into the contacts: file, columns, check, import.

    Written by the import services only; kept as the record of who brought which people in, with whose consent.
    `lease_*` belong to the worker that checks, imports or undoes.
    """

    class Source(models.TextChoices):
        BROWSER = "browser", _("uploaded")
        DROPPED = "dropped", _("dropped into the bucket")
        COMMAND = "command", _("command line")

    class Status(models.TextChoices):
        UPLOADING = "uploading", _("waiting for the file")
        RECEIVED = "received", _("received")  # dropped; to be read by a worker
        COLUMNS = "columns", _("columns to choose")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        IMPORTING = "importing", _("being imported")
        COMPLETED = "completed", _("imported")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.UPLOADING)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices, default=Source.BROWSER)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("started"), auto_now_add=True)

    # The file
    file_name = models.CharField(_("file"), max_length=255)
    file_key = models.CharField(max_length=600, blank=True, default="")  # key in our files: imports/<id>/file/<name>
    file_etag = models.CharField(max_length=200, blank=True, default="")
    file_bytes = models.BigIntegerField(default=0)
    dropped_bucket = models.CharField(max_length=63, blank=True, default="")
    dropped_key = models.CharField(max_length=1024, blank=True, default="")  # key in the bucket that is watched
    dropped_etag = models.CharField(max_length=200, blank=True, default="")
    drop_folder = models.ForeignKey(
        DropFolder, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports"
    )

    # How it is read
    encoding = models.CharField(max_length=20, blank=True, default="")  # a Python codec name
    encoding_certainty = models.CharField(max_length=10, blank=True, default="")  # importing.encoding.Certainty
    delimiter = models.CharField(max_length=1, blank=True, default="")
    newline = models.CharField(max_length=1, default="\n")
    has_header = models.BooleanField(default=True)
    rows_offset = models.BigIntegerField(default=0)  # bytes of the file before the first row below the header
    rows_line = models.BigIntegerField(default=0)  # lines of the file before it
    columns = models.JSONField(default=list, blank=True)  # [columns.ColumnDict]
    sample_rows = models.JSONField(default=list, blank=True)  # first rows below the header: [[str]]
    notes = models.JSONField(default=list, blank=True)  # [problems.ProblemDict] on header and encoding

    # What is done with the people
    on_existing = models.CharField(max_length=12, choices=OnExisting.choices, default=OnExisting.FILL_EMPTY)
    contact_list = models.ForeignKey("campaigns.ContactList", null=True, blank=True, on_delete=models.SET_NULL)
    tag_names = models.JSONField(default=list, blank=True)  # [str], put on everybody in the file
    consent = models.BooleanField(default=False)
    consent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    consent_at = models.DateTimeField(null=True, blank=True)
    imports_by_itself = models.BooleanField(default=False)  # dropped into a known folder, and nobody has taken over
    fixes = models.JSONField(default=dict, blank=True)  # row_check.FixesDict: what the person accepted at the check

    # What the check found
    file_problem = models.JSONField(default=dict, blank=True)  # problems.ProblemDict of the whole file, {} = none
    problems = models.JSONField(default=list, blank=True)  # [problems.ProblemDict], grouped by cause, most rows first
    row_count = models.BigIntegerField(default=0)  # rows below the header, blank ones left out
    new_count = models.BigIntegerField(default=0)
    change_count = models.BigIntegerField(default=0)
    unchanged_count = models.BigIntegerField(default=0)
    suppressed_count = models.BigIntegerField(default=0)  # also counted as new, change or unchanged
    reject_count = models.BigIntegerField(default=0)
    duplicate_count = models.BigIntegerField(default=0)  # rows replaced by a later line of the file
    checked_at = models.DateTimeField(null=True, blank=True)
    rejects_key = models.CharField(max_length=600, blank=True, default="")  # the file of rows we cannot import

    # Progress of the check or the import, whichever runs
    done_bytes = models.BigIntegerField(default=0)
    done_rows = models.BigIntegerField(default=0)
    rows_per_s = models.FloatField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    claim_count = models.SmallIntegerField(default=0)  # claims since the last committed batch

    # What the import did, and what undoing it did
    created_count = models.BigIntegerField(default=0)
    changed_count = models.BigIntegerField(default=0)
    removed_count = models.BigIntegerField(default=0)
    restored_count = models.BigIntegerField(default=0)
    kept_count = models.BigIntegerField(default=0)  # undo left them: mailed or edited since
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("dropped_key", "dropped_etag"),
                condition=~models.Q(dropped_key=""),
                name="contact_import_dropped",
            ),
        )
        indexes = (models.Index(fields=("status", "lease_until"), name="contact_import_due"),)

    def __str__(self) -> str:
        return self.file_name

    @property
    def people_tag(self) -> str:
        """Name of the tag that stands for everybody in this file, where one is wanted."""
        return f"import-{self.pk}"

    @property
    def importable_count(self) -> int:
        """How many people "Import" will bring in or touch."""
        return self.new_count + self.change_count + self.unchanged_count

    @property
    def undo_until(self) -> datetime | None:
        """The moment after which the import stands for good; None while there is nothing to undo."""
        if self.finished_at is None:
            return None
        return self.finished_at + timedelta(days=settings.UNDO_IMPORT_DAYS)

    @property
    def can_undo(self) -> bool:
        until = self.undo_until
        touched = self.status in {self.Status.COMPLETED, self.Status.CANCELLED, self.Status.FAILED}
        return (
            touched and until is not None and timezone.now() < until and bool(self.created_count + self.changed_count)
        )


class ImportBatch(models.Model):
    """Rows of one file that were committed together, with the place in the file where the next batch begins.

    Written in the transaction of the rows it stands for, so a killed worker's successor goes on exactly behind it;
    goes with its import.
    """

    class Phase(models.TextChoices):
        CHECK = "check", _("check")
        RUN = "run", _("import")

    contact_import = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="batches", db_index=False)
    phase = models.CharField(max_length=5, choices=Phase.choices)
    number = models.IntegerField()  # from 1
    end_offset = models.BigIntegerField()  # bytes from the start of the file
    end_line = models.BigIntegerField()  # lines of the file up to there
    file_etag = models.CharField(max_length=200)
    row_count = models.IntegerField()
    reject_count = models.IntegerField(default=0)
    created_count = models.IntegerField(default=0)
    changed_count = models.IntegerField(default=0)
    problems = models.JSONField(default=list)  # [problems.ProblemDict] of these rows
    committed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contact_import", "phase", "number"), name="import_batch_number"),
        )

    def __str__(self) -> str:
        return f"{self.phase} {self.number} of import {self.contact_import_id}"


class ImportLine(models.Model):
    """One usable row that the check met: finds the lines that a later line of the same file replaces.

    Written by the check, in its batches; when it ends only replaced lines stay, for the import to leave out. Goes with
    its import. Read and written by `staging_sql` only.
    """

    pk = models.CompositePrimaryKey("contact_import_id", "line")
    # No constraint: PostgreSQL would check it row by row at each commit, which costs more than the rows.
    contact_import = models.ForeignKey(
        ContactImport, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    line = models.BigIntegerField()
    address_hash = models.BigIntegerField()  # 64 bits of BLAKE2b over the address key
    outcome = models.SmallIntegerField()  # staging.Outcome
    is_suppressed = models.BooleanField()
    replaced_by_line = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"line {self.line} of import {self.contact_import_id}"


class ImportChange(models.Model):
    """How one contact was before an import changed it; written by the import, read by its undo.

    Goes with the import, with the contact, or when the time to undo has passed.
    """

    contact_import = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="changes", db_index=False)
    contact = models.ForeignKey("campaigns.Contact", on_delete=models.CASCADE, related_name="+")
    first_name = models.CharField(max_length=150)
    last_name = models.CharField(max_length=150)
    first_name_key = models.CharField(max_length=150)
    last_name_key = models.CharField(max_length=150)
    time_zone = models.CharField(max_length=60)
    attributes = models.JSONField()
    updated_at = models.DateTimeField()  # of the contact, before
    changed_at = models.DateTimeField()  # equals Contact.updated_at until somebody edits the contact

    class Meta:
        constraints = (models.UniqueConstraint(fields=("contact_import", "contact"), name="import_change"),)

    def __str__(self) -> str:
        return f"contact {self.contact_id} before import {self.contact_import_id}"


class ColumnMapping(models.Model):
    """Where the columns of files with this set of headers went last time; one row per header set.

    Written when a person confirms the columns; proposed again for the next file with the same headers.
    """

    header_key = models.CharField(max_length=64, unique=True)  # SHA-256 over the sorted, casefolded headers
    targets = models.JSONField()  # {casefolded header: target}
    used_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.header_key[:12]
