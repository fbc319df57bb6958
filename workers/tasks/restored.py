"""Tasks after a backup was restored."""

from __future__ import annotations

from campaigns.restored.services import settle_restored as settle
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.SETTLE_RESTORED.value, base=PostroomTask)
def settle_restored(**_ids: int) -> None:
    """Harmless twice: what is settled already waits no more, and without an owner's word nothing is done."""
    settle()
