"""The import itself: brings the rows of a checked file to the contacts, batch by batch."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from campaigns.importing import line_sql
from campaigns.importing.after_import import ask_about_sender, note_fields, start_bound_campaign
from campaigns.importing.batching import RowBatch
from campaigns.importing.kept_out import leave_out_forgotten
from campaigns.importing.models import ContactImport, ImportBatch
from campaigns.importing.passes import Committed, Hold, walk_file
from campaigns.importing.staging import StagingPlan, bring_in, plan_staging
from campaigns.importing.work import work_on
from portal.activity import record_activity
from portal.queues import TaskName

logger = logging.getLogger(__name__)


class RunWork:
    """Brings each batch in, without the lines that a later line replaces."""

    phase = ImportBatch.Phase.RUN

    def __init__(self, contact_import: ContactImport, plan: StagingPlan) -> None:
        self._import_id = contact_import.pk
        self._plan = plan

    def prepare(self, batch: RowBatch, number: int) -> None:
        leave_out_forgotten(batch)
        if not batch.staged:
            return
        first, last = batch.lines
        replaced = line_sql.replaced_lines(self._import_id, first=first, last=last)
        # Within the batch, too, the later line wins; the order by key keeps two imports from locking each other out.
        by_key = {row.address_key: row for row in batch.staged if row.line not in replaced}
        batch.staged = [by_key[key] for key in sorted(by_key)]

    def commit(self, batch: RowBatch) -> Committed:
        return bring_in(batch, self._plan)


def run_import(import_id: int) -> None:
    """Import a file, or go on importing it; ends in `completed`.

    Safe to run twice: only one worker holds the import, and a row is committed together with its place in the file.
    """
    work_on(import_id, ContactImport.Status.IMPORTING, TaskName.RUN_IMPORT, go_on=_go_on)


def _go_on(hold: Hold) -> bool:
    contact_import = hold.contact_import
    if not walk_file(hold, RunWork(contact_import, plan_staging(contact_import))):
        return False
    ask_about_sender(contact_import)
    with transaction.atomic():
        hold.keep()
        line_sql.forget_lines(contact_import.pk)
        hold.end(
            status=ContactImport.Status.COMPLETED,
            finished_at=timezone.now(),
            done_bytes=contact_import.file_bytes,
            changed_count=contact_import.changes.count(),
        )
        contact_import.refresh_from_db()
        record_activity(
            "import.completed",
            actor=contact_import.created_by,
            target=contact_import,
            created=contact_import.created_count,
            changed=contact_import.changed_count,
        )
        note_fields(contact_import)
        start_bound_campaign(contact_import)
    logger.info(
        "import.completed", extra={"import_id": contact_import.pk, "created_count": contact_import.created_count}
    )
    return True
