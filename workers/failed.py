"""What the workers write down of messages that fail, and what they keep from Celery because nobody could read it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from portal.aws import sqs
from portal.errors import OutsideError
from portal.failures.bodies import Letter, body_key, read_letter
from portal.failures.notes import Cause, forget_failures, forget_success, is_database_away, note_failure
from portal.queues import QUEUES, TASK_QUEUES, TaskName, full_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.queues import Queue

logger = logging.getLogger(__name__)

UNREADABLE = Cause("Unreadable", "The message is no task of Postroom: it cannot be read.")
_KNOWN = frozenset(TaskName)


def is_readable(queue_name: str, body: str, receive_count: int) -> bool:
    """Whether a worker can carry the message out; the reason is written down when none can.

    For `portal.aws.sync_sqs.INSPECTORS`; runs in the worker's main process, which keeps no connection open.
    """
    letter = read_letter(body, is_hint=True)
    if letter.what in _KNOWN:
        return True
    unknown = Cause("UnknownTask", f"No task is called “{letter.what}” here.")
    logger.warning("task.unreadable", extra={"queue": queue_name, "task": letter.what, "receive_count": receive_count})
    queue = next(each for each in QUEUES.values() if full_name(settings.QUEUE_PREFIX, each.name) == queue_name)
    write_down(queue, letter, unknown if letter.what else UNREADABLE, receive_count=receive_count)
    if not connection.in_atomic_block:
        connection.close()
    return False


def note_failed_task(request: Any, name: str, ids: Mapping[str, Any], error: Exception) -> bool:
    """Write down why a task failed. True when the database is away, and the hint therefore to be acknowledged.

    A hint is only a hint: the sweep publishes it again once the database is there. Its receives would only be used up.
    """
    if isinstance(error, OperationalError | InterfaceError) and is_database_away():
        logger.warning("task.database_away", extra={"task_name": name, **ids})
        return True
    letter = Letter(
        str(request.id)[:64], name, {key: value for key, value in ids.items() if isinstance(value, int | str)}
    )
    queue = QUEUES[TASK_QUEUES[TaskName(name)]]
    write_down(queue, letter, Cause.of(error), receive_count=int(request.get("receive_count") or 1))
    return False


def note_done_task(request: Any, name: str) -> None:
    """Forget that the hint failed before."""
    forget_success(QUEUES[TASK_QUEUES[TaskName(name)]], str(request.id)[:64])


def write_down(queue: Queue, letter: Letter, cause: Cause, *, receive_count: int) -> None:
    """As note_failure; an error of the database here must not hide the one that is to be told."""
    try:
        note_failure(queue, letter, cause, receive_count=receive_count)
    except DatabaseError:
        logger.exception("failure.not_noted", extra={"queue": queue.name, "task_name": letter.what})


def refuse_event(queue: Queue, message: sqs.Message, error: Exception) -> None:
    """Write down why nobody could take what an AWS service wrote, and let it come again within seconds."""
    letter = read_letter(message.body, is_hint=False)
    write_down(queue, letter, Cause.of(error), receive_count=message.receive_count)
    try:
        name = full_name(settings.QUEUE_PREFIX, queue.name)
        sqs.hide(name, [message], for_s=sqs.retry_delay_s(message.receive_count))
    except OutsideError as outage:
        logger.warning("queue.not_postponed", extra={"queue": queue.name, "error": str(outage)})


def forget_events(queue: Queue, messages: list[sqs.Message]) -> None:
    """They were taken; nothing is asked or hashed where nothing has failed."""
    try:
        forget_failures(queue, (body_key(message.body) for message in messages))
    except DatabaseError:
        logger.exception("failure.not_forgotten", extra={"queue": queue.name})
