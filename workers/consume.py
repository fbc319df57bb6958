"""Consumes the queues that AWS services write: SES events and S3 notifications. `python -m workers.consume`.

On Lambda the event-source mapping does this; here one thread per queue receives in batches and acknowledges a batch
after its service has committed it.
"""

from __future__ import annotations

import logging
import signal
import threading
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import close_old_connections

import workers.app  # noqa: F401  # sets Django up
from campaigns.importing.drops import receive_upload_events
from campaigns.sending.events import apply_events
from portal.aws import sqs
from portal.errors import OutsideError
from portal.queues import Feed, Queue, event_queues, full_name

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

SERVICES: dict[Feed, Callable[[list[str]], object]] = {
    Feed.SES_EVENTS: apply_events,
    Feed.S3_EVENTS: receive_upload_events,
}
MAX_GATHERED = 500  # messages per transaction when the queue is full
OUTAGE_PAUSE_S = 2.0


def consume_batch(queue: Queue, *, wait_s: int) -> int:
    """Receive what is there, hand it to the queue's service, acknowledge; returns how many messages.

    Raises what the service raises: the messages stay in the queue, and after their receives go to the DLQ.
    """
    name = full_name(settings.QUEUE_PREFIX, queue.name)
    messages = sqs.receive(name, wait_s=wait_s)
    while messages and len(messages) < MAX_GATHERED:
        more = sqs.receive(name, wait_s=0)
        if not more:
            break
        messages += more
    if messages:
        SERVICES[queue.feed]([message.body for message in messages])
        sqs.delete(name, messages)
    return len(messages)


def consume_until(stop: threading.Event, queue: Queue, *, wait_s: int) -> None:
    """Consume one queue until `stop` is set; an outage or an error is logged and tried again."""
    while not stop.is_set():
        try:
            consume_batch(queue, wait_s=wait_s)
        except OutsideError as error:
            logger.warning("consume.outage", extra={"queue": queue.name, "error": str(error)})
            sqs.forget_urls()
            stop.wait(OUTAGE_PAUSE_S)
        except Exception:
            logger.exception("consume.failed", extra={"queue": queue.name})
            stop.wait(OUTAGE_PAUSE_S)
        finally:
            close_old_connections()


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    wait_s = settings.SQS_WAIT_S
    threads = [
        threading.Thread(target=consume_until, args=(stop, queue), kwargs={"wait_s": wait_s}, name=queue.name)
        for queue in event_queues()
    ]
    for thread in threads:
        thread.start()
    logger.info("consume.ready", extra={"queues": [thread.name for thread in threads]})
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
