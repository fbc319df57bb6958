"""Tasks of bulk work; each loads by id and calls one service, which says why a second run is harmless."""

from __future__ import annotations

from campaigns.bulk.duplicates import find_duplicates as find
from campaigns.bulk.run import run_bulk_change as run
from campaigns.exports.write import write_export as write
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.RUN_BULK_CHANGE.value, base=PostroomTask)
def run_bulk_change(change_id: int) -> None:
    """Carry a bulk change out or undo it; harmless when run twice: who was reached is no target any more."""
    run(change_id)


@producer.task(name=TaskName.FIND_DUPLICATES.value, base=PostroomTask)
def find_duplicates(scan_id: int) -> None:
    """Look for people who stand twice; harmless when run twice: it only reads contacts."""
    find(scan_id)


@producer.task(name=TaskName.WRITE_EXPORT.value, base=PostroomTask)
def write_export(export_id: int) -> None:
    """Write a file; harmless when run twice: each part is stored together with the place where the next begins."""
    write(export_id)
