"""Tasks of alerts."""

from __future__ import annotations

from portal.alerts.outbox import send_notices
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.SEND_ALERTS.value, base=PostroomTask)
def send_alerts(**_ids: int) -> None:
    """Harmless twice: each notice is claimed by one worker, and marked when it was told."""
    send_notices()
