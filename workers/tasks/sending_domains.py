"""Tasks of sending domains."""

from __future__ import annotations

from credentials.sending_domains.tending import tend_due_domains
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.TEND_SENDING_DOMAINS.value, base=PostroomTask)
def tend_sending_domains(**_ids: int) -> None:
    """Harmless twice: each domain is claimed by one worker when its turn has come, and each step may be repeated."""
    tend_due_domains()
