"""Tasks of webhooks; each calls one service, which says why a second run is harmless."""

from __future__ import annotations

from campaigns.webhooks.gather import tell_all
from campaigns.webhooks.posting import post_due
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask

AGAIN = 3  # between two ticks of the schedule


@producer.task(name=TaskName.TELL_WEBHOOKS.value, base=PostroomTask)
def tell_webhooks(*, again: int = AGAIN, **_ids: int) -> None:
    """Harmless twice: a stretch of events becomes posts together with the endpoint's position."""
    tell_all(again=again)


@producer.task(name=TaskName.POST_WEBHOOKS.value, base=PostroomTask)
def post_webhooks(*, endpoint_id: int) -> None:
    """Harmless twice: one worker holds the endpoint."""
    post_due(endpoint_id)
