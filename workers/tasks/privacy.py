"""The task that forgets a person."""

from __future__ import annotations

from campaigns.privacy.run import run_erasure
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.FORGET_PERSON.value, base=PostroomTask)
def forget_person(erasure_id: int) -> None:
    """Forget a person; harmless when run twice: each step finds nothing more to do."""
    run_erasure(erasure_id)
