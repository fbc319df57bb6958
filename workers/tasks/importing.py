"""Tasks of imports; each loads by id and calls one service, which says why a second run is harmless."""

from __future__ import annotations

from campaigns.importing.check import check_import as check
from campaigns.importing.run import run_import as run
from campaigns.importing.undo import undo_import as undo
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.CHECK_IMPORT.value, base=PostroomTask)
def check_import(import_id: int) -> None:
    """Look through the whole file; harmless when run twice: one worker holds the import, batches count once."""
    check(import_id)


@producer.task(name=TaskName.RUN_IMPORT.value, base=PostroomTask)
def run_import(import_id: int) -> None:
    """Bring the people in; harmless when run twice: rows commit together with their place in the file."""
    run(import_id)


@producer.task(name=TaskName.UNDO_IMPORT.value, base=PostroomTask)
def undo_import(import_id: int) -> None:
    """Undo an import; harmless when run twice: what was undone is no longer found."""
    undo(import_id)
