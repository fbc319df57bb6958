"""Letting failed imports, exports and bulk changes go on where they stopped. Each Raises Conflict unless it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.bulk.models import BulkChange
from campaigns.exports.models import Export
from campaigns.importing.models import ContactImport, ImportBatch
from campaigns.importing.services import begin_check
from portal.activity import record_activity
from portal.errors import Conflict
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_FREE = {"claim_count": 0, "lease_token": "", "lease_until": None, "retry_at": None, "finished_at": None}


@transaction.atomic
def resume_import(import_id: int, actor: User | None) -> None:
    """Go on behind the last row that was brought in; one that brought in nothing is checked anew and asks again."""
    contact_import = ContactImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    _require_failed(contact_import.status == ContactImport.Status.FAILED)
    if contact_import.undone_by_id is not None:
        _set(contact_import, status=ContactImport.Status.UNDOING, file_problem={})
        publish(TaskName.UNDO_IMPORT, import_id=import_id)
    elif contact_import.batches.filter(phase=ImportBatch.Phase.RUN).exists():
        _set(contact_import, status=ContactImport.Status.IMPORTING, file_problem={})
        publish(TaskName.RUN_IMPORT, import_id=import_id)
    elif contact_import.columns:
        begin_check(contact_import)
    else:
        raise Conflict(_("“%s” was never read. Upload the file again.") % contact_import)
    record_activity("import.resumed", actor=actor, target=contact_import)


@transaction.atomic
def rewrite_export(export_id: int, actor: User | None) -> None:
    """Write the file from its beginning."""
    export = Export.objects.select_for_update(of=("self",)).get(pk=export_id)
    _require_failed(export.status == Export.Status.FAILED)
    _set(
        export, status=Export.Status.WRITING, problem="", cursor="", part_count=0, row_count=0, size_bytes=0,
        has_all_rows=False, field_names=None,
    )  # fmt: skip
    record_activity("export.resumed", actor=actor, target=export)
    publish(TaskName.WRITE_EXPORT, export_id=export_id)


@transaction.atomic
def resume_bulk_change(change_id: int, actor: User | None) -> None:
    """Go on with the people who were not reached, or with those for whom it was not undone yet."""
    change = BulkChange.objects.select_for_update(of=("self",)).get(pk=change_id)
    _require_failed(change.status == BulkChange.Status.FAILED)
    status = BulkChange.Status.RUNNING if change.people_count else BulkChange.Status.WAITING
    if change.undone_by_id is not None and change.undone_at is None:
        status = BulkChange.Status.UNDOING
    _set(change, status=status, problem="")
    record_activity("contacts.bulk_resumed", actor=actor, target=change)
    publish(TaskName.RUN_BULK_CHANGE, change_id=change_id)


def _require_failed(has_failed: bool) -> None:
    if not has_failed:
        raise Conflict(_("It does not stand as failed any more."))


def _set(row: ContactImport | Export | BulkChange, **changes: object) -> None:
    values = {**_FREE, **changes}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
