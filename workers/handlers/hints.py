"""Carries out one hint within this process, as a Celery worker would: same task, same request, same rules.

Postroom's tasks use no retry, eta or result of Celery's, so a request with id, headers and receives is all they see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import close_old_connections

from portal.failures.bodies import hint_content, read_letter
from portal.failures.notes import Cause
from portal.publish import producer
from portal.queues import TaskName
from workers.failed import is_readable, write_down

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.queues import Queue
    from workers.handlers.functions import Function
    from workers.handlers.incoming import Record


def is_hint_done(function: Function, queue: Queue, record: Record) -> bool:
    """Carry out the hint of a message; False when nobody here can, and why is written down.

    Raises what the task raises, after the task has written that down.
    """
    body, receives = record.message.body, record.message.receive_count
    if not is_readable(record.queue_name, body, receives):
        return False
    headers, ids = hint_content(body)
    task = TaskName(headers["task"])
    if task not in function.tasks:  # this function has neither its code nor its rights
        wrong = Cause("WrongQueue", f"{task} is no task of the function {function.name}.")
        write_down(queue, read_letter(body, is_hint=True), wrong, receive_count=receives)
        return False
    run_task(task, ids, key=str(headers["id"]), receives=receives, headers=headers)
    return True


def run_task(
    task: TaskName, ids: dict[str, Any], *, key: str, receives: int = 1, headers: Mapping[str, Any] | None = None
) -> None:
    """Run the task with a request of its own. Raises what it raises, after the task has written that down."""
    found = producer.tasks[task.value]
    found.push_request(id=key, headers=dict(headers or {}), receive_count=receives)
    close_old_connections()
    try:
        found(**ids)
    finally:
        close_old_connections()
        found.pop_request()
