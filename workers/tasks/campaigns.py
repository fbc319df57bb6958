"""Tasks of sending: each wakes one service with ids; running one twice changes nothing."""

from __future__ import annotations

from campaigns.links.services import visit_waiting
from campaigns.sending.lanes import is_stale, publish_lane
from campaigns.sending.plan import plan_campaign
from campaigns.sending.quota import refresh_quota
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.suppression.ses_sync import sync_with_ses
from campaigns.uncertain import canary, news
from campaigns.uncertain.settle import settle_uncertain
from portal.publish import producer
from portal.queues import TaskName
from workers.stopping import is_stopping
from workers.task_base import PostroomTask


@producer.task(name=TaskName.PLAN_CAMPAIGN.value, base=PostroomTask)
def plan(*, campaign_id: int) -> None:
    """Harmless twice: the campaign's lease and status let one plan through."""
    plan_campaign(campaign_id)


@producer.task(name=TaskName.SEND_CHUNK.value, base=PostroomTask)
def send_chunk(*, campaign_id: int, at_s: int) -> None:
    """Harmless twice: a chunk is claimed by its lease."""
    if not is_stale(at_s) and send_next_chunk(campaign_id, is_stopping=is_stopping):
        publish_lane(campaign_id, is_priority=False)


@producer.task(name=TaskName.SEND_PRIORITY_CHUNK.value, base=PostroomTask)
def send_priority_chunk(*, campaign_id: int, at_s: int) -> None:
    """As send_chunk, from the queue that campaigns do not fill."""
    if not is_stale(at_s) and send_next_chunk(campaign_id, is_stopping=is_stopping):
        publish_lane(campaign_id, is_priority=True)


@producer.task(name=TaskName.REFRESH_QUOTA.value, base=PostroomTask)
def refresh(**_ids: int) -> None:
    """Harmless twice: it writes what SES says now."""
    refresh_quota()


@producer.task(name=TaskName.SYNC_SUPPRESSIONS.value, base=PostroomTask)
def sync_suppressions(**_ids: int) -> None:
    """Harmless twice: one worker holds the sync, and what it does may be repeated."""
    sync_with_ses()


@producer.task(name=TaskName.VISIT_LINKS.value, base=PostroomTask)
def visit_links(**_ids: int) -> None:
    """Harmless twice: each address is claimed by one worker."""
    visit_waiting()


@producer.task(name=TaskName.SETTLE_UNCERTAIN.value, base=PostroomTask)
def settle(**_ids: int) -> None:
    """Harmless twice: a heartbeat that is not due is not sent, and who is settled is uncertain no more."""
    canary.beat()
    settle_uncertain()
    news.watch()
