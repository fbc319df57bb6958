"""Tasks of the schedule."""

from __future__ import annotations

import logging

from campaigns.importing.sweep import sweep_imports
from campaigns.sending.sweep import sweep_campaigns
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask

logger = logging.getLogger(__name__)


@producer.task(name=TaskName.SWEEP.value, base=PostroomTask)
def sweep(**_ids: int) -> None:
    """Harmless twice: it only publishes hints for what is due."""
    logger.info("sweep.done", extra={**sweep_campaigns(), "imports": sweep_imports()})
