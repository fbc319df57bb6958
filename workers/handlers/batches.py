"""Takes a batch of one queue and answers which of its messages are to come again.

Everything else is deleted by the event-source mapping: a message is only then not named when its work is committed.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings

from portal.aws import sqs
from portal.errors import OutsideError
from portal.queues import QUEUES, Feed, full_name
from workers.handlers.hints import is_hint_done
from workers.stopping import stopping_in

if TYPE_CHECKING:
    from portal.queues import Queue
    from workers.handlers.functions import Function
    from workers.handlers.incoming import Answer, Context, Record

logger = logging.getLogger(__name__)

OUTAGE_PAUSE_S = 10  # of the database: then the copies of what was put back come


def take_batch(function: Function, records: list[Record], context: Context) -> Answer:
    """Serve the messages; those of a queue that is not the function's own fail."""
    left: list[Record] = []
    for name in dict.fromkeys(record.queue_name for record in records):
        left += _left_of_queue(function, [record for record in records if record.queue_name == name], context)
    return {"batchItemFailures": [{"itemIdentifier": record.message.message_id} for record in left]}


def _left_of_queue(function: Function, records: list[Record], context: Context) -> list[Record]:
    name = records[0].queue_name
    served = (QUEUES[each] for each in function.queues)
    queue = next((queue for queue in served if full_name(settings.QUEUE_PREFIX, queue.name) == name), None)
    if queue is None:
        logger.error("lambda.unknown_queue", extra={"queue": name})
        return records
    if queue.feed is Feed.TASKS:
        return [record for record in records if not _is_done(function, queue, record, context)]
    return _left_of_events(queue, records)


def _is_done(function: Function, queue: Queue, record: Record, context: Context) -> bool:
    left_s = context.get_remaining_time_in_millis() / 1000 - function.stops_before_s
    if left_s <= 0:  # a later run has time for it
        logger.info("lambda.no_time_left", extra={"queue": queue.name})
        _hide(record, for_s=0)
        return False
    try:
        with stopping_in(left_s):
            is_done = is_hint_done(function, queue, record)
    except Exception as error:
        logger.exception("lambda.record_failed", extra={"queue": queue.name, "error_class": type(error).__name__})
        is_done = False
    if not is_done:
        _hide(record, for_s=sqs.retry_delay_s(record.message.receive_count))
    return is_done


def _hide(record: Record, *, for_s: int) -> None:
    """Let it rest for seconds, not for its queue's visibility timeout of many minutes."""
    try:
        sqs.hide(record.queue_name, [record.message], for_s=for_s)
    except OutsideError as outage:
        logger.warning("queue.not_postponed", extra={"queue": record.queue_name, "error": str(outage)})


def _left_of_events(queue: Queue, records: list[Record]) -> list[Record]:
    from workers.feeds import is_outage, serve_messages  # noqa: PLC0415  # only these functions need the services of events

    messages = [record.message for record in records]
    try:
        served = {message.message_id for message in serve_messages(queue, messages)}
    except Exception as error:  # noqa: BLE001  # the service's caller has written it down
        if is_outage(error):
            return [record for record in records if not _is_put_back(queue, record)]
        logger.warning("lambda.record_failed", extra={"queue": queue.name, "error_class": type(error).__name__})
        return records
    return [record for record in records if record.message.message_id not in served]


def _is_put_back(queue: Queue, record: Record) -> bool:
    """Whether a copy lies in the queue while the database is away.

    Lambda receives on and on: the message itself would have used up its receives within a minute of outage.
    """
    try:
        sqs.send(record.queue_name, record.message.body, delay_s=OUTAGE_PAUSE_S)
    except OutsideError as outage:
        logger.warning("lambda.not_put_back", extra={"queue": queue.name, "error": str(outage)})
        return False
    return True
