"""The task of trying again; it calls one service, which says why a second run is harmless."""

from __future__ import annotations

from portal.failures.redrive import run_redrive as run
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.REDRIVE.value, base=PostroomTask)
def run_redrive(*, redrive_id: int) -> None:
    """Harmless twice: one worker holds the redrive, and each step is journalled."""
    run(redrive_id)
