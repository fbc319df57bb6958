"""Tasks of the schedule."""

from __future__ import annotations

import logging

from campaigns.audience.field_rewrite import sweep_fields
from campaigns.bulk.sweep import sweep_bulk_work
from campaigns.editing.sweep import sweep_editing
from campaigns.exports.services import sweep_exports
from campaigns.importing.sweep import sweep_imports
from campaigns.sending.sweep import sweep_campaigns
from campaigns.signup.services import sweep_requests
from portal.publish import producer
from portal.queues import TaskName
from portal.ratelimit import forget_old_turns
from workers.task_base import PostroomTask

logger = logging.getLogger(__name__)


@producer.task(name=TaskName.SWEEP.value, base=PostroomTask)
def sweep(**_ids: int) -> None:
    """Harmless twice: it only publishes hints for what is due."""
    forget_old_turns()
    found = {"imports": sweep_imports(), "unsaved": sweep_editing(), "signups": sweep_requests()}
    found |= {"bulk": sweep_bulk_work(), "exports": sweep_exports(), "fields": sweep_fields()}
    logger.info("sweep.done", extra={**sweep_campaigns(), **found})
