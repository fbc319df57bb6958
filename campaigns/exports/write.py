"""Writing the file of an export: part by part into the file storage, joined at the end; memory never grows with it.

A part is stored first, then noted with the cursor behind it: a killed worker's successor writes at most one part
again, over the same key.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from campaigns.exports.csv_text import as_csv, head_of_file
from campaigns.exports.models import Export
from campaigns.exports.sources import source_of
from portal.activity import record_activity
from portal.errors import InvalidInput, OutsideError
from portal.files import delete_file, open_file, save_file
from portal.holds import Hold, HoldLost, take_hold
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

Status = Export.Status
ROWS_PER_READ = 1_000
PART_BYTES = 4 * 1024 * 1024
BLOCK_BYTES = 1024 * 1024
RETRY_S = 30


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows as bytes, and the cursor behind them ("" = the end)."""

    content: bytes
    row_count: int
    cursor: str


def write_export(export_id: int) -> None:
    """Write the file, or go on writing it; ends in `ready` or `failed`.

    Safe to run twice: only one worker holds the export.
    """
    hold = take_hold(Export.objects.filter(pk=export_id), statuses=[Status.WRITING])
    if hold is None:
        return
    try:
        if hold.is_hopeless:
            _fail(hold, _("Writing it kept stopping on the way."))
        elif not _go_on(hold):
            hold.give_back()
            publish(TaskName.WRITE_EXPORT, export_id=export_id)
    except HoldLost:
        logger.info("export.hold_lost", extra={"export_id": export_id})
        _tidy_after_stop(hold.row)
    except InvalidInput as error:
        _fail(hold, str(error))
    except OutsideError as error:
        logger.warning("export.postponed", extra={"export_id": export_id, "code": error.code})
        hold.give_back(retry_in_s=RETRY_S)


def read_part(export: Export, cursor: str, *, most_bytes: int) -> Part:
    """The next rows of an export, about `most_bytes` of them; the first part begins with the header."""
    source = source_of(export.source)
    content, row_count = bytearray() if cursor else bytearray(head_of_file(source.header(export))), 0
    while True:
        piece = source.read(export, cursor, ROWS_PER_READ)
        content += as_csv(piece.rows)
        row_count += len(piece.rows)
        cursor = piece.cursor
        if not cursor or len(content) >= most_bytes:
            return Part(bytes(content), row_count, cursor)


def delete_parts(export: Export) -> None:
    """Delete what was stored on the way. Raises OutsideError."""
    for number in range(1, export.part_count + 2):  # one may be stored and not noted
        delete_file(_part_key(export, number))


def _go_on(hold: Hold[Export]) -> bool:
    export = hold.row
    with translation.override(export.language or settings.LANGUAGE_CODE):
        if export.field_names is None:
            export.field_names = source_of(export.source).field_names(export.query)
            hold.keep(field_names=export.field_names)
        while not export.has_all_rows:
            _store_part(hold)
            if hold.is_time_over:
                return False
    _join(hold)
    return True


def _store_part(hold: Hold[Export]) -> None:
    export = hold.row
    part = read_part(export, export.cursor, most_bytes=PART_BYTES)
    save_file(_part_key(export, export.part_count + 1), iter([part.content]))
    export.part_count += 1
    export.cursor, export.has_all_rows = part.cursor, not part.cursor
    hold.keep(
        part_count=export.part_count,
        cursor=export.cursor,
        has_all_rows=export.has_all_rows,
        row_count=F("row_count") + part.row_count,
        size_bytes=F("size_bytes") + len(part.content),
    )


def _join(hold: Hold[Export]) -> None:
    export = hold.row
    key = f"exports/{export.pk}/{export.file_name}"
    stored = save_file(key, _blocks_of(hold))
    with transaction.atomic():
        hold.end(
            status=Status.READY,
            file_key=key,
            size_bytes=stored.size_bytes,
            finished_at=timezone.now(),
            expires_at=timezone.now() + timedelta(days=settings.EXPORT_DAYS),
        )
        export.refresh_from_db()
        record_activity("export.written", actor=export.created_by, target=export, rows=export.row_count)
    delete_parts(export)
    logger.info("export.written", extra={"export_id": export.pk, "row_count": export.row_count})


def _blocks_of(hold: Hold[Export]) -> Iterator[bytes]:
    for number in range(1, hold.row.part_count + 1):
        hold.keep()
        with open_file(_part_key(hold.row, number)) as stream:
            while block := stream.read(BLOCK_BYTES):
                yield block


def _part_key(export: Export, number: int) -> str:
    return f"exports/{export.pk}/parts/{number:05}"


def _tidy_after_stop(export: Export) -> None:
    """Delete the parts of an export that was stopped while one was being stored; the sweep knows of the others only."""
    if not Export.objects.filter(pk=export.pk, status=Status.CANCELLED).exists():
        return  # another worker goes on with it
    try:
        delete_parts(export)
    except OutsideError as error:
        logger.warning("export.parts_kept", extra={"export_id": export.pk, "code": error.code})


def _fail(hold: Hold[Export], problem: str) -> None:
    try:
        hold.end(status=Status.FAILED, problem=problem[:300], finished_at=timezone.now())
    except HoldLost:
        return
    logger.warning("export.failed", extra={"export_id": hold.row.pk})
