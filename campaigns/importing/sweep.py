"""The sweep's share of imports: hints for all that is due, and what goes when its time is over."""

from __future__ import annotations

from django.conf import settings

from campaigns.importing.models import ContactImport
from campaigns.importing.retention import close_abandoned_uploads, delete_old_files
from campaigns.importing.undo import forget_undo_records
from portal.leases import is_due
from portal.publish import publish
from portal.queues import TaskName

Status = ContactImport.Status
_TASKS = {
    Status.RECEIVED: TaskName.CHECK_IMPORT,
    Status.CHECKING: TaskName.CHECK_IMPORT,
    Status.IMPORTING: TaskName.RUN_IMPORT,
    Status.UNDOING: TaskName.UNDO_IMPORT,
}


def sweep_imports() -> int:
    """Publish a hint for every import that has work and no worker; returns how many."""
    due = list(ContactImport.objects.filter(is_due(), status__in=_TASKS).values_list("pk", "status"))
    for import_id, status in due:
        publish(_TASKS[Status(status)], import_id=import_id)
    forget_undo_records(before_days=settings.UNDO_IMPORT_DAYS)
    close_abandoned_uploads()
    delete_old_files()
    return len(due)
