"""Tasks about the domains that receive."""

from __future__ import annotations

from portal.publish import producer
from portal.queues import TaskName
from routing.domains.services import check_due_domains
from workers.task_base import PostroomTask


@producer.task(name=TaskName.CHECK_DOMAINS.value, base=PostroomTask)
def check_domains(**_ids: int) -> None:
    """Harmless twice: a domain that was asked about is not due."""
    check_due_domains()
