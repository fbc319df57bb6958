"""The base of every task: correlation id and duration on its log lines, no work on a database of unknown age, and the
reasons of what failed."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import Task

from portal.generation.services import compare_once
from portal.logs import log_context
from workers.failed import note_done_task, note_failed_task

logger = logging.getLogger(__name__)


class PostroomTask(Task[Any, Any]):
    """Runs one hint; what it raises leaves the message in the queue, and after its receives in the DLQ."""

    abstract = True
    typing = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        correlation_id = str((self.request.headers or {}).get("correlation_id") or self.request.id or "")
        started_s = time.monotonic()
        with log_context(correlation_id=correlation_id, task=self.name):
            try:
                if not compare_once():
                    # The database may be a restored one: nothing is done until that is known. The sweep comes back to it.
                    logger.warning("task.postponed", extra=kwargs)
                    return None
                result = super().__call__(*args, **kwargs)
                if self.request.id:
                    note_done_task(self.request, self.name)
            except Exception as error:
                if self.request.id and note_failed_task(self.request, self.name, kwargs, error):
                    return None
                raise
            duration_ms = round((time.monotonic() - started_s) * 1000, 1)
            logger.info("task.done", extra={**kwargs, "duration_ms": duration_ms})
        return result
