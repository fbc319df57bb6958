"""Tasks of keys that people send with."""

from __future__ import annotations

from credentials.smtp_users.machine import reconcile
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.PROVISION_SMTP_USER.value, base=PostroomTask)
def provision_smtp_user(*, user_id: int, **_ids: int) -> None:
    """Harmless twice: one worker at a time has the user, and each step looks at what IAM has already."""
    reconcile(user_id)
