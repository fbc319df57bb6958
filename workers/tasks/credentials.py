"""Tasks of keys that people send with."""

from __future__ import annotations

from credentials.smtp_users.drift import check_drift, check_one
from credentials.smtp_users.drift_cure import cure
from credentials.smtp_users.machine import reconcile
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.PROVISION_SMTP_USER.value, base=PostroomTask)
def provision_smtp_user(*, user_id: int, **_ids: int) -> None:
    """Harmless twice: one worker at a time has the user, and each step looks at what IAM has already."""
    reconcile(user_id)


@producer.task(name=TaskName.CHECK_SMTP_DRIFT.value, base=PostroomTask)
def check_smtp_drift(*, after_id: int = 0, user_id: int = 0, **_ids: int) -> None:
    """Harmless twice: it reads IAM and writes down what differs."""
    if user_id:
        check_one(user_id)
    else:
        check_drift(after_id)


@producer.task(name=TaskName.CURE_SMTP_DRIFT.value, base=PostroomTask)
def cure_smtp_drift(*, drift_id: int, **_ids: int) -> None:
    """Harmless twice: it looks whether the difference is still there, under a lease of its user."""
    cure(drift_id)
