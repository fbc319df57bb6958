"""Tasks of reports; each calls one service, which says why a second run is harmless."""

from __future__ import annotations

from campaigns.reports import services
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.WRITE_REPORT.value, base=PostroomTask)
def write_report(campaign_id: int) -> None:
    """Count one campaign; harmless when run twice: it only reads what it counts."""
    services.write_report(campaign_id)


@producer.task(name=TaskName.WRITE_REPORTS.value, base=PostroomTask)
def write_reports(**_ids: int) -> None:
    """Count what has changed since it was counted; harmless when run twice."""
    services.write_stale_reports()
