"""Tasks of sending domains."""

from __future__ import annotations

from credentials.sending_domains.tending import tend_due_domains, tend_watched_domain
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.TEND_SENDING_DOMAINS.value, base=PostroomTask)
def tend_sending_domains(*, domain_id: int = 0, **_ids: int) -> None:
    """Harmless twice: each domain is claimed by one worker, and each step may be repeated."""
    if domain_id:
        tend_watched_domain(domain_id)
    else:
        tend_due_domains()
