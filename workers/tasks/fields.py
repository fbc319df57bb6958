"""The task of fields; it loads nothing and calls one service."""

from __future__ import annotations

from campaigns.audience.field_rewrite import rewrite_values as rewrite
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.REWRITE_VALUES.value, base=PostroomTask)
def rewrite_values(field_id: int) -> None:
    """Bring a field's values into their stored form; harmless when run twice: what has it already stays as it is."""
    rewrite(field_id)
