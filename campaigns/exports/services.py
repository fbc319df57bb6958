"""What people do with exports: ask for one, stop it, fetch it. And what goes when its time is over."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext as _

from campaigns.exports.models import Export
from campaigns.exports.sources import source_of
from campaigns.exports.write import delete_parts, read_part
from portal.activity import record_activity
from portal.errors import Conflict, OutsideError
from portal.files import delete_file
from portal.leases import is_due
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

Status = Export.Status
ROWS_AT_ONCE = 2_000
BYTES_AT_ONCE = 4 * 1024 * 1024  # API Gateway refuses answers of more than 6 MB
COUNTED = 1_000_000
FILES_PER_SWEEP = 20


@dataclass(frozen=True, slots=True)
class SmallFile:
    """A file that is answered at once."""

    name: str
    content: bytes


def export_rows(source: str, query: str, *, columns: str, actor: User | None) -> SmallFile | Export:
    """A short list as a file at once; a long one is written by a worker. Raises InvalidInput for a strange filter.

    Either way it is on record that these rows left the portal.
    """
    rows = source_of(source)
    export = Export(
        source=source, query=query, columns=columns, label=rows.label(query)[:300], created_by=actor,
        language=get_language() or "", created_at=timezone.now(),
    )  # fmt: skip
    few = rows.expected(query, most=ROWS_AT_ONCE + 1)
    if few is not None and few <= ROWS_AT_ONCE:
        export.field_names = rows.field_names(query)
        part = read_part(export, "", most_bytes=BYTES_AT_ONCE)
        if not part.cursor:
            _record(export, actor=actor, rows=part.row_count)
            return SmallFile(export.file_name, part.content)
        export.field_names = None
    return _begin(export, actor=actor)


@transaction.atomic
def stop_export(export_id: int, *, actor: User | None) -> Export:
    """Write no further. Raises Conflict when it is over."""
    export = Export.objects.select_for_update().get(pk=export_id)
    if export.status != Status.WRITING:
        raise Conflict(_("This export is %s.") % export.get_status_display())
    export.status = Status.CANCELLED
    export.finished_at = timezone.now()
    export.lease_token, export.lease_until = "", None
    export.save()
    record_activity("export.stopped", actor=actor, target=export)
    return export


def note_download(export: Export, *, actor: User) -> None:
    """Write down who fetched the file."""
    record_activity("export.downloaded", actor=actor, target=export)


def may_download(export: Export, person: User) -> bool:
    """Whoever asked for it, and Owners."""
    return export.created_by_id == person.pk or person.has_perm("campaigns.download_any_export")


def sweep_exports() -> int:
    """Publish a hint for every export that nobody writes; returns how many. Removes files whose time is over."""
    due = list(Export.objects.filter(is_due(), status=Status.WRITING).values_list("pk", flat=True))
    for export_id in due:
        publish(TaskName.WRITE_EXPORT, export_id=export_id)
    remove_old_files()
    return len(due)


def remove_old_files() -> int:
    """Remove files that are too old, and what was left of those that came to nothing; returns how many exports."""
    over = Export.objects.filter(status=Status.READY, expires_at__lt=timezone.now())
    left = Export.objects.filter(status__in=(Status.CANCELLED, Status.FAILED), part_count__gt=0)
    removed = 0
    for export in [*over.order_by("pk")[:FILES_PER_SWEEP], *left.order_by("pk")[:FILES_PER_SWEEP]]:
        try:
            delete_parts(export)
            if export.file_key:
                delete_file(export.file_key)
        except OutsideError as error:
            logger.warning("export.file_kept", extra={"export_id": export.pk, "code": error.code})
            break
        status = Status.EXPIRED if export.status == Status.READY else export.status
        Export.objects.filter(pk=export.pk).update(status=status, file_key="", part_count=0)
        removed += 1
    return removed


@transaction.atomic
def _begin(export: Export, *, actor: User | None) -> Export:
    export.expected_count = source_of(export.source).expected(export.query, most=COUNTED)
    export.save()
    _record(export, actor=actor, rows=None)
    publish(TaskName.WRITE_EXPORT, export_id=export.pk)
    return export


def _record(export: Export, *, actor: User | None, rows: int | None) -> None:
    """`rows` is None where they are still to be written."""
    verb, label = f"{export.source}.exported", str(export)[:200]
    record_activity(verb, actor=actor, label=label, filter=export.query[:500], columns=str(export.columns), rows=rows)
