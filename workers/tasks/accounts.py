"""Tasks of accounts."""

from __future__ import annotations

from portal.accounts.outbox import send_waiting
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.SEND_ACCOUNT_MAIL.value, base=PostroomTask)
def send_account_mail(**_ids: int) -> None:
    """Harmless twice: each mail is claimed by one worker, and marked when it left."""
    send_waiting()
