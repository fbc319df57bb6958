"""The seam from the apps to the workers: a hint that a committed row has work to do.

A hint is a task name and ids, nothing else. It may be lost, doubled or late: the row is the truth and the sweep
publishes again whatever is due. Apps call `publish`; nothing else in them knows Celery.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import transaction

from portal.aws.sync_sqs import register_transport
from portal.logs import correlation
from portal.queues import TASK_QUEUES, TaskName, full_name

logger = logging.getLogger(__name__)

MAX_DELAY_S = 900  # SQS DelaySeconds

register_transport()
producer = Celery("postroom", set_as_current=True)
producer.config_from_object("django.conf:settings", namespace="CELERY")


def publish(task: TaskName, *, delay_s: int = 0, **ids: int | str) -> None:
    """Send the hint once the open transaction commits (at once when none is open).

    `delay_s`: seconds that the queue holds the hint back, at most 900; what must wait longer has `retry_at` in its
    row. A broker that cannot be reached is logged, never raised: the sweep will publish again.
    """
    send = partial(_send_hint, task, ids, min(delay_s, MAX_DELAY_S))
    transaction.on_commit(send, robust=True)


def _send_hint(task: TaskName, ids: dict[str, int | str], delay_s: int) -> None:
    # kombu has one error class per transport, botocore many: a failed hint is harmless whatever its cause.
    try:
        producer.send_task(
            task.value,
            kwargs=ids,
            queue=full_name(settings.QUEUE_PREFIX, TASK_QUEUES[task]),
            headers={"correlation_id": correlation.get().get("correlation_id", "")},
            retry=False,
            ignore_result=True,
            **_delay(delay_s),
        )
    except Exception as error:  # noqa: BLE001
        logger.warning("publish.failed", extra={"task": task.value, **ids, "error": str(error)})


def _delay(delay_s: int) -> dict[str, Any]:
    """SQS's own DelaySeconds, which kombu passes through."""
    return {"delay_seconds": delay_s} if delay_s else {}
